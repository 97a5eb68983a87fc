/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#define U "\"redirect_uris\":[\"" CALLBACK "\"]"

/* want: "" registered; else the error */
static const struct {
    const char *name;
    const char *body;
    const char *want;
} rows[] = {
    {"the least that RFC 7591 asks for", "{" U "}", ""},
    {"what SDK 1.x sends",
     "{" U ",\"client_name\":\"x\",\"token_endpoint_auth_method\":\"none\","
     "\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
     "\"response_types\":[\"code\"],\"scope\":\"mcp:tools\"}",
     ""},
    {"application_type is not held against schemes",
     "{" U ",\"application_type\":\"web\"}", ""},
    {"unknown members are passed over",
     "{" U ",\"software_id\":\"x\",\"logo_uri\":1,\"x\":{\"y\":[]}}", ""},
    {"nulls are passed over",
     "{" U ",\"client_name\":null,\"scope\":null,\"grant_types\":null,"
     "\"token_endpoint_auth_method\":null,\"response_types\":null}",
     ""},
    {"grant types that are not here are dropped",
     "{" U ",\"grant_types\":[\"authorization_code\",\"implicit\"]}", ""},
    {"an empty name", "{" U ",\"client_name\":\"\"}", ""},
    {"a client with jwks_uri may register without it",
     "{" U ",\"jwks_uri\":\"https://a/jwks\"}", ""},
    {"no body", "", "invalid_client_metadata"},
    {"no JSON", "redirect_uris=x", "invalid_client_metadata"},
    {"half a JSON", "{" U, "invalid_client_metadata"},
    {"a list", "[]", "invalid_client_metadata"},
    {"a text", "\"x\"", "invalid_client_metadata"},
    {"null", "null", "invalid_client_metadata"},
    {"two texts", "{" U "}{}", "invalid_client_metadata"},
    {"a member twice", "{" U "," U "}", "invalid_client_metadata"},
    {"bad UTF-8", "{" U ",\"client_name\":\"\xff\"}",
     "invalid_client_metadata"},
    {"an escaped NUL", "{" U ",\"client_name\":\"a\\u0000b\"}",
     "invalid_client_metadata"},
    {"no redirect_uris", "{}", "invalid_redirect_uri"},
    {"null for them", "{\"redirect_uris\":null}", "invalid_redirect_uri"},
    {"none in the list", "{\"redirect_uris\":[]}", "invalid_redirect_uri"},
    {"one that is no list", "{\"redirect_uris\":\"" CALLBACK "\"}",
     "invalid_redirect_uri"},
    {"a list of numbers", "{\"redirect_uris\":[1]}", "invalid_redirect_uri"},
    {"eleven of them",
     "{\"redirect_uris\":[\"a:1\",\"a:2\",\"a:3\",\"a:4\",\"a:5\",\"a:6\","
     "\"a:7\",\"a:8\",\"a:9\",\"a:10\",\"a:11\"]}",
     "invalid_redirect_uri"},
    {"plain http elsewhere", "{\"redirect_uris\":[\"http://a.example/\"]}",
     "invalid_redirect_uri"},
    {"javascript:", "{\"redirect_uris\":[\"javascript:alert(1)\"]}",
     "invalid_redirect_uri"},
    {"private_key_jwt",
     "{" U ",\"token_endpoint_auth_method\":\"private_key_jwt\"}",
     "invalid_client_metadata"},
    {"a method that is no string", "{" U ",\"token_endpoint_auth_method\":1}",
     "invalid_client_metadata"},
    {"refresh_token alone", "{" U ",\"grant_types\":[\"refresh_token\"]}",
     "invalid_client_metadata"},
    {"client_credentials alone",
     "{" U ",\"grant_types\":[\"client_credentials\"]}",
     "invalid_client_metadata"},
    {"grant_types that are no list", "{" U ",\"grant_types\":\"x\"}",
     "invalid_client_metadata"},
    {"grant_types of numbers", "{" U ",\"grant_types\":[1]}",
     "invalid_client_metadata"},
    {"response_type token", "{" U ",\"response_types\":[\"token\"]}",
     "invalid_client_metadata"},
    {"a name that is no string", "{" U ",\"client_name\":[\"x\"]}",
     "invalid_client_metadata"},
    {"a malformed scope", "{" U ",\"scope\":\"a\\\"b\"}",
     "invalid_client_metadata"},
    {"a scope that is no string", "{" U ",\"scope\":[\"a\"]}",
     "invalid_client_metadata"},
};

static void test_rows(world_t *w, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mcp_oauth_exchange_t *x =
            posting(w, "application/json", rows[i].body, cx);
        const mcp_error_t *e = mcp_oauth_register_handle(x, cx);

        is(e ? mcp_error_oauth(e) : "", rows[i].want, rows[i].name);
        if (e)
            ok(mcp_error_http(e) == 400 && !x->json,
               "with 400 and nothing else");
        else
            ok(x->status == 201 && !has_text(x->json, "null"),
               "with 201 and no null");
        is(header(x, "Cache-Control"), "no-store", "kept by no cache");
    }
}

static void test_types(world_t *w, mcp_ctx_t *cx)
{
    static const char *const types[] = {
        "text/plain", "application/x-www-form-urlencoded", "", NULL};
    apr_size_t i;

    for (i = 0; i < 4; i++)
        fails(
            mcp_oauth_register_handle(posting(w, types[i], "{" U "}", cx), cx),
            MCP_E_MEDIA_TYPE, "only application/json is read");
}

/* facts: one refused URI of Cursor's three must not refuse all */
static void test_one_by_one(world_t *w, mcp_ctx_t *cx)
{
    const char *json = client_register(
        w,
        "{\"redirect_uris\":["
        "\"cursor://anysphere.cursor-mcp/oauth/callback\","
        "\"https://www.cursor.com/agents/mcp/oauth/callback\","
        "\"http://localhost:8787/callback\",\"http://evil.example/\","
        "\"javascript:x\",7,\"http://localhost:8787/callback\"],"
        "\"application_type\":\"web\","
        "\"token_endpoint_auth_method\":\"none\"}",
        cx);
    const mcp_json_t *uris = mcp_json_get(json_of(json, cx), "redirect_uris");
    const mcp_error_t *e;

    ok(mcp_json_size(uris) == 3, "acceptable URIs are registered, each once");
    is(mcp_json_string(mcp_json_at(uris, 0)),
       "cursor://anysphere.cursor-mcp/oauth/callback", "in their order");
    ok(strlen(text_in(json, "client_id", cx)) < 512,
       "Cursor's registration takes half of what an id may have");
    e = mcp_oauth_register_handle(
        posting(w, "application/json",
                "{\"redirect_uris\":[\"http://evil.example/secret?a=b\","
                "\"https://a.example/x#y\"]}",
                cx),
        cx);
    ok(e && has_text(mcp_error_text(e), "evil.example uses http") &&
           has_text(mcp_error_text(e), "a.example has a fragment"),
       "the error says why of each");
    ok(e && !has_text(mcp_error_text(e), "secret"), "naming only the host");
}

static void test_answer(world_t *w, mcp_ctx_t *cx)
{
    const char *json = client_register(
        w,
        "{" U ",\"client_name\":\"Inspector\",\"scope\":"
        "\"tasks:read bogus offline_access\","
        "\"grant_types\":[\"authorization_code\",\"refresh_token\"]}",
        cx);

    is(text_in(json, "token_endpoint_auth_method", cx), "client_secret_basic",
       "RFC 7591 2: no method means client_secret_basic");
    ok(text_in(json, "client_secret", cx) != NULL, "so there is a secret");
    ok(number_in(json, "client_secret_expires_at", cx) == 0,
       "RFC 7591 3.2.1: which does not expire");
    ok(number_in(json, "client_id_issued_at", cx) ==
           apr_time_sec(tap_now) / 3600 * 3600,
       "with the time of issue, an integer");
    is(text_in(json, "client_name", cx), "Inspector", "the name");
    is(text_in(json, "scope", cx), "tasks:read offline_access",
       "the scopes that exist");
    ok(has_text(json, "\"grant_types\":[\"authorization_code\","
                      "\"refresh_token\"]"),
       "the grant types");
    ok(has_text(json, "\"response_types\":[\"code\"]"),
       "and response types registered");
    json = client_register(
        w, "{" U ",\"token_endpoint_auth_method\":\"none\"}", cx);
    ok(!has_text(json, "client_secret\"") && !has_text(json, "expires_at"),
       "a public client gets no secret");
    ok(has_text(json, "\"grant_types\":[\"authorization_code\"]"),
       "RFC 7591 2: no grant_types means authorization_code");
    json = client_register(
        w, "{" U ",\"token_endpoint_auth_method\":\"client_secret_post\"}",
        cx);
    is(text_in(json, "token_endpoint_auth_method", cx), "client_secret_post",
       "client_secret_post");
    ok(text_in(json, "client_secret", cx) != NULL, "has one");
}

static void test_sizes(world_t *w, mcp_ctx_t *cx)
{
    char *name = apr_palloc(cx->pool, 500);
    const char *json, *body;
    const mcp_error_t *e;
    int i;

    for (i = 0; i < 201; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 2);
    name[402] = '\0';
    json = client_register(
        w, apr_psprintf(cx->pool, "{" U ",\"client_name\":\"%s\"}", name), cx);
    ok(json && strlen(text_in(json, "client_name", cx)) == 400,
       "a name is cut after 200 characters, not within one");
    body = "{\"redirect_uris\":[";
    for (i = 0; i < 10; i++)
        body = apr_psprintf(cx->pool,
                            "%s%s\"https://app%d.example.com/a/rather/long/"
                            "path/that/goes/on/and/on/and/on/and/on/%d\"",
                            body, i ? "," : "", i, i);
    body = apr_pstrcat(cx->pool, body, "]}", NULL);
    e = mcp_oauth_register_handle(posting(w, "application/json", body, cx),
                                  cx);
    fails(e, MCP_E_INVALID_METADATA, "what fills more than 1 KiB is refused");
    ok(e && has_text(mcp_error_text(e), "1024"), "and the limit is named");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_rows(w, cx);
    test_types(w, cx);
    test_one_by_one(w, cx);
    test_answer(w, cx);
    test_sizes(w, cx);
}

TAP_MAIN(test)
