/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/expr.h"

#include "base/identity.h"
#include "server/request.h"

#define PREFIX "MCP_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

static const char *value(ap_expr_eval_ctx_t *ctx, const void *data)
{
    const mcp_server_request_t *q = mcp_server_request_find(ctx->r);
    const char *text = NULL;

    if (q && q->principal)
        text = mcp_identity_text(data, q->principal, ctx->p);
    return text ? text : "";
}

/* MCP_ and an identity word */
int mcp_server_expr_lookup(ap_expr_lookup_parms *parms)
{
    const mcp_identity_word_t *word;

    if (parms->type != AP_EXPR_FUNC_VAR ||
        strncasecmp(parms->name, PREFIX, PREFIX_LEN) != 0)
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
                           "Correct the expr= of MCPScope.",
                           "an expression cannot be evaluated: %s", wrong);
}
