/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/registered.h"

#include <string.h>

#include "base/scope.h"

static const mcp_client_setting_t *setting_at(const apr_array_header_t *all,
                                              int i)
{
    return APR_ARRAY_IDX(all, i, const mcp_client_setting_t *);
}

static mcp_oauth_client_method_t method_of(const mcp_client_setting_t *setting)
{
    if (setting->keys)
        return MCP_CLIENT_KEY;
    return setting->secret ? MCP_CLIENT_BASIC : MCP_CLIENT_NONE;
}

static mcp_oauth_client_t *make(const mcp_client_setting_t *setting,
                                apr_pool_t *pool)
{
    mcp_oauth_client_t *client = apr_pcalloc(pool, sizeof(*client));

    client->id = setting->id;
    client->setting = setting;
    client->method = method_of(setting);
    client->may_refresh = mcp_oauth_client_may(client, MCP_GRANTS_REFRESH);
    client->redirect_uris = setting->redirect_uris;
    if (!client->redirect_uris)
        client->redirect_uris = apr_array_make(pool, 1, sizeof(char *));
    client->name = setting->label ? setting->label : setting->id;
    if (setting->scopes)
        client->scope = mcp_scope_text(setting->scopes, pool);
    if (setting->keys)
        client->jwks = setting->keys->jwks;
    return client;
}

mcp_oauth_client_t *
mcp_oauth_registered_find(const mcp_oauth_service_t *service, const char *id,
                          apr_pool_t *pool)
{
    const apr_array_header_t *all = service->settings->clients;
    int i;

    for (i = 0; all && i < all->nelts; i++)
        if (!strcmp(setting_at(all, i)->id, id))
            return make(setting_at(all, i), pool);
    return NULL;
}

int mcp_oauth_registered_has(const mcp_oauth_service_t *service, int grant)
{
    const apr_array_header_t *all = service->settings->clients;
    int i;

    for (i = 0; all && i < all->nelts; i++)
        if (setting_at(all, i)->grants & grant)
            return 1;
    return 0;
}

int mcp_oauth_registered_introspects(const mcp_oauth_service_t *service)
{
    const apr_array_header_t *all = service->settings->clients;
    int i;

    for (i = 0; all && i < all->nelts; i++)
        if (setting_at(all, i)->introspection == MCP_INTROSPECTION_ON)
            return 1;
    return 0;
}
