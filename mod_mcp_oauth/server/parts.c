/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/parts.h"

#include <httpd.h>

#include <ap_provider.h>
#include <http_request.h>
#include <mod_auth.h>

#include "server/announce.h"
#include "server/request.h"
#include "server/require.h"

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
    mcp_server_announce_register();
}

/* group in one version: of mcp_tool_provider_t */
static void offers_add(apr_array_header_t *found, const char *group,
                       const char *version, apr_pool_t *pool)
{
    const apr_array_header_t *names =
        ap_list_provider_names(pool, group, version);
    int i, is_ours = !strcmp(version, MCP_OFFER_VERSION);

    for (i = 0; i < names->nelts; i++) {
        mcp_tool_provider_t *one = apr_array_push(found);

        one->name =
            APR_ARRAY_IDX(names, i, ap_list_provider_names_t).provider_name;
        one->what = is_ours ? ap_lookup_provider(group, one->name, version)
                            : NULL;
        one->version = version;
    }
}

void mcp_server_parts_offers(mcp_tool_providers_t *found, mcp_ctx_t *cx)
{
    static const char *const groups[] = {MCP_TOOL_GROUP, MCP_RESOURCE_GROUP,
                                         MCP_PROMPT_GROUP};
    const apr_array_header_t *all = ap_list_provider_groups(cx->pool);
    const ap_list_provider_groups_t *each;
    const apr_array_header_t *strangers;
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++) {
        found->of[kind] =
            apr_array_make(cx->pool, 16, sizeof(mcp_tool_provider_t));
        for (i = 0; i < all->nelts; i++) {
            each = &APR_ARRAY_IDX(all, i, ap_list_provider_groups_t);
            if (!strcmp(each->provider_group, groups[kind]))
                offers_add(found->of[kind], groups[kind],
                           each->provider_version, cx->pool);
        }
    }
    strangers = mcp_tool_offered_strangers(found, cx->pool);
    for (i = 0; i < strangers->nelts; i++)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 470, "%s; %s",
                    APR_ARRAY_IDX(strangers, i, const char *),
                    MCP_TOOL_OFFERED_REMEDY);
}
