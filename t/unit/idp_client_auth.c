/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/call.h"
#include "idp/client_auth.h"

/* "client 1" and "s:e/c+r e", form-encoded first (RFC 6749 2.3.1) */
#define BASIC "Basic Y2xpZW50JTIwMTpzJTNBZSUyRmMlMkJyJTIwZQ=="
#define POST "token=t&client_id=client%201&client_secret=s%3Ae%2Fc%2Br%20e"

/* -- which method -- */

static const struct {
    const char *name;
    int says, preset, set; /* bits of the provider; methods */
    int method, other;
} choices[] = {
    {"nobody says anything", 0, 0, 0, MCP_IDP_BASIC, MCP_IDP_POST},
    {"it takes post", 1 << MCP_IDP_POST, 0, 0, MCP_IDP_POST, MCP_IDP_BASIC},
    {"it takes both", 1 << MCP_IDP_POST | 1 << MCP_IDP_BASIC, 0, 0,
     MCP_IDP_BASIC, MCP_IDP_POST},
    {"it takes keys alone", 1 << MCP_IDP_PRIVATE_KEY_JWT, 0, 0, MCP_IDP_BASIC,
     MCP_IDP_POST},
    {"the preset knows", 1 << MCP_IDP_BASIC, MCP_IDP_POST, 0, MCP_IDP_POST,
     MCP_IDP_BASIC},
    {"basic is written", 1 << MCP_IDP_POST, MCP_IDP_POST, MCP_IDP_BASIC,
     MCP_IDP_BASIC, 0},
    {"post is written", 0, 0, MCP_IDP_POST, MCP_IDP_POST, 0},
    {"a key is written", 0, 0, MCP_IDP_PRIVATE_KEY_JWT,
     MCP_IDP_PRIVATE_KEY_JWT, 0},
};

static void test_choices(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_metadata_t metadata;
    mcp_idp_client_auth_t auth;
    size_t i;

    memset(&metadata, 0, sizeof(metadata));
    metadata.remote = &w->remote;
    for (i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
        metadata.methods = choices[i].says;
        w->facts.method = (mcp_idp_method_t)choices[i].preset;
        client_set(w, SECRET, choices[i].set, cx);
        auth = mcp_idp_client_auth_choose(&metadata);
        ok(auth.method == choices[i].method && auth.other == choices[i].other,
           "where %s: %s, then %s", choices[i].name,
           mcp_idp_client_auth_word(auth.method),
           mcp_idp_client_auth_word(auth.other));
    }
    w->facts.method = (mcp_idp_method_t)0;
    client_set(w, NULL, 0, cx);
    auth = mcp_idp_client_auth_choose(&metadata);
    ok(!auth.method && !auth.other, "without a secret: none");
    is(auth.issuer, IDP, "without a document, its issuer is the configured");
    metadata.issuer = "https://idp.example/said";
    auth = mcp_idp_client_auth_choose(&metadata);
    is(auth.issuer, "https://idp.example/said", "else the document's");
}

/* -- what is sent -- */

static const mcp_error_t *call(mcp_net_reply_t *reply, world_t *w,
                               mcp_ctx_t *cx)
{
    mcp_idp_call_t request = {INTROSPECT, apr_table_make(cx->pool, 2), NULL,
                              NULL};
    const mcp_idp_metadata_t *metadata;

    apr_table_set(request.form, "token", "t");
    MCP_TRY(mcp_idp_metadata_get(&metadata, &w->remote, cx));
    return mcp_idp_call_as_client(reply, &request, metadata, cx);
}

static void test_basic_and_post(world_t *w, mcp_ctx_t *cx)
{
    mcp_net_reply_t reply;
    page_t *page = put(INTROSPECT, 200, "{}");

    client_set(w, SECRET, MCP_IDP_BASIC, cx);
    fine(call(&reply, w, cx), "client_secret_basic");
    is(page->authorization, BASIC, "RFC 6749 2.3.1: id and secret, encoded");
    is(page->form, "token=t", "and not in the form");

    client_set(w, SECRET, MCP_IDP_POST, cx);
    fine(call(&reply, w, cx), "client_secret_post");
    is(page->form, POST, "id and secret in the form");
    is(page->authorization, NULL, "and not in a header");

    client_set(w, NULL, 0, cx);
    fine(call(&reply, w, cx), "a public client");
    is(page->form, "token=t&client_id=client%201", "its id alone");
    is(page->authorization, NULL, "and no header");
}

static const mcp_json_t *assertion_of(const page_t *page, world_t *w,
                                      mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;
    const char *text;
    apr_table_t *form;

    if (mcp_form_read(&form, page->form, strlen(page->form), cx))
        return NULL;
    is(apr_table_get(form, "client_assertion_type"),
       "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
       "RFC 7523 2.2: the type of the assertion");
    is(apr_table_get(form, "client_id"), CLIENT, "beside our client_id");
    ok(!apr_table_get(form, "client_secret"), "and no secret");
    text = apr_table_get(form, "client_assertion");
    if (!text || mcp_jose_jws_read(&jws, text, strlen(text), cx) ||
        mcp_jose_jws_verify(jws, w->idp.client_jwk, cx))
        return NULL;
    is(jws->typ, "JWT", "its typ");
    return jws->claims;
}

static const char *text_of(const mcp_json_t *claims, const char *name)
{
    return mcp_json_string(mcp_json_get(claims, name));
}

static void test_assertion(world_t *w, mcp_ctx_t *cx)
{
    page_t *page = put(INTROSPECT, 200, "{}");
    mcp_net_reply_t reply;
    const mcp_json_t *claims;
    apr_int64_t exp = 0, iat = 0;
    const char *jti;
    mcp_jose_jwk_t *key;

    fine(mcp_jose_jwk_make(&key, cx), "our key");
    w->idp.client_jwk = key;
    client_set(w, "the key", MCP_IDP_PRIVATE_KEY_JWT, cx);
    fine(call(&reply, w, cx), "private_key_jwt");
    claims = assertion_of(page, w, cx);
    ok(claims != NULL, "RFC 7523 3: signed by our key");
    is(text_of(claims, "iss"), CLIENT, "by us");
    is(text_of(claims, "sub"), CLIENT, "about us");
    is(text_of(claims, "aud"), IDP, "for the issuer, one string");
    mcp_json_integer(&exp, mcp_json_get(claims, "exp"));
    mcp_json_integer(&iat, mcp_json_get(claims, "iat"));
    ok(iat == mcp_ctx_seconds(cx) && exp == iat + 60, "good for a minute");
    jti = text_of(claims, "jti");
    w->facts.endpoint_audience = 1;
    fine(call(&reply, w, cx), "once more, where the preset knows better");
    claims = assertion_of(page, w, cx);
    is(text_of(claims, "aud"), INTROSPECT, "for the endpoint");
    ok(jti && strlen(jti) > 20 && text_of(claims, "jti") &&
           strcmp(jti, text_of(claims, "jti")) != 0,
       "with another jti");
    w->facts.endpoint_audience = 0;
}

/* -- the other way -- */

static void test_other(world_t *w, mcp_ctx_t *cx)
{
    page_t *page = put(INTROSPECT, 401, "");
    mcp_net_reply_t reply;

    client_set(w, SECRET, 0, cx);
    page->then = "{'active':true}";
    page->then_status = 200;
    *tap_log = '\0';
    fine(call(&reply, w, cx), "who refuses basic with 401");
    ok(page->asked == 2 && reply.status == 200, "is asked with post");
    is(page->form, POST, "which it takes");
    ok(has(tap_log, "MCP00180") && has(tap_log, "Client ID SECRET post"),
       "the log has what to write");
    ok(!has(tap_log, "s:e"), "and no secret");

    page = put(INTROSPECT, 400, "{'error':'invalid_client'}");
    *tap_log = '\0';
    fine(call(&reply, w, cx), "who takes neither");
    ok(page->asked == 2 && reply.status == 400 && !*tap_log,
       "is asked in both ways, and the first answer counts");

    page = put(INTROSPECT, 200, "error=incorrect_client_credentials");
    page->type = FORM_TYPE;
    fine(call(&reply, w, cx), "who says so in GitHub's way");
    ok(page->asked == 2, "is asked in both ways too");

    page = put(INTROSPECT, 400, "{'error':'invalid_request'}");
    fine(call(&reply, w, cx), "who refuses something else");
    ok(page->asked == 1, "is asked once");

    client_set(w, SECRET, MCP_IDP_BASIC, cx);
    page = put(INTROSPECT, 401, "");
    fine(call(&reply, w, cx), "where the method is written");
    ok(page->asked == 1, "there is no other");
}

static void test_trouble(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        int status;
        const char *name;
    } later[] = {{0, "no answer"}, {429, "too many"}, {503, "down"}};
    mcp_net_reply_t reply;
    mcp_net_exchanges_t *exchanges = w->remote.exchanges;
    size_t i;

    client_set(w, SECRET, 0, cx);
    for (i = 0; i < sizeof(later) / sizeof(*later); i++) {
        put(INTROSPECT, later[i].status, "");
        fails(call(&reply, w, cx), MCP_E_UNAVAILABLE, later[i].name);
    }
    put(INTROSPECT, 200, "")->body = NULL;
    ok(tells(call(&reply, w, cx), "See Endpoint"),
       "an answer that is none: too large, or not sent for");
    put(INTROSPECT, 200, "{}");
    w->idp.client = NULL;
    ok(tells(call(&reply, w, cx), "Client ID SECRET"), "without a client");
    client_set(w, SECRET, 0, cx);
    w->remote.exchanges = NULL;
    fails(call(&reply, w, cx), MCP_E_UNAVAILABLE,
          "a child that can ask nobody");
    w->remote.exchanges = exchanges;
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_choices(&w, cx);
    test_basic_and_post(&w, cx);
    test_assertion(&w, cx);
    test_other(&w, cx);
    test_trouble(&w, cx);
}

TAP_MAIN(body)
