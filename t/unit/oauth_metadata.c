/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_world.h"

static const char *ask(world_t *w, mcp_oauth_endpoint_fn *handle,
                       const char *suffix, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);
    const mcp_error_t *e;

    x->suffix = suffix;
    e = handle(x, cx);
    if (e)
        return apr_psprintf(cx->pool, "error %d", mcp_error_http(e));
    is(header(x, "Cache-Control"), "public, max-age=300",
       "may be kept for five minutes");
    return x->json;
}

#define SERVER_DOCUMENT                                                       \
    "{\"issuer\":\"https://mcp.example.com\","                                \
    "\"authorization_endpoint\":\"https://mcp.example.com/oauth/authorize\"," \
    "\"token_endpoint\":\"https://mcp.example.com/oauth/token\","             \
    "\"registration_endpoint\":\"https://mcp.example.com/oauth/register\","   \
    "\"revocation_endpoint\":\"https://mcp.example.com/oauth/revoke\","       \
    "\"jwks_uri\":\"https://mcp.example.com/oauth/jwks\","                    \
    "\"scopes_supported\":[\"tasks:read\",\"tasks:write\",\"tasks:admin\","   \
    "\"offline_access\"],"                                                    \
    "\"response_types_supported\":[\"code\"],"                                \
    "\"response_modes_supported\":[\"query\"],"                               \
    "\"grant_types_supported\":[\"authorization_code\",\"refresh_token\"],"   \
    "\"token_endpoint_auth_methods_supported\":[\"none\","                    \
    "\"client_secret_basic\",\"client_secret_post\","                         \
    "\"private_key_jwt\"],"                                                   \
    "\"token_endpoint_auth_signing_alg_values_supported\":["                  \
    "\"ES256\",\"ES384\",\"ES512\",\"RS256\",\"RS384\",\"RS512\","            \
    "\"PS256\",\"PS384\",\"PS512\",\"EdDSA\"],"                               \
    "\"revocation_endpoint_auth_methods_supported\":[\"none\","               \
    "\"client_secret_basic\",\"client_secret_post\","                         \
    "\"private_key_jwt\"],"                                                   \
    "\"revocation_endpoint_auth_signing_alg_values_supported\":["             \
    "\"ES256\",\"ES384\",\"ES512\",\"RS256\",\"RS384\",\"RS512\","            \
    "\"PS256\",\"PS384\",\"PS512\",\"EdDSA\"],"                               \
    "\"code_challenge_methods_supported\":[\"S256\"],"                        \
    "\"subject_types_supported\":[\"public\"],"                               \
    "\"id_token_signing_alg_values_supported\":[\"ES256\"],"                  \
    "\"authorization_response_iss_parameter_supported\":true,"                \
    "\"client_id_metadata_document_supported\":true}"

static void test_resource(world_t *w, mcp_ctx_t *cx)
{
    static const char tasks[] =
        "{\"resource\":\"https://mcp.example.com/tasks\","
        "\"authorization_servers\":[\"https://mcp.example.com\"],"
        "\"scopes_supported\":[\"tasks:read\",\"tasks:write\","
        "\"tasks:admin\"],\"bearer_methods_supported\":[\"header\"],"
        "\"resource_name\":\"Tasks\","
        "\"resource_documentation\":\"https://docs.example.com/\"}";

    is(ask(w, mcp_oauth_resource_metadata_handle, "/tasks", cx), tasks,
       "RFC 9728: the path form");
    is(ask(w, mcp_oauth_resource_metadata_handle, "", cx), tasks,
       "the root form is of the resource that is named for it");
    is(ask(w, mcp_oauth_resource_metadata_handle, "/wiki", cx),
       "{\"resource\":\"https://mcp.example.com/wiki\","
       "\"authorization_servers\":[\"https://mcp.example.com\"],"
       "\"bearer_methods_supported\":[\"header\"]}",
       "what there is not is left out");
    is(ask(w, mcp_oauth_resource_metadata_handle, "/other", cx), "error 404",
       "another path is 404");
    is(ask(w, mcp_oauth_resource_metadata_handle, "/tasks/", cx), "error 404",
       "so is one with a slash more");
    is(ask(w, mcp_oauth_resource_metadata_handle, "/tasks/x", cx), "error 404",
       "and one below");
    w->tasks.scopes = list_of(cx->pool, "offline_access", "a", NULL);
    ok(!has_text(ask(w, mcp_oauth_resource_metadata_handle, "/tasks", cx),
                 "offline"),
       "offline_access is never a scope of a resource");
    w->service.root = NULL;
    is(ask(w, mcp_oauth_resource_metadata_handle, "", cx), "error 404",
       "no root form where none is named");
}

/* Named where some client may ask. */
static void test_introspection(world_t *w, mcp_ctx_t *cx)
{
    mcp_client_setting_t client;
    const char *text;

    memset(&client, 0, sizeof(client));
    client.id = "asks";
    client.introspection = 2;
    w->settings.clients = apr_array_make(cx->pool, 1, sizeof(&client));
    APR_ARRAY_PUSH(w->settings.clients, mcp_client_setting_t *) = &client;
    is(ask(w, mcp_oauth_server_metadata_handle, "", cx), SERVER_DOCUMENT,
       "a client that may not ask");
    client.introspection = MCP_INTROSPECTION_ON;
    text = ask(w, mcp_oauth_server_metadata_handle, "", cx);
    ok(has_text(text,
                "\"introspection_endpoint\":\"" ISSUER "/oauth/introspect\""),
       "RFC 8414 2: introspection_endpoint");
    ok(has_text(text, "\"introspection_endpoint_auth_methods_supported\":["
                      "\"client_secret_basic\",\"client_secret_post\","
                      "\"private_key_jwt\"]"),
       "and how a client authenticates there: no public one");
    ok(has_text(text, "\"introspection_endpoint_auth_signing_alg_values_"
                      "supported\":[\"ES256\","),
       "RFC 8414 2: and what signs for private_key_jwt");
    w->settings.clients = NULL;
}

static void test_server(world_t *w, mcp_ctx_t *cx)
{
    is(ask(w, mcp_oauth_server_metadata_handle, "", cx), SERVER_DOCUMENT,
       "RFC 8414: the metadata");
    is(ask(w, mcp_oauth_server_metadata_handle, "/tasks", cx), "error 404",
       "a resource is not an issuer");
    w->service.issuer = ISSUER "/tenant";
    ok(has_text(ask(w, mcp_oauth_server_metadata_handle, "/tenant", cx),
                "\"issuer\":\"" ISSUER "/tenant\""),
       "RFC 8414 3.1: an issuer with a path has it behind the well-known");
    w->service.issuer = ISSUER;
}

static void test_keys(world_t *w, mcp_ctx_t *cx)
{
    const char *text = ask(w, mcp_oauth_jwks_handle, "", cx);
    const mcp_json_t *keys = mcp_json_get(json_of(text, cx), "keys");

    ok(mcp_json_size(keys) >= 1, "RFC 7517: there are keys");
    is(mcp_json_string(mcp_json_get(mcp_json_at(keys, 0), "crv")), "P-256",
       "of the curve that ES256 has");
    ok(!mcp_json_get(mcp_json_at(keys, 0), "d"), "without the private part");
}

static void test_resources(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_resource_t root = w->tasks;

    ok(mcp_oauth_service_resource(&w->service, TASKS) == &w->tasks,
       "a resource by its string");
    ok(!mcp_oauth_service_resource(&w->service, TASKS "/"),
       "a slash more is another string");
    ok(!mcp_oauth_service_resource(&w->service, "tasks"), "nor a part");
    ok(mcp_oauth_service_resource(&w->service, TASKS "?x=/") == &w->tasks,
       "a query leads to the same location");
    ok(!mcp_oauth_service_resource(&w->service, TASKS "/?x"),
       "but not a slash before it");
    ok(!mcp_oauth_service_resource(&w->service, TASKS "?x#y"),
       "RFC 8707 2: nor is a fragment");
    ok(!mcp_oauth_service_resource(&w->service, ISSUER), "nor the origin");
    root.url = ISSUER;
    root.path = "";
    APR_ARRAY_PUSH((apr_array_header_t *)w->service.resources,
                   const mcp_oauth_resource_t *) = &root;
    ok(mcp_oauth_service_resource(&w->service, ISSUER) == &root,
       "one without a path");
    ok(mcp_oauth_service_resource(&w->service, ISSUER "/") == &root,
       "is the same with the slash of JavaScript's URL.href");
    ok(!mcp_oauth_service_resource(&w->service, ISSUER "//"), "not with two");
    ok(mcp_oauth_service_resource(&w->service, ISSUER "?x=/") == &root,
       "with a query");
    ok(mcp_oauth_service_resource(&w->service, ISSUER "/?x") == &root,
       "with both");
    is(mcp_oauth_service_url(&w->service, "token", cx->pool),
       ISSUER "/oauth/token", "an endpoint's URL");
    w->service.path = "";
    is(mcp_oauth_service_url(&w->service, "token", cx->pool), ISSUER "/token",
       "also at the root");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_server(w, cx);
    test_introspection(w, cx);
    test_resource(w, cx);
    test_keys(w, cx);
    test_resources(w, cx);
}

TAP_MAIN(test)
