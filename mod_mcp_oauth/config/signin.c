/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/signin.h"

#include <apr_strings.h>

const ap_directive_t *
mcp_config_signin_section(const mcp_config_signin_t *signin, const char *path,
                          const char *directive)
{
    int is_type = !strcasecmp(directive, "AuthType"), i;
    const ap_directive_t *last = NULL, *found;

    for (i = 0; i < signin->blocks->nelts; i++) {
        const mcp_config_block_t *block =
            APR_ARRAY_IDX(signin->blocks, i, mcp_config_block_t *);

        if ((is_type && mcp_config_block_is_protected(block)) ||
            !mcp_config_block_covers(block, signin->server, path))
            continue;
        found = mcp_config_block_inside(block->directive, directive);
        if (found)
            last = found;
    }
    return last;
}

const ap_directive_t *
mcp_config_signin_server(const mcp_config_signin_t *signin,
                         const char *directive)
{
    const ap_directive_t *found =
        mcp_config_block_line(directive, signin->server);

    return found ? found : mcp_config_block_line(directive, signin->main);
}

const ap_directive_t *
mcp_config_signin_directive(const mcp_config_signin_t *signin,
                            const char *path, const char *directive)
{
    const ap_directive_t *found =
        mcp_config_signin_section(signin, path, directive);

    return found ? found : mcp_config_signin_server(signin, directive);
}

int mcp_config_signin_is_there(const mcp_config_signin_t *signin,
                               const char *path)
{
    return mcp_config_signin_section(signin, path, "AuthType") ||
           mcp_config_signin_directive(signin, path, "SSLUserName");
}

const char *mcp_config_signin_path(const char *base, apr_pool_t *pool)
{
    return apr_pstrcat(pool, strcmp(base, "/") ? base : "", "/authorize",
                       NULL);
}
