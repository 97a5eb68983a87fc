/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/uri.h"
#include "net/guard.h"
#include "oauth/cimd.h"
#include "oauth/redirect.h"

/* Text that begins with "https:" is the URL of a client metadata document: one
 * that is accepted names a public host. Other text is the document at URL: a
 * client that is read from it has what a client needs. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ISSUER "https://mcp.example.com"
#define URL "https://app.example.com/client.json"

static mcp_oauth_service_t *service_make(apr_pool_t *pool)
{
    mcp_oauth_service_t *service = apr_pcalloc(pool, sizeof(*service));
    mcp_oauth_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    apr_array_header_t *resources = apr_array_make(pool, 1, sizeof(void *));
    apr_array_header_t *scopes = apr_array_make(pool, 1, sizeof(char *));

    APR_ARRAY_PUSH(scopes, const char *) = "tasks:read";
    resource->url = ISSUER "/mcp";
    resource->scopes = scopes;
    resource->settings = apr_pcalloc(pool, sizeof(*resource->settings));
    APR_ARRAY_PUSH(resources, const mcp_oauth_resource_t *) = resource;
    service->issuer = service->origin = ISSUER;
    service->path = "/oauth";
    service->resources = resources;
    service->settings = apr_pcalloc(pool, sizeof(*service->settings));
    return service;
}

static void feed_url(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;
    const char *host;

    if (mcp_oauth_cimd_fault(&host, text, cx))
        return;
    PROMISE(!mcp_uri_read(&uri, text, cx));
    PROMISE(!strcmp(uri->scheme, "https") && !strcmp(uri->host, host));
    PROMISE(!uri->userinfo && !uri->fragment && strlen(uri->path) > 1);
    PROMISE(!mcp_uri_has_dots(uri));
    PROMISE(!mcp_net_guard_name_fault(host));
}

static void check_client(const mcp_oauth_client_t *client, mcp_ctx_t *cx)
{
    int i;

    PROMISE(client->name && *client->name);
    PROMISE(client->redirect_uris->nelts >= 1);
    for (i = 0; i < client->redirect_uris->nelts; i++)
        PROMISE(!mcp_oauth_redirect_fault(
            APR_ARRAY_IDX(client->redirect_uris, i, const char *), NULL, cx));
    if (client->method == MCP_CLIENT_KEY)
        PROMISE(!client->jwks != !client->jwks_uri);
    else
        PROMISE(client->method == MCP_CLIENT_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_client_t client;
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);

    memset(&client, 0, sizeof(client));
    client.id = URL;
    if (!strncmp(text, "https:", 6))
        feed_url(text, &cx);
    else if (!mcp_oauth_cimd_read(&client, (const char *)data, size,
                                  service_make(cx.pool), &cx))
        check_client(&client, &cx);
    target_end(&cx);
    return 0;
}
