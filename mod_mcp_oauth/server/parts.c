/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/parts.h"

#include <httpd.h>

#include <ap_provider.h>
#include <http_request.h>
#include <mod_auth.h>

#include "server/request.h"
#include "server/require.h"
#include "tool/offered.h"

static const mcp_principal_t *mcp_oauth_principal(request_rec *r)
{
    const mcp_server_request_t *q = mcp_server_request_find(r);

    return q ? q->principal : NULL;
}

void mcp_server_parts_register(apr_pool_t *pool)
{
#define MCP_PART(group, name, version, part)                                  \
    ap_register_auth_provider(pool, group, name, version, &part,              \
                              AP_AUTH_INTERNAL_PER_CONF);
#include "server/parts.def"
    APR_REGISTER_OPTIONAL_FN(mcp_oauth_principal);
}

apr_array_header_t *mcp_server_parts_tools(apr_pool_t *pool)
{
    const apr_array_header_t *names =
        ap_list_provider_names(pool, MCP_TOOL_GROUP, MCP_OFFER_VERSION);
    apr_array_header_t *tools =
        apr_array_make(pool, names->nelts + 1, sizeof(mcp_tool_provider_t));
    int i;

    for (i = 0; i < names->nelts; i++) {
        mcp_tool_provider_t *found = apr_array_push(tools);

        found->name =
            APR_ARRAY_IDX(names, i, ap_list_provider_names_t).provider_name;
        found->tool =
            ap_lookup_provider(MCP_TOOL_GROUP, found->name, MCP_OFFER_VERSION);
    }
    return tools;
}
