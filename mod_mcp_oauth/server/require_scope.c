/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include "base/scope.h"
#include "config/directives.h"
#include "server/request.h"

static const char *scope_read(const void **parsed,
                              const mcp_config_line_t *line)
{
    apr_array_header_t *scopes =
        apr_array_make(line->pool, 2, sizeof(const char *));
    int i;

    for (i = 0; i < line->words->nelts; i++) {
        const char *scope = mcp_config_line_word(line, i);

        if (!mcp_scope_is_token(scope))
            return mcp_config_line_refuse(
                line,
                "\"%s\" is not a scope: RFC 6749 allows printable ASCII "
                "without blanks, quotes and backslashes.",
                scope);
        mcp_scope_add(scopes, scope);
        mcp_config_directives_scope(line->cmd, scope);
    }
    *parsed = scopes;
    return NULL;
}

static const mcp_scope_setting_t *setting_of(const mcp_settings_t *settings,
                                             const char *scope)
{
    int i;

    for (i = 0; settings->scopes && i < settings->scopes->nelts; i++) {
        const mcp_scope_setting_t *each =
            &APR_ARRAY_IDX(settings->scopes, i, mcp_scope_setting_t);

        if (!strcmp(each->name, scope))
            return each;
    }
    return NULL;
}

static void add_all(apr_array_header_t *to, const apr_array_header_t *scopes)
{
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++)
        mcp_scope_add(to, APR_ARRAY_IDX(scopes, i, const char *));
}

/* MCPScope ... includes=: granted means granted with what it includes. The
 * list grows while it is read, so that each scope is looked at once. */
static int includes(const mcp_settings_t *settings,
                    const apr_array_header_t *granted, const char *scope,
                    apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 8, sizeof(const char *));
    int i;

    add_all(all, granted);
    for (i = 0; i < all->nelts; i++) {
        const mcp_scope_setting_t *each =
            setting_of(settings, APR_ARRAY_IDX(all, i, const char *));

        if (each)
            add_all(all, each->includes);
    }
    return mcp_scope_has(all, scope);
}

static const mcp_error_t *scope_ask(int *fits, const void *parsed,
                                    request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);
    const apr_array_header_t *scopes = parsed;
    int i, missing = 0;

    for (i = 0; i < scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(scopes, i, const char *);

        if (mcp_scope_has(q->principal->scopes, scope) ||
            includes(q->section->settings, q->principal->scopes, scope,
                     r->pool))
            continue;
        missing = 1;
        if (q->authz == MCP_AUTHZ_COLLECTING)
            mcp_scope_add(q->missing, scope);
    }
    *fits = !missing || q->authz == MCP_AUTHZ_COLLECTING;
    return NULL;
}

const mcp_server_require_t mcp_server_require_scope = {scope_read, scope_ask};
