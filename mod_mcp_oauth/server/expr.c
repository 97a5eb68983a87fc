/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/expr.h"

#include "base/identity.h"
#include "oauth/claim.h"
#include "server/request.h"

#define PREFIX "MCP_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define CLAIM "mcp_claim"

/* -- %{MCP_WORD} -- */

static const char *value(ap_expr_eval_ctx_t *ctx, const void *data)
{
    const mcp_server_request_t *q = mcp_server_request_find(ctx->r);
    const char *text = NULL;

    if (q && q->principal)
        text = mcp_identity_text(data, q->principal, ctx->p);
    return text ? text : "";
}

static int variable_lookup(ap_expr_lookup_parms *parms)
{
    const mcp_identity_word_t *word;

    if (strncasecmp(parms->name, PREFIX, PREFIX_LEN) != 0)
        return DECLINED;
    for (word = mcp_identity_words; word->name; word++) {
        if (strcasecmp(parms->name + PREFIX_LEN, word->name) != 0)
            continue;
        *parms->func = value;
        *parms->data = word;
        return OK;
    }
    return DECLINED;
}

/* -- mcp_claim(NAME|/POINTER): a list for "in", else the one text -- */

static apr_array_header_t *claim_list(ap_expr_eval_ctx_t *ctx,
                                      const void *data, const char *place)
{
    mcp_server_request_t *q = mcp_server_request_find(ctx->r);
    const char *claims = q && q->principal ? q->principal->claims : NULL;
    apr_array_header_t *texts;
    const mcp_error_t *e;

    if (!claims)
        return apr_array_make(ctx->p, 1, sizeof(const char *));
    e = mcp_oauth_claim_texts(&texts, claims, place, &q->cx);
    if (e)
        *ctx->err = e->detail;
    return texts;
}

static const char *claim_text(ap_expr_eval_ctx_t *ctx, const void *data,
                              const char *place)
{
    const apr_array_header_t *texts = claim_list(ctx, data, place);

    return texts->nelts == 1 ? APR_ARRAY_IDX(texts, 0, const char *) : "";
}

static int claim_lookup(ap_expr_lookup_parms *parms)
{
    ap_expr_list_func_t *list = claim_list;
    ap_expr_string_func_t *text = claim_text;

    if (strcasecmp(parms->name, CLAIM) != 0)
        return DECLINED;
    *parms->data = NULL;
    if (parms->type == AP_EXPR_FUNC_LIST)
        *parms->func = list;
    else
        *parms->func = text;
    return OK;
}

int mcp_server_expr_lookup(ap_expr_lookup_parms *parms)
{
    switch (parms->type) {
    case AP_EXPR_FUNC_VAR:
        return variable_lookup(parms);
    case AP_EXPR_FUNC_LIST:
    case AP_EXPR_FUNC_STRING:
        return claim_lookup(parms);
    default:
        return DECLINED;
    }
}

/* -- asking -- */

/* The variables look at the request, so for as long as it is asked the
 * request is that user's. */
const mcp_error_t *mcp_server_expr_is_true(int *truth, void *baton,
                                           const void *expr,
                                           const mcp_principal_t *who)
{
    request_rec *r = baton;
    mcp_server_request_t *q = mcp_server_request_get(r);
    const mcp_principal_t *was = q->principal;
    const char *wrong = NULL;

    q->principal = who;
    *truth = ap_expr_exec(r, expr, &wrong) > 0;
    q->principal = was;
    if (!wrong)
        return NULL;
    *truth = 0;
    return mcp_error_fault(MCP_E_SERVER_ERROR, &q->cx,
                           "Correct the expr= of MCPScope, or the Require "
                           "mcp-expr.",
                           "an expression cannot be evaluated: %s", wrong);
}
