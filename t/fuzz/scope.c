/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/scope.h"

/* The scopes that are read are tokens, each once, and written as a list they
 * read as the same list. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    apr_array_header_t *scopes, *again;
    const mcp_error_t *e;
    const char *text;
    int i;

    text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    e = mcp_scope_read(&scopes, text, &cx);
    if (e) {
        PROMISE(e->code == MCP_E_INVALID_SCOPE);
    }
    else {
        PROMISE(scopes->nelts <= MCP_SCOPE_MAX);
        for (i = 0; i < scopes->nelts; i++)
            PROMISE(mcp_scope_is_token(APR_ARRAY_IDX(scopes, i, char *)));
        text = mcp_scope_text(scopes, cx.pool);
        PROMISE(!mcp_scope_read(&again, text, &cx));
        PROMISE(again->nelts == scopes->nelts);
        PROMISE(!strcmp(mcp_scope_text(again, cx.pool), text));
    }
    target_end(&cx);
    return 0;
}
