/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/scope.h"

#include <apr_strings.h>
#include <string.h>

/* RFC 6749 appendix A.4: %x21 / %x23-5B / %x5D-7E */
static apr_size_t token_length(const char *text)
{
    apr_size_t i;

    for (i = 0; text[i] > 0x20 && text[i] < 0x7f; i++)
        if (text[i] == '"' || text[i] == '\\')
            break;
    return i;
}

int mcp_scope_is_token(const char *text)
{
    apr_size_t len = text ? token_length(text) : 0;

    return len > 0 && len <= MCP_SCOPE_MAX_LENGTH && !text[len];
}

const mcp_error_t *mcp_scope_read(apr_array_header_t **scopes,
                                  const char *text, mcp_ctx_t *cx)
{
    apr_size_t len;

    *scopes = apr_array_make(cx->pool, 8, sizeof(const char *));
    if (!text)
        return NULL;
    /* The grammar has one blank between tokens and none around them; people
     * who type a scope into a client do not, and nothing hangs on it. */
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        len = token_length(text);
        if (!len || (text[len] && text[len] != ' '))
            return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                                  "A scope holds a character that is not "
                                  "allowed there.");
        if (len > MCP_SCOPE_MAX_LENGTH)
            return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                                  "A scope is longer than %d characters.",
                                  MCP_SCOPE_MAX_LENGTH);
        mcp_scope_add(*scopes, apr_pstrmemdup(cx->pool, text, len));
        if ((*scopes)->nelts > MCP_SCOPE_MAX)
            return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                                  "There are more than %d scopes.",
                                  MCP_SCOPE_MAX);
        text += len;
    }
    return NULL;
}

int mcp_scope_has(const apr_array_header_t *scopes, const char *scope)
{
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(scopes, i, const char *), scope))
            return 1;
    return 0;
}

int mcp_scope_is_subset(const apr_array_header_t *part,
                        const apr_array_header_t *whole)
{
    int i;

    for (i = 0; part && i < part->nelts; i++)
        if (!mcp_scope_has(whole, APR_ARRAY_IDX(part, i, const char *)))
            return 0;
    return 1;
}

void mcp_scope_add(apr_array_header_t *scopes, const char *scope)
{
    if (!mcp_scope_has(scopes, scope))
        APR_ARRAY_PUSH(scopes, const char *) = scope;
}

void mcp_scope_remove(apr_array_header_t *scopes, const char *scope)
{
    int i, kept = 0;

    for (i = 0; i < scopes->nelts; i++) {
        const char *one = APR_ARRAY_IDX(scopes, i, const char *);

        if (strcmp(one, scope) != 0)
            APR_ARRAY_IDX(scopes, kept++, const char *) = one;
    }
    scopes->nelts = kept;
}

const char *mcp_scope_text(const apr_array_header_t *scopes, apr_pool_t *pool)
{
    if (!scopes || !scopes->nelts)
        return "";
    return apr_array_pstrcat(pool, scopes, ' ');
}
