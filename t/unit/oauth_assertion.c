/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "oauth/assertion.h"
#include "oauth/client_keys.h"

#define ENDPOINT "\"" ISSUER "/oauth/token\""
#define OURS "\"" ISSUER "\""
#define NONE (-1000000)

/* Seconds from now; NONE: not there. */
typedef struct times_t {
    int exp, iat, nbf;
} times_t;

typedef struct row_t {
    const char *name;
    const char *iss, *sub; /* JSON, or NULL: not there */
    const char *aud;
    times_t at;
    const char *jti;
    const char *typ;
    const char *want; /* part of why it is refused; NULL: it is good */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"as RFC 7523 3 has it", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"1\"", "JWT", NULL},
    {"for the token endpoint", "\"web\"", "\"web\"", ENDPOINT, {60, 0, NONE}, "\"1\"", "JWT", NULL},
    {"for an alias of it", "\"web\"", "\"web\"", "\"" ISSUER "/token\"", {60, 0, NONE}, "\"1\"", "JWT", NULL},
    {"for a list of one", "\"web\"", "\"web\"", "[" ENDPOINT "]", {60, 0, NONE}, "\"1\"", NULL, NULL},
    {"without iat", "\"web\"", "\"web\"", OURS, {60, NONE, NONE}, "\"1\"", NULL, NULL},
    {"with nbf", "\"web\"", "\"web\"", OURS, {60, 0, -5}, "\"1\"", NULL, NULL},
    {"of a clock that is ahead", "\"web\"", "\"web\"", OURS, {330, 30, 30}, "\"1\"", NULL, NULL},
    {"the last second", "\"web\"", "\"web\"", OURS, {1, -299, NONE}, "\"1\"", NULL, NULL},
    {"with its own typ", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"1\"", "client-authentication+jwt", NULL},
    {"with typ as a media type", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"1\"", "Application/JWT", NULL},
    {"with the typ of an access token", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"1\"", "at+jwt", "its typ"},
    {"with an empty typ", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"1\"", "", "its typ"},
    {"without iss", NULL, "\"web\"", OURS, {60, 0, NONE}, "\"1\"", NULL, "iss and sub"},
    {"without sub", "\"web\"", NULL, OURS, {60, 0, NONE}, "\"1\"", NULL, "iss and sub"},
    {"of one about another", "\"web\"", "\"job\"", OURS, {60, 0, NONE}, "\"1\"", NULL, "iss and sub"},
    {"with empty names", "\"\"", "\"\"", OURS, {60, 0, NONE}, "\"1\"", NULL, "iss and sub"},
    {"with a number for a name", "1", "1", OURS, {60, 0, NONE}, "\"1\"", NULL, "iss and sub"},
    {"without aud", "\"web\"", "\"web\"", NULL, {60, 0, NONE}, "\"1\"", NULL, "aud is not one string"},
    {"for nobody", "\"web\"", "\"web\"", "[]", {60, 0, NONE}, "\"1\"", NULL, "aud is not one string"},
    {"for us and others", "\"web\"", "\"web\"", "[" OURS ",\"https://other.example\"]", {60, 0, NONE}, "\"1\"", NULL, "aud is not one string"},
    {"for us twice", "\"web\"", "\"web\"", "[" OURS "," ENDPOINT "]", {60, 0, NONE}, "\"1\"", NULL, "aud is not one string"},
    {"for others", "\"web\"", "\"web\"", "\"https://other.example\"", {60, 0, NONE}, "\"1\"", NULL, "aud is neither"},
    {"for another endpoint", "\"web\"", "\"web\"", "\"" ISSUER "/oauth/authorize\"", {60, 0, NONE}, "\"1\"", NULL, "aud is neither"},
    {"for a protected location", "\"web\"", "\"web\"", "\"" TASKS "\"", {60, 0, NONE}, "\"1\"", NULL, "aud is neither"},
    {"for us with a slash", "\"web\"", "\"web\"", "\"" ISSUER "/\"", {60, 0, NONE}, "\"1\"", NULL, "aud is neither"},
    {"without exp", "\"web\"", "\"web\"", OURS, {NONE, 0, NONE}, "\"1\"", NULL, "exp is missing"},
    {"of a second ago", "\"web\"", "\"web\"", OURS, {0, -60, NONE}, "\"1\"", NULL, "has expired"},
    {"with a long life", "\"web\"", "\"web\"", OURS, {331, 0, NONE}, "\"1\"", NULL, "too far ahead"},
    {"with iat ahead", "\"web\"", "\"web\"", OURS, {60, 31, NONE}, "\"1\"", NULL, "lies ahead"},
    {"with nbf ahead", "\"web\"", "\"web\"", OURS, {60, 0, 31}, "\"1\"", NULL, "lies ahead"},
    {"without jti", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, NULL, NULL, "jti is missing"},
    {"with an empty jti", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "\"\"", NULL, "jti is missing"},
    {"with a number as jti", "\"web\"", "\"web\"", OURS, {60, 0, NONE}, "1", NULL, "jti is missing"},
};
/* clang-format on */

static const char *member(const char *name, const char *json, mcp_ctx_t *cx)
{
    return json ? apr_psprintf(cx->pool, ",\"%s\":%s", name, json) : "";
}

static const char *when(const char *name, int offset, mcp_ctx_t *cx)
{
    if (offset == NONE)
        return "";
    return apr_psprintf(cx->pool, ",\"%s\":%" APR_INT64_T_FMT, name,
                        mcp_ctx_seconds(cx) + offset);
}

static const char *sign(const row_t *row, const mcp_jose_jwk_t *key,
                        mcp_ctx_t *cx)
{
    const char *claims, *text = "";

    claims = apr_pstrcat(
        cx->pool, "{\"x\":0", member("iss", row->iss, cx),
        member("sub", row->sub, cx), member("aud", row->aud, cx),
        member("jti", row->jti, cx), when("exp", row->at.exp, cx),
        when("iat", row->at.iat, cx), when("nbf", row->at.nbf, cx), "}", NULL);
    mcp_jose_jws_sign(&text, claims, row->typ, key, cx);
    return text;
}

static void test_rows(world_t *w, const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    mcp_oauth_assertion_t assertion;
    const mcp_error_t *e;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        e = mcp_oauth_assertion_read(&assertion, sign(&rows[i], key, cx),
                                     &w->service, cx);
        if (!rows[i].want)
            fine(e, rows[i].name);
        else if (fails(e, MCP_E_INVALID_CLIENT, rows[i].name))
            ok(has_text(e->detail, rows[i].want), "since %s", e->detail);
    }
}

static void test_texts(world_t *w, mcp_ctx_t *cx)
{
    static const char *const texts[] = {
        "",
        "x",
        "a.b",
        "a.b.c",
        "....",
        /* {"alg":"none"}.{} */
        "eyJhbGciOiJub25lIn0.e30.AA",
        /* {"alg":"ES256"}.[] */
        "eyJhbGciOiJFUzI1NiJ9.W10.AA",
    };
    mcp_oauth_assertion_t assertion;
    apr_size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        fails(mcp_oauth_assertion_read(&assertion, texts[i], &w->service, cx),
              MCP_E_INVALID_CLIENT,
              apr_psprintf(cx->pool, "'%s' is no assertion", texts[i]));
}

/* {"keys":[...]} of the public halves */
static const mcp_json_t *set_of(const mcp_jose_jwk_t *one,
                                const mcp_jose_jwk_t *two, mcp_ctx_t *cx)
{
    return json_of(apr_pstrcat(cx->pool, "{\"keys\":[{\"kty\":\"oct\"},",
                               mcp_jose_jwk_text(one, 0, cx->pool),
                               two ? "," : "",
                               two ? mcp_jose_jwk_text(two, 0, cx->pool) : "",
                               "]}", NULL),
                   cx);
}

static const mcp_error_t *check(world_t *w, const char *text,
                                const mcp_oauth_client_t *client,
                                mcp_ctx_t *cx)
{
    mcp_oauth_assertion_t assertion;

    MCP_TRY(mcp_oauth_assertion_read(&assertion, text, &w->service, cx));
    return mcp_oauth_assertion_verify(&assertion, client, &w->service, cx);
}

static mcp_oauth_client_t client_of(const mcp_json_t *jwks)
{
    mcp_oauth_client_t client;

    memset(&client, 0, sizeof(client));
    client.id = "web";
    client.method = MCP_CLIENT_KEY;
    client.jwks = jwks;
    return client;
}

static void test_keys(world_t *w, const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *other;
    mcp_oauth_client_t client = client_of(set_of(key, NULL, cx));
    row_t row = rows[0];

    fine(mcp_jose_jwk_make(&other, cx), "another key");
    row.jti = "\"keys\"";
    fails(check(w, sign(&row, other, cx), &client, cx), MCP_E_INVALID_CLIENT,
          "a key that is not the client's");
    fine(check(w, sign(&row, key, cx), &client, cx),
         "one that is; the jti was not used up by the other");
    client = client_of(set_of(other, key, cx));
    row.jti = "\"several\"";
    fine(check(w, sign(&row, key, cx), &client, cx), "one of several");
    row.jti = "\"alg\"";
    client.alg = "ES384";
    fails(check(w, sign(&row, key, cx), &client, cx), MCP_E_INVALID_CLIENT,
          "RFC 7591 2: another alg than the client registered");
    client.alg = "ES256";
    fine(check(w, sign(&row, key, cx), &client, cx), "that one");
    client.method = MCP_CLIENT_NONE;
    row.jti = "\"method\"";
    fails(check(w, sign(&row, key, cx), &client, cx), MCP_E_INVALID_CLIENT,
          "a client that does not use keys");
}

static void test_once(world_t *w, const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    mcp_oauth_client_t client = client_of(set_of(key, NULL, cx));
    mcp_oauth_service_t other = w->service;
    row_t row = rows[0];
    const char *text;
    const mcp_error_t *e;

    row.jti = "\"once\"";
    row.at.exp = 300;
    text = sign(&row, key, cx);
    fine(check(w, text, &client, cx), "an assertion");
    e = check(w, text, &client, cx);
    fails(e, MCP_E_INVALID_CLIENT, "is good once");
    ok(has_text(e->detail, "used before"), "and the log says so");
    row.at.exp = 200;
    fails(check(w, sign(&row, key, cx), &client, cx), MCP_E_INVALID_CLIENT,
          "so is its jti");
    row.iss = row.sub = "\"job\"";
    client.id = "job";
    fine(check(w, sign(&row, key, cx), &client, cx), "of that client");
    pass_seconds(299);
    fails(check(w, text, &client, cx), MCP_E_INVALID_CLIENT,
          "until its last second");
    pass_seconds(86400 - 299);
    mcp_store_purge(w->works.store, cx);
    pass_seconds(-86400);
    fails(check(w, text, &client, cx), MCP_E_INVALID_CLIENT,
          "and after a clock that went a day ahead and back");
    other.issuer = "https://other.example.com";
    w->service.issuer = other.issuer;
    row = rows[0];
    row.jti = "\"once\"";
    row.aud = "\"https://other.example.com\"";
    client.id = "web";
    fine(check(w, sign(&row, key, cx), &client, cx),
         "another issuer has a memory of its own");
    w->service.issuer = ISSUER;
}

/* A child whose libcurl failed at the start serves without it. */
static void test_no_network(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t client = {0};
    const mcp_json_t *jwks;

    client.jwks_uri = "https://app.example.com/jwks";
    fails(mcp_oauth_client_keys_get(&jwks, &client, &w->service, 0, cx),
          MCP_E_UNAVAILABLE, "keys that cannot be fetched in this child");
    fails(mcp_oauth_client_keys_get(&jwks, &client, &w->service, 1, cx),
          MCP_E_UNAVAILABLE, "nor again");
}

/* RFC 7521 4.2, RFC 6749 2.3: at the token endpoint */
static void test_endpoint(world_t *w, const mcp_jose_jwk_t *key, mcp_ctx_t *cx)
{
    const char *metadata =
        apr_pstrcat(cx->pool,
                    "{\"redirect_uris\":[\"" CALLBACK
                    "\"],\"token_endpoint_auth_method\":\"private_key_jwt\","
                    "\"jwks\":{\"keys\":[",
                    mcp_jose_jwk_text(key, 0, cx->pool), "]}}", NULL);
    const char *json = client_register(w, metadata, cx);
    const char *id = text_in(json, "client_id", cx), *code, *text;
    row_t row = rows[0];

    if (!ok(id != NULL, "a registration with jwks"))
        return;
    ok(!text_in(json, "client_secret", cx), "has no secret");
    ok(mcp_json_size(mcp_json_pointer(json_of(json, cx), "/jwks/keys")) == 1,
       "and is told its keys");
    code = code_for(w, authorize_query(id, CALLBACK, TASKS, NULL, cx), cx);
    is(redeem(w, id, code, cx), "error 401 invalid_client",
       "its code is of no use without an assertion");
    row.iss = row.sub = apr_pstrcat(cx->pool, "\"", id, "\"", NULL);
    row.jti = "\"endpoint\"";
    text = sign(&row, key, cx);
    is(token_post(w, NULL,
                  form_of(cx->pool, "grant_type", "authorization_code",
                          "client_assertion", text, "client_assertion_type",
                          MCP_ASSERTION_TYPE, "client_secret", "x", NULL),
                  cx),
       "error 400 invalid_request", "RFC 6749 2.3: nor with two ways at once");
    is(token_post(w, NULL,
                  form_of(cx->pool, "grant_type", "authorization_code",
                          "client_assertion", text, NULL),
                  cx),
       "error 400 invalid_request", "nor without client_assertion_type");
    is(token_post(w, NULL,
                  form_of(cx->pool, "grant_type", "authorization_code",
                          "client_assertion", text, "client_assertion_type",
                          "urn:ietf:params:oauth:grant-type:jwt-bearer", NULL),
                  cx),
       "error 401 invalid_client", "nor with another one");
    json = token_post(
        w, NULL,
        form_of(cx->pool, "grant_type", "authorization_code", "code", code,
                "code_verifier", VERIFIER, "client_id", id, "client_assertion",
                text, "client_assertion_type", MCP_ASSERTION_TYPE, NULL),
        cx);
    ok(text_in(json, "access_token", cx) != NULL, "with it it is");
}

static void body(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    mcp_jose_jwk_t *key;

    w->service.aliases = list_of(cx->pool, "", NULL);
    fine(mcp_jose_jwk_make(&key, cx), "a key");
    test_rows(w, key, cx);
    test_texts(w, cx);
    test_keys(w, key, cx);
    test_once(w, key, cx);
    is(tap_log, "", "nothing is logged");
    test_endpoint(w, key, cx);
    test_no_network(w, cx);
}

TAP_MAIN(body)
