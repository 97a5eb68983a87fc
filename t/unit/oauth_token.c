/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "base/scope.h"
#include "jose/jws.h"
#include "oauth/verify.h"

#define OTHER_VERIFIER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char *query_of(const char *client, mcp_ctx_t *cx)
{
    return authorize_query(client, CALLBACK, TASKS, "tasks:write", cx);
}

static const mcp_principal_t *principal_of(world_t *w, const char *json,
                                           const mcp_oauth_resource_t *at,
                                           mcp_ctx_t *cx)
{
    const char *token = text_in(json, "access_token", cx);
    const mcp_principal_t *who = NULL;

    (void)w;
    if (!token ||
        verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", token, NULL), at,
                      cx))
        return NULL;
    return who;
}

static void test_journey(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *code = code_for(w, query_of(client, cx), cx);
    const char *json = redeem(w, client, code, cx);
    const mcp_principal_t *who;
    const mcp_jose_jws_t *jws;

    is(text_in(json, "token_type", cx), "Bearer", "RFC 6749 5.1: token_type");
    ok(number_in(json, "expires_in", cx) == 3600, "expires_in");
    is(text_in(json, "scope", cx), "tasks:write tasks:read", "scope");
    ok(text_in(json, "refresh_token", cx) != NULL, "refresh_token");
    who = principal_of(w, json, &w->tasks, cx);
    if (!ok(who != NULL, "the access token opens the resource"))
        return;
    is(who->subject, "ada", "for the user");
    is(who->user, "ada", "by name");
    is(who->issuer, "httpd", "whom httpd vouches for");
    is(who->client, client, "through the client");
    ok(mcp_scope_has(who->scopes, "tasks:write") && who->scopes->nelts == 2,
       "with the scopes granted");
    ok(!principal_of(w, json, &w->wiki, cx), "and no other resource");
    fine(mcp_jose_jws_read(&jws, text_in(json, "access_token", cx),
                           strlen(text_in(json, "access_token", cx)), cx),
         "it is a JWT");
    is(jws->typ, "at+jwt", "RFC 9068 2.1: of this type");
    is(jws->alg, "ES256", "signed so that anyone can check it");
    is(text_in(jws->claims_text, "aud", cx), TASKS,
       "RFC 9068 2.2: aud is exactly the resource");
    is(text_in(jws->claims_text, "iss", cx), ISSUER, "iss the issuer");
    ok(text_in(jws->claims_text, "jti", cx) != NULL, "with a jti");
    ok(number_in(jws->claims_text, "exp", cx) -
               number_in(jws->claims_text, "iat", cx) ==
           3600,
       "for an hour");
}

/* Nothing in these rows uses the code up. */
static void test_code_rows(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *code = code_for(w, query_of(client, cx), cx);
    const char *other =
        text_in(client_register(w,
                                "{\"redirect_uris\":[\"" CALLBACK "\"],"
                                "\"token_endpoint_auth_method\":\"none\"}",
                                cx),
                "client_id", cx);
    const struct {
        const char *name;
        const char *client;
        const char *code;
        const char *redirect_uri;
        const char *verifier;
        const char *resource;
        const char *want;
    } rows[] = {
        {"RFC 7636 4.6: another verifier", client, code, CALLBACK,
         OTHER_VERIFIER, NULL, "error 400 invalid_grant"},
        {"no verifier", client, code, CALLBACK, NULL, NULL,
         "error 400 invalid_request"},
        {"an empty verifier", client, code, CALLBACK, "", NULL,
         "error 400 invalid_request"},
        {"a short verifier", client, code, CALLBACK, "abc", NULL,
         "error 400 invalid_request"},
        {"the challenge as verifier", client, code, CALLBACK, CHALLENGE, NULL,
         "error 400 invalid_grant"},
        {"a verifier with other characters", client, code, CALLBACK,
         "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj k", NULL,
         "error 400 invalid_request"},
        {"RFC 6749 4.1.3: another client", other, code, CALLBACK, VERIFIER,
         NULL, "error 400 invalid_grant"},
        {"another redirect_uri", client, code,
         "https://claude.ai/api/mcp/auth_callback", VERIFIER, NULL,
         "error 400 invalid_grant"},
        {"another port than was asked for", client, code,
         "http://127.0.0.1:5/cb", VERIFIER, NULL, "error 400 invalid_grant"},
        {"RFC 8707: another resource", client, code, CALLBACK, VERIFIER, WIKI,
         "error 400 invalid_target"},
        {"an unknown resource", client, code, CALLBACK, VERIFIER,
         "https://x.example", "error 400 invalid_target"},
        {"no code", client, NULL, CALLBACK, VERIFIER, NULL,
         "error 400 invalid_request"},
        {"an invented code", client, "abc", CALLBACK, VERIFIER, NULL,
         "error 400 invalid_grant"},
        {"no client", NULL, code, CALLBACK, VERIFIER, NULL,
         "error 401 invalid_client"},
        {"an unknown client", "c1-1.AAAA", code, CALLBACK, VERIFIER, NULL,
         "error 401 invalid_client"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        is(token_post(
               w, NULL,
               form_of(cx->pool, "grant_type", "authorization_code",
                       "client_id", rows[i].client, "code", rows[i].code,
                       "redirect_uri", rows[i].redirect_uri, "code_verifier",
                       rows[i].verifier, "resource", rows[i].resource, NULL),
               cx),
           rows[i].want, rows[i].name);
    ok(text_in(redeem(w, client, code, cx), "access_token", cx) != NULL,
       "and the code is still good for who it is for");
}

static void test_code_once(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *code = code_for(w, query_of(client, cx), cx);
    const char *json = redeem(w, client, code, cx);

    ok(principal_of(w, json, &w->tasks, cx) != NULL, "a code gives a token");
    is(token_post(w, NULL,
                  form_of(cx->pool, "grant_type", "authorization_code",
                          "client_id", client, "code", code, "code_verifier",
                          OTHER_VERIFIER, NULL),
                  cx),
       "error 400 invalid_grant", "a thief of the code gets nothing");
    ok(principal_of(w, json, &w->tasks, cx) != NULL, "and ends nothing");
    is(redeem(w, client, code, cx), "error 400 invalid_grant",
       "RFC 6749 4.1.2: twice it gives nothing");
    ok(!principal_of(w, json, &w->tasks, cx), "and the token given ends");
    is(refresh(w, client, text_in(json, "refresh_token", cx), NULL, cx),
       "error 400 invalid_grant", "so does the refresh token");
    ok(has_text(tap_log, "redeemed twice") && !has_text(tap_log, code),
       "it is logged, without the code");
    code = code_for(w, query_of(client, cx), cx);
    pass_seconds(61);
    is(redeem(w, client, code, cx), "error 400 invalid_grant",
       "after its lifetime it gives nothing");
    code = code_for(w, query_of(client, cx), cx);
    ok(text_in(redeem(w, client, code, cx), "access_token", cx) != NULL,
       "a code is redeemed");
    pass_seconds(-86400);
    is(redeem(w, client, code, cx), "error 400 invalid_grant",
       "the clock goes back a day: it stays spent");
    pass_seconds(86400);
}

/* A store that cannot use a code up, once. */
static struct {
    mcp_store_t store;
    mcp_store_provider_t provider;
    const mcp_store_provider_t *real;
} failing;

static const mcp_error_t *take_never(const mcp_record_t **record,
                                     mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key, mcp_ctx_t *cx)
{
    (void)record;
    (void)kind;
    (void)key;
    store->provider = failing.real;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Wait.", "it fails");
}

static void test_code_kept(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *code = code_for(w, query_of(client, cx), cx);
    const char *json;

    failing.real = w->works.store->provider;
    failing.provider = *failing.real;
    failing.provider.take = take_never;
    w->works.store->provider = &failing.provider;
    is(redeem(w, client, code, cx), "error 503 temporarily_unavailable",
       "a store that fails while a code is redeemed: 503");
    json = redeem(w, client, code, cx);
    ok(text_in(json, "access_token", cx) != NULL,
       "the code is good when it works again");
    is(redeem(w, client, code, cx), "error 400 invalid_grant", "once");
    ok(!principal_of(w, json, &w->tasks, cx), "and reuse ends what it gave");
}

static void test_without_redirect_uri(world_t *w, const char *client,
                                      mcp_ctx_t *cx)
{
    ok(text_in(token_post(w, NULL,
                          form_of(cx->pool, "grant_type", "authorization_code",
                                  "client_id", client, "code",
                                  code_for(w, query_of(client, cx), cx),
                                  "code_verifier", VERIFIER, NULL),
                          cx),
               "access_token", cx) != NULL,
       "OAuth 2.1 4.1.3: redirect_uri need not be repeated");
}

/* who may refresh */
static void test_refresh_grant(world_t *w, mcp_ctx_t *cx)
{
    const char *client =
        text_in(client_register(w,
                                "{\"redirect_uris\":[\"" CALLBACK "\"],"
                                "\"token_endpoint_auth_method\":\"none\"}",
                                cx),
                "client_id", cx);
    const char *json = tokens_for(w, client, cx);

    ok(text_in(json, "access_token", cx) &&
           !text_in(json, "refresh_token", cx),
       "no refresh token for a client that did not register for it");
    json = redeem(w, client,
                  code_for(w,
                           authorize_query(client, CALLBACK, TASKS,
                                           "tasks:read offline_access", cx),
                           cx),
                  cx);
    ok(text_in(json, "refresh_token", cx) != NULL, "but with offline_access");
}

static const struct {
    const char *name;
    const char *type;
    const char *body;
    mcp_error_code_t want;
} bad[] = {
    {"JSON", "application/json", "{}", MCP_E_MEDIA_TYPE},
    {"no type", NULL, "grant_type=x", MCP_E_MEDIA_TYPE},
    {"another form type", "multipart/form-data", "grant_type=x",
     MCP_E_MEDIA_TYPE},
    {"nothing", FORM, "", MCP_E_INVALID_REQUEST},
    {"an empty grant_type", FORM, "grant_type=", MCP_E_INVALID_REQUEST},
    {"grant_type twice", FORM,
     "grant_type=refresh_token&grant_type=refresh_token",
     MCP_E_INVALID_REQUEST},
    {"client_id twice", FORM,
     "grant_type=refresh_token&client_id=a&"
     "client_id=a",
     MCP_E_INVALID_REQUEST},
    {"a bad escape", FORM, "grant_type=%zz", MCP_E_INVALID_REQUEST},
    {"a NUL", FORM, "grant_type=refresh_token%00", MCP_E_INVALID_REQUEST},
    {"bad UTF-8", FORM, "grant_type=%ff", MCP_E_INVALID_REQUEST},
    {"password", FORM, "grant_type=password", MCP_E_UNSUPPORTED_GRANT},
    {"client_credentials", FORM, "grant_type=client_credentials",
     MCP_E_UNSUPPORTED_GRANT},
    {"implicit", FORM, "grant_type=implicit", MCP_E_UNSUPPORTED_GRANT},
    {"capital letters", FORM, "Grant_Type=refresh_token",
     MCP_E_INVALID_REQUEST},
    {"no client", FORM, "grant_type=refresh_token&refresh_token=x",
     MCP_E_INVALID_CLIENT},
};

static void test_bad(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;
    apr_size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        x = posting(w, bad[i].type, bad[i].body, cx);
        fails(mcp_oauth_token_handle(x, cx), bad[i].want, bad[i].name);
        is(header(x, "Cache-Control"), "no-store", "RFC 6749 5.1: no-store");
        ok(!x->json, "and nothing else");
    }
}

/* -- confidential clients -- */

static const char *basic(const char *id, const char *secret, mcp_ctx_t *cx)
{
    const char *both = apr_pstrcat(cx->pool, id, ":", secret, NULL);

    return apr_pstrcat(cx->pool, "Basic ",
                       mcp_encode_base64(both, strlen(both), cx->pool), NULL);
}

static const char *percent_all(const char *text, mcp_ctx_t *cx)
{
    const char *out = "";

    for (; *text; text++)
        out = apr_psprintf(cx->pool, "%s%%%02X", out, (unsigned char)*text);
    return out;
}

static void test_methods(world_t *w, const char *public_id, mcp_ctx_t *cx)
{
    const char *json =
        client_register(w, "{\"redirect_uris\":[\"" CALLBACK "\"]}", cx);
    const char *id = text_in(json, "client_id", cx);
    const char *secret = text_in(json, "client_secret", cx);
    const struct {
        const char *name;
        const char *authorization;
        const char *id;
        const char *secret;
        const char *want; /* NULL: known */
    } rows[] = {
        {"client_secret_basic", basic(id, secret, cx), NULL, NULL, NULL},
        {"with client_id in the body too, as Python sends it",
         basic(id, secret, cx), id, NULL, NULL},
        {"percent-encoded (RFC 6749 2.3.1)",
         basic(percent_all(id, cx), percent_all(secret, cx), cx), NULL, NULL,
         NULL},
        {"a scheme in small letters",
         apr_pstrcat(cx->pool, "basic", basic(id, secret, cx) + 5, NULL), NULL,
         NULL, NULL},
        {"client_secret_post", NULL, id, secret, NULL},
        {"a public client", NULL, public_id, NULL, NULL},
        {"a public client with an empty secret", NULL, public_id, "", NULL},
        {"a public client in Basic, without a secret",
         basic(public_id, "", cx), NULL, NULL, NULL},
        {"two methods at once", basic(id, secret, cx), id, secret,
         "invalid_request"},
        {"another client_id in the body", basic(id, secret, cx), public_id,
         NULL, "invalid_request"},
        {"a wrong secret", basic(id, "x", cx), NULL, NULL, "invalid_client"},
        {"no secret", NULL, id, NULL, "invalid_client"},
        {"an empty one", basic(id, "", cx), NULL, NULL, "invalid_client"},
        {"a wrong one in the body", NULL, id, "x", "invalid_client"},
        {"a public client with a secret", NULL, public_id, "x",
         "invalid_client"},
        {"a public client with another's secret", basic(public_id, secret, cx),
         NULL, NULL, "invalid_client"},
        {"an unknown client", basic("x", secret, cx), NULL, NULL,
         "invalid_client"},
        {"another scheme", "Bearer abc", id, NULL, "invalid_client"},
        {"no base64", "Basic !!!", NULL, NULL, "invalid_client"},
        {"no colon", "Basic YWJj", NULL, NULL, "invalid_client"},
        {"a NUL in it", "Basic YQA6Yg==", NULL, NULL, "invalid_client"},
        {"nothing in it", "Basic ", NULL, NULL, "invalid_client"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mcp_oauth_exchange_t *x =
            posting(w, FORM,
                    form_of(cx->pool, "grant_type", "refresh_token",
                            "client_id", rows[i].id, "client_secret",
                            rows[i].secret, "refresh_token", "x", NULL),
                    cx);
        const mcp_error_t *e;

        x->authorization = rows[i].authorization;
        e = mcp_oauth_token_handle(x, cx);
        is(e ? mcp_error_oauth(e) : "none",
           rows[i].want ? rows[i].want : "invalid_grant", rows[i].name);
        if (!e || e->code != MCP_E_INVALID_CLIENT)
            continue;
        ok(!!header(x, "WWW-Authenticate") == !!rows[i].authorization,
           "RFC 6749 5.2: a challenge where Authorization was sent");
        ok(has_text(header(x, "Link"), "/oauth/register>"),
           "and where to register again");
    }
}

static void test_confidential(world_t *w, mcp_ctx_t *cx)
{
    const char *json =
        client_register(w, "{\"redirect_uris\":[\"" CALLBACK "\"]}", cx);
    const char *id = text_in(json, "client_id", cx);
    const char *body = form_of(cx->pool, "grant_type", "authorization_code",
                               "code", code_for(w, query_of(id, cx), cx),
                               "redirect_uri", CALLBACK, "code_verifier",
                               VERIFIER, "client_id", id, NULL);

    is(token_post(w, NULL, body, cx), "error 401 invalid_client",
       "a confidential client cannot leave its secret out");
    ok(text_in(token_post(w, basic(id, text_in(json, "client_secret", cx), cx),
                          body, cx),
               "access_token", cx) != NULL,
       "with it the code is redeemed");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);

    test_journey(w, client, cx);
    test_code_rows(w, client, cx);
    test_code_once(w, client, cx);
    test_code_kept(w, client, cx);
    test_without_redirect_uri(w, client, cx);
    test_refresh_grant(w, cx);
    test_bad(w, cx);
    test_methods(w, client, cx);
    test_confidential(w, cx);
}

TAP_MAIN(test)
