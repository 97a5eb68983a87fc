/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/expr.h"

#include <stddef.h>

#include "server/request.h"

/* Those of the identity words that every identity provider tells. */
static const struct variable_t {
    const char *name;
    apr_size_t offset; /* of a string in mcp_principal_t */
} variables[] = {
    {"MCP_SUBJECT", offsetof(mcp_principal_t, subject)},
    {"MCP_USER", offsetof(mcp_principal_t, user)},
    {"MCP_CLIENT", offsetof(mcp_principal_t, client)},
    {"MCP_ISSUER", offsetof(mcp_principal_t, issuer)},
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

static const char *value(ap_expr_eval_ctx_t *ctx, const void *data)
{
    const struct variable_t *variable = data;
    const mcp_server_request_t *q = mcp_server_request_find(ctx->r);
    const char *text;

    if (!q || !q->principal)
        return "";
    text =
        *(const char *const *)((const char *)q->principal + variable->offset);
    return text ? text : "";
}

int mcp_server_expr_lookup(ap_expr_lookup_parms *parms)
{
    apr_size_t i;

    for (i = 0; parms->type == AP_EXPR_FUNC_VAR && i < VARIABLES; i++) {
        if (strcasecmp(parms->name, variables[i].name) != 0)
            continue;
        *parms->func = value;
        *parms->data = &variables[i];
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
