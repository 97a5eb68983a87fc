/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include <unistd.h>

#include "oauth/client.h"
#include "oauth/endpoint.h"

/* Text that begins with '{' is a registration: what it is answered with is
 * found again as the same. Other text is a client_id: it is found only if it
 * is one that was issued, byte for byte. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ISSUER "https://mcp.example.com"

static mcp_ctx_t keys_cx;

static void keys_end(void)
{
    target_end(&keys_cx);
}

/* The fuzzer's randomness is fixed: so are the keys, and a seed stays good. */
static mcp_jose_keyring_t *keys_get(void)
{
    static mcp_jose_keyring_t *keys;
    char directory[] = "/tmp/mcp_fuzz_XXXXXX";
    apr_array_header_t *issuers;

    if (keys)
        return keys;
    keys_cx = target_begin();
    atexit(keys_end);
    issuers = apr_array_make(keys_cx.pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(issuers, const char *) = ISSUER;
    PROMISE(mkdtemp(directory) != NULL);
    PROMISE(!mcp_jose_keyring_open(&keys, directory, issuers, &keys_cx));
    PROMISE(!unlink(apr_pstrcat(keys_cx.pool, directory, "/keys.json", NULL)));
    PROMISE(!rmdir(directory));
    return keys;
}

static mcp_oauth_service_t *service_make(apr_pool_t *pool)
{
    mcp_oauth_service_t *service = apr_pcalloc(pool, sizeof(*service));
    mcp_oauth_works_t *works = apr_pcalloc(pool, sizeof(*works));
    mcp_oauth_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    mcp_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));
    mcp_lifetime_t *lifetime = apr_pcalloc(pool, sizeof(*lifetime));
    apr_array_header_t *resources = apr_array_make(pool, 1, sizeof(void *));

    works->keys = keys_get();
    lifetime->registration = MCP_UNLIMITED;
    settings->lifetime = lifetime;
    resource->url = ISSUER "/mcp";
    resource->settings = settings;
    APR_ARRAY_PUSH(resources, const mcp_oauth_resource_t *) = resource;
    service->issuer = service->origin = ISSUER;
    service->path = "/oauth";
    service->resources = resources;
    service->settings = apr_pcalloc(pool, sizeof(*service->settings));
    service->works = works;
    return service;
}

static void check_client(const mcp_oauth_client_t *client, const char *id,
                         const mcp_oauth_service_t *service, apr_pool_t *pool)
{
    int i;

    PROMISE(!strcmp(client->id, id) && strlen(id) <= MCP_CLIENT_ID_MAX);
    PROMISE(client->redirect_uris->nelts >= 1);
    for (i = 0; i < client->redirect_uris->nelts; i++)
        PROMISE(APR_ARRAY_IDX(client->redirect_uris, i, char *) != NULL);
    PROMISE(!mcp_oauth_client_secret(client, service, pool) ==
            (client->method == MCP_CLIENT_NONE));
}

static void feed_registration(const char *text, size_t size,
                              mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t x;
    const mcp_oauth_client_t *client;
    const mcp_json_t *json;
    const char *id;

    memset(&x, 0, sizeof(x));
    x.service = service;
    x.method = "POST";
    x.content_type = "application/json";
    x.body = text;
    x.body_len = size;
    x.headers = apr_table_make(cx->pool, 4);
    if (mcp_oauth_register_handle(&x, cx))
        return;
    PROMISE(x.status == 201);
    PROMISE(!mcp_json_read(&json, x.json, strlen(x.json), cx));
    id = mcp_json_string(mcp_json_get(json, "client_id"));
    PROMISE(!mcp_oauth_client_find(&client, service, id, cx));
    PROMISE(client != NULL);
    check_client(client, id, service, cx->pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_service_t *service = service_make(cx.pool);
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    const mcp_oauth_client_t *client;

    if (*text == '{') {
        feed_registration(text, size, service, &cx);
    }
    else {
        if (!mcp_oauth_client_find(&client, service, text, &cx) && client)
            check_client(client, text, service, cx.pool);
    }
    target_end(&cx);
    return 0;
}
