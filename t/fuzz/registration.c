/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "service.h"

#include "oauth/client.h"
#include "oauth/redirect.h"

/* The text is the body of a registration: what it is answered with is found
 * again as the same client, and is nothing that a client may not be. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Clients refuse them. */
static int has_null(const mcp_json_t *answer)
{
    mcp_json_iter_t *i;

    for (i = mcp_json_first(answer); i; i = mcp_json_next(answer, i))
        if (mcp_json_type(mcp_json_iter_value(i)) == MCP_JSON_NULL)
            return 1;
    return 0;
}

static int answer_is(const mcp_json_t *answer, const char *name,
                     const char *value)
{
    const char *said = mcp_json_string(mcp_json_get(answer, name));

    return said && value ? !strcmp(said, value) : said == value;
}

static int is_one_of(const char *uri, const mcp_json_t *list)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(list); i++)
        if (!strcmp(mcp_json_string(mcp_json_at(list, i)), uri))
            return 1;
    return 0;
}

static void check_uris(const mcp_oauth_client_t *client,
                       const mcp_json_t *answer, mcp_ctx_t *cx)
{
    const mcp_json_t *told = mcp_json_get(answer, "redirect_uris");
    int i;

    PROMISE(client->redirect_uris->nelts >= 1);
    PROMISE((apr_size_t)client->redirect_uris->nelts == mcp_json_size(told));
    for (i = 0; i < client->redirect_uris->nelts; i++) {
        const char *uri =
            APR_ARRAY_IDX(client->redirect_uris, i, const char *);

        PROMISE(!mcp_oauth_redirect_fault(uri, NULL, cx));
        PROMISE(is_one_of(uri, told));
    }
}

/* Its secret is told once, and there is one only where it is of use. */
static void check_method(const mcp_oauth_client_t *client,
                         const mcp_json_t *answer,
                         const mcp_oauth_service_t *service, apr_pool_t *pool)
{
    const char *secret = mcp_oauth_client_secret(client, service, pool);

    PROMISE(answer_is(answer, "token_endpoint_auth_method",
                      mcp_oauth_client_method_word(client->method)));
    PROMISE(answer_is(answer, "client_secret", secret));
    PROMISE(!secret == (client->method == MCP_CLIENT_NONE ||
                        client->method == MCP_CLIENT_KEY));
    PROMISE((client->jwks || client->jwks_uri) ==
            (client->method == MCP_CLIENT_KEY));
    PROMISE(answer_is(answer, "jwks_uri", client->jwks_uri));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_oauth_service_t *service = service_make(cx.pool);
    const mcp_oauth_client_t *client;
    const mcp_json_t *answer;
    mcp_oauth_exchange_t x;
    static unsigned count;

    memset(&x, 0, sizeof(x));
    x.service = service;
    x.method = "POST";
    x.content_type = "application/json";
    x.body = apr_pstrmemdup(cx.pool, (const char *)data, size);
    x.body_len = size;
    x.headers = apr_table_make(cx.pool, 4);
    x.address = apr_psprintf(cx.pool, "%u", count++);
    if (!mcp_oauth_register_handle(&x, &cx)) {
        PROMISE(x.status == 201);
        PROMISE(!mcp_json_read(&answer, x.json, strlen(x.json), &cx));
        PROMISE(!has_null(answer));
        PROMISE(!mcp_oauth_client_find(
            &client, service,
            mcp_json_string(mcp_json_get(answer, "client_id")), &cx));
        PROMISE(client && strlen(client->id) <= MCP_CLIENT_ID_MAX);
        PROMISE(!mcp_oauth_client_may(client, MCP_GRANTS_CLIENT));
        PROMISE(answer_is(answer, "client_name", client->name));
        PROMISE(answer_is(answer, "scope", client->scope));
        check_uris(client, answer, &cx);
        check_method(client, answer, service, cx.pool);
    }
    target_end(&cx);
    return 0;
}
