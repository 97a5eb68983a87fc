/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/require.h"

#include "server/request.h"

/* What the identity provider lets a user do: mcp-permission, mcp-role. */

/* How many of the names are in the list. */
static int count(const apr_array_header_t *names,
                 const apr_array_header_t *list)
{
    int i, found = 0;

    for (i = 0; i < names->nelts; i++)
        found += mcp_principal_list_has(list,
                                        APR_ARRAY_IDX(names, i, const char *));
    return found;
}

static const mcp_error_t *permission_ask(int *fits, const void *parsed,
                                         request_rec *r)
{
    const mcp_principal_t *who = mcp_server_request_find(r)->principal;
    const apr_array_header_t *names = parsed;

    *fits = count(names, who->permissions) == names->nelts;
    return NULL;
}

static const mcp_error_t *role_ask(int *fits, const void *parsed,
                                   request_rec *r)
{
    const mcp_principal_t *who = mcp_server_request_find(r)->principal;

    *fits = count(parsed, who->roles) > 0;
    return NULL;
}

const mcp_server_require_t mcp_server_require_permission = {
    mcp_server_require_arguments, permission_ask};
const mcp_server_require_t mcp_server_require_role = {
    mcp_server_require_arguments, role_ask};
