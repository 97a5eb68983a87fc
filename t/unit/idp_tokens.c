/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/tokens.h"

static const change_t good[] = {
    {"iss", "'" IDP "'"}, {"sub", "'ada'"}, {"aud", "'" CLIENT "'"},
    {"exp", "@300"},      {"iat", "@0"},    {"email", "'new@a.example'"},
    {"name", "'Ada'"},    {NULL, NULL},
};

/* What a grant has of before. */
typedef struct grant_t {
    mcp_idp_tokens_t tokens;
    mcp_identity_t identity;
    int is_known;
} grant_t;

static grant_t grant_make(world_t *w, mcp_ctx_t *cx)
{
    static const change_t old[] = {{"email", "'old@a.example'"},
                                   {"roles", "['admin']"},
                                   {"sid", "'s-1'"},
                                   {NULL, NULL}};
    grant_t grant;

    memset(&grant, 0, sizeof(grant));
    grant.tokens.access_token = "at-1";
    grant.tokens.refresh_token = "rt-1";
    grant.tokens.id_token =
        sign_as(claims_make(good, old, cx), NULL, w->key, cx);
    grant.tokens.expires = mcp_ctx_seconds(cx) + 60;
    grant.identity.issuer = IDP;
    grant.identity.subject = "ada";
    grant.identity.user = "ada";
    grant.identity.email = "old@a.example";
    grant.identity.roles = list_of(cx->pool, "admin");
    grant.identity.session = "s-1";
    return grant;
}

/* As who keeps the tokens does it. */
static const mcp_error_t *renew(grant_t *grant, world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_tokens_t turned;

    grant->is_known = -1;
    *tap_log = '\0';
    MCP_TRY(mcp_idp_tokens_can_renew(&grant->is_known, &grant->tokens,
                                     &w->remote, cx));
    if (!grant->is_known)
        return NULL;
    MCP_TRY(mcp_idp_tokens_turn(&turned, &grant->tokens, &w->remote, cx));
    MCP_TRY(mcp_idp_tokens_hear(&grant->identity, &turned, &grant->tokens,
                                &w->remote, cx));
    grant->tokens = turned;
    return NULL;
}

static const char *answer_with(const char *id_token, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, "{'access_token':'at-2','expires_in':600",
                       id_token ? ",'id_token':'" : "",
                       id_token ? id_token : "", id_token ? "'}" : "}", NULL);
}

/* -- with a refresh token -- */

static void test_refresh(world_t *w, mcp_ctx_t *cx)
{
    static const change_t session[] = {{"sid", "'s-2'"}, {NULL, NULL}};
    grant_t grant = grant_make(w, cx);
    const char *old = grant.tokens.id_token;
    const char *token = sign_as(claims_make(good, NULL, cx), NULL, w->key, cx);
    page_t *page = put(TOKEN, 200, answer_with(token, cx));

    fine(renew(&grant, w, cx), "the provider says yes");
    is(page->form, "grant_type=refresh_token&refresh_token=rt-1",
       "RFC 6749 6: it was asked with the refresh token");
    ok(grant.is_known == 1, "so it is known");
    is(grant.tokens.access_token, "at-2", "another access token");
    is(grant.tokens.refresh_token, "rt-1",
       "RFC 6749 6: the refresh token that was not replaced stays");
    is(grant.tokens.id_token, token, "another id_token");
    ok(grant.tokens.expires == mcp_ctx_seconds(cx) + 600, "until when");
    is(grant.identity.email, "new@a.example", "who it is now");
    ok(!grant.identity.roles, "without a role that was taken");
    is(grant.identity.session, "s-1", "in the session of before");

    token = sign_as(claims_make(good, session, cx), NULL, w->key, cx);
    put(TOKEN, 200, answer_with(token, cx));
    fine(renew(&grant, w, cx), "an answer of another session");
    is(grant.identity.session, "s-2", "is in that one");

    put(TOKEN, 200,
        "{'access_token':'at-3','refresh_token':'rt-3','expires_in':'60'}");
    put(USERINFO, 200, "{'sub':'ada','email':'newer@a.example'}");
    grant.tokens.id_token = old;
    fine(renew(&grant, w, cx), "an answer without id_token");
    is(grant.tokens.refresh_token, "rt-3", "the refresh token turns");
    is(grant.tokens.id_token, old, "the id_token of before stays");
    is(grant.identity.email, "newer@a.example", "userinfo says who it is now");
    ok(grant.identity.roles != NULL, "and the id_token of before the rest");
    put(TOKEN, 200, "{'access_token':'at-4'}");
    fine(renew(&grant, w, cx), "an answer without expires_in");
    ok(grant.tokens.expires == 0, "is not known to end");
}

/* Who may know more does not answer. */
static void test_partial(world_t *w, mcp_ctx_t *cx)
{
    static const change_t bare[] = {{"email", NULL}, {NULL, NULL}};
    grant_t grant = grant_make(w, cx);

    put(TOKEN, 200,
        answer_with(sign_as(claims_make(good, bare, cx), NULL, w->key, cx),
                    cx));
    put(USERINFO, 503, "");
    fine(renew(&grant, w, cx), "while userinfo is down");
    is(grant.identity.email, "old@a.example", "what it said before stays");
    is(grant.identity.name, "Ada", "what the id_token says is new");
    ok(has(tap_log, "MCP00182"), "the log has it");
    put(USERINFO, 200, "{'sub':'ada'}");
    fine(renew(&grant, w, cx), "when it is back");
    ok(!grant.identity.email, "what it does not say is gone");
}

/* -- somebody else -- */

static const struct {
    const char *name;
    change_t changes[CHANGES];
    int code;          /* -1: it goes on */
    const char *tells; /* what the log has */
} id_tokens[] = {
    {"about another user",
     {{"sub", "'eve'"}},
     MCP_E_INVALID_GRANT,
     "about another user"},
    {"by another provider",
     {{"iss", "'https://evil.example'"}},
     -1,
     "MCP00184"},
    {"for another client", {{"aud", "'x'"}}, -1, "MCP00184"},
    {"of the past", {{"exp", "@-300"}}, -1, "expired"},
    {"with a nonce, which nobody kept", {{"nonce", "'x'"}}, -1, ""},
};

static void test_others(world_t *w, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    const char *text;
    grant_t grant;
    size_t i;

    for (i = 0; i < sizeof(id_tokens) / sizeof(*id_tokens); i++) {
        grant = grant_make(w, cx);
        text = sign_as(claims_make(good, id_tokens[i].changes, cx), NULL,
                       w->key, cx);
        put(TOKEN, 200, answer_with(text, cx));
        e = renew(&grant, w, cx);
        ok(id_tokens[i].code < 0 ? !e && has(tap_log, id_tokens[i].tells) &&
                                       has(grant.tokens.access_token, "at-2")
                                 : e && (int)e->code == id_tokens[i].code &&
                                       tells(e, id_tokens[i].tells),
           "an id_token %s (OpenID Connect Core 12.2): %s", id_tokens[i].name,
           e ? e->detail : "the tokens turn");
        is(grant.identity.subject, "ada", "and the user stays who he is");
    }
    /* the issuer is one of several, and another one than before */
    w->idp.issuers = list_of(cx->pool, IDP " https://b.example");
    grant = grant_make(w, cx);
    grant.identity.issuer = "https://b.example";
    put(TOKEN, 200,
        answer_with(sign_as(claims_make(good, NULL, cx), NULL, w->key, cx),
                    cx));
    fails(renew(&grant, w, cx), MCP_E_INVALID_GRANT,
          "an id_token of another issuer of the same provider");
    w->idp.issuers = NULL;
}

static void test_unwelcome(world_t *w, mcp_ctx_t *cx)
{
    grant_t grant = grant_make(w, cx);

    network_make(w, cx);
    w->idp.verify = MCP_IDP_VERIFY_INTROSPECTION;
    put(TOKEN, 200, "{'access_token':'at-2'}");
    put(INTROSPECT, 200, "{'active':false}");
    fails(renew(&grant, w, cx), MCP_E_INVALID_GRANT,
          "a new access token of which Verify says that it is not good");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
    network_make(w, cx);
}

static void test_keys_down(world_t *w, mcp_ctx_t *cx)
{
    grant_t grant;
    const char *text = sign_as(claims_make(good, NULL, cx), NULL, w->key, cx);

    network_make(w, cx);
    put(KEYS, 503, "");
    put(TOKEN, 200, answer_with(text, cx));
    grant = grant_make(w, cx);
    text = grant.tokens.id_token;
    fine(renew(&grant, w, cx), "while the provider's keys are not to be had");
    is(grant.tokens.access_token, "at-2", "the tokens turn all the same");
    is(grant.tokens.id_token, text, "the id_token of before stays");
    is(grant.identity.email, "old@a.example", "and who it is");
    ok(has(tap_log, "MCP00185"), "the log has it");
    network_make(w, cx);
}

/* -- no, not now, not you -- */

static const struct {
    const char *name;
    int status;
    const char *body;
    mcp_error_code_t code;
} refusals[] = {
    {"no", 400, "{'error':'invalid_grant'}", MCP_E_INVALID_GRANT},
    {"no, in GitHub's way", 200, "{'error':'bad_refresh_token'}",
     MCP_E_INVALID_GRANT},
    {"no, in Supabase's way", 400,
     "{'code':400,'error_code':'refresh_token_not_found','msg':'Invalid "
     "Refresh Token: Refresh Token Not Found'}",
     MCP_E_INVALID_GRANT},
    {"that the user is banned, in its way", 400,
     "{'code':400,'error_code':'user_banned','msg':'x'}", MCP_E_INVALID_GRANT},
    {"something else in its way", 400,
     "{'code':400,'error_code':'unknown','msg':'x'}", MCP_E_SERVER_ERROR},
    {"no to a user who is blocked (Auth0)", 403,
     "{'error':'invalid_grant','error_description':'user is blocked'}",
     MCP_E_INVALID_GRANT},
    {"that the realm is disabled (Keycloak)", 403,
     "{'error':'access_denied','error_description':'Realm not enabled'}",
     MCP_E_SERVER_ERROR},
    {"that an Action does not want it (Auth0)", 500,
     "{'error':'access_denied','error_description':'no'}", MCP_E_UNAVAILABLE},
    {"that the user has to come by", 400, "{'error':'interaction_required'}",
     MCP_E_INVALID_GRANT},
    {"that a second factor is missing", 403, "{'error':'mfa_required'}",
     MCP_E_INVALID_GRANT},
    {"that offline_access is not for this user (Keycloak)", 400,
     "{'error':'not_allowed'}", MCP_E_SERVER_ERROR},
    {"that the secret is wrong, in Keycloak's way", 401,
     "{'error':'unauthorized_client'}", MCP_E_SERVER_ERROR},
    {"not now", 503, "", MCP_E_UNAVAILABLE},
    {"nothing", 0, "", MCP_E_UNAVAILABLE},
    {"too much", 429, "", MCP_E_UNAVAILABLE},
    {"a failure", 500, "{'error':'server_error'}", MCP_E_UNAVAILABLE},
    {"not you", 401, "{'error':'invalid_client'}", MCP_E_SERVER_ERROR},
    {"not so", 400, "{'error':'unsupported_grant_type'}", MCP_E_SERVER_ERROR},
    {"HTML", 200, "<html>", MCP_E_SERVER_ERROR},
};

static void test_refusals(world_t *w, mcp_ctx_t *cx)
{
    grant_t grant;
    size_t i;

    for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        grant = grant_make(w, cx);
        put(TOKEN, refusals[i].status, refusals[i].body);
        fails(renew(&grant, w, cx), refusals[i].code, refusals[i].name);
        ok(has(grant.tokens.refresh_token, "rt-1") &&
               has(grant.tokens.access_token, "at-1") &&
               has(grant.identity.email, "old@a"),
           "and all stays as it was");
    }
    network_make(w, cx);
    put(METADATA, 0, "");
    grant = grant_make(w, cx);
    fails(renew(&grant, w, cx), MCP_E_UNAVAILABLE,
          "a provider whose document is not to be had");
    network_make(w, cx);
}

/* -- without a refresh token -- */

static const struct {
    const char *name;
    int verify;
    const char *url;
    int status;
    const char *body;
    int code; /* -1: yes, and the e-mail address is new */
} asks[] = {
    {"userinfo: yes", MCP_IDP_VERIFY_USERINFO, USERINFO, 200,
     "{'sub':'ada','email':'new@a.example'}", -1},
    {"userinfo: no", MCP_IDP_VERIFY_USERINFO, USERINFO, 401, "",
     MCP_E_INVALID_GRANT},
    {"userinfo: somebody else", MCP_IDP_VERIFY_USERINFO, USERINFO, 200,
     "{'sub':'eve'}", MCP_E_SERVER_ERROR},
    {"userinfo: not now", MCP_IDP_VERIFY_USERINFO, USERINFO, 503, "",
     MCP_E_UNAVAILABLE},
    {"userinfo: not so", MCP_IDP_VERIFY_USERINFO, USERINFO, 403, "",
     MCP_E_SERVER_ERROR},
    {"id-token, userinfo: yes", MCP_IDP_VERIFY_ID_TOKEN, USERINFO, 200,
     "{'sub':'ada','email':'new@a.example','name':'Ada'}", -1},
    {"id-token, userinfo: no", MCP_IDP_VERIFY_ID_TOKEN, USERINFO, 401, "",
     MCP_E_INVALID_GRANT},
    {"id-token, userinfo: not now", MCP_IDP_VERIFY_ID_TOKEN, USERINFO, 0, "",
     MCP_E_UNAVAILABLE},
    {"introspection: yes", MCP_IDP_VERIFY_INTROSPECTION, INTROSPECT, 200,
     "{'active':true,'sub':'ada','email':'new@a.example'}", -1},
    {"introspection: no", MCP_IDP_VERIFY_INTROSPECTION, INTROSPECT, 200,
     "{'active':false}", MCP_E_INVALID_GRANT},
    {"introspection: somebody else", MCP_IDP_VERIFY_INTROSPECTION, INTROSPECT,
     200, "{'active':true,'sub':'eve'}", MCP_E_INVALID_GRANT},
    {"introspection: not now", MCP_IDP_VERIFY_INTROSPECTION, INTROSPECT, 502,
     "", MCP_E_UNAVAILABLE},
};

static void test_asks(world_t *w, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    grant_t grant;
    size_t i;

    for (i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
        network_make(w, cx);
        put(USERINFO, 200, "{'sub':'ada'}");
        put(asks[i].url, asks[i].status, asks[i].body);
        w->idp.verify = asks[i].verify;
        grant = grant_make(w, cx);
        grant.tokens.refresh_token = NULL;
        e = renew(&grant, w, cx);
        ok(asks[i].code < 0 ? !e && has(grant.identity.email, "new@a.example")
                            : e && (int)e->code == asks[i].code,
           "without a refresh token, %s: %s", asks[i].name,
           e ? e->detail : "yes");
        ok(grant.is_known == 1, "that is known then");
        is(grant.tokens.access_token, "at-1", "nothing turns");
        ok(page_of(TOKEN)->asked == 0, "and nobody is asked for tokens");
    }
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
}

/* A JWT is good until it expires: that userinfo takes it says more. */
static void test_jwt(world_t *w, mcp_ctx_t *cx)
{
    grant_t grant = grant_make(w, cx);

    network_make(w, cx);
    w->idp.verify = MCP_IDP_VERIFY_JWT;
    grant.tokens.refresh_token = NULL;
    grant.tokens.access_token =
        sign_as(claims_make(good, NULL, cx), NULL, w->key, cx);
    put(USERINFO, 401, "");
    fails(renew(&grant, w, cx), MCP_E_INVALID_GRANT,
          "a JWT that userinfo does not take");
    put(USERINFO, 200, "{'sub':'ada'}");
    fine(renew(&grant, w, cx), "one that it takes");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
}

static void test_nothing_to_ask_with(world_t *w, mcp_ctx_t *cx)
{
    grant_t grant = grant_make(w, cx);

    network_make(w, cx);
    put(USERINFO, 401, "");
    grant.tokens.refresh_token = NULL;
    grant.tokens.expires = mcp_ctx_seconds(cx);
    fine(renew(&grant, w, cx), "an access token that has expired");
    ok(grant.is_known == 0, "tells nothing");
    grant.tokens.access_token = NULL;
    grant.tokens.expires = 0;
    fine(renew(&grant, w, cx), "no token at all");
    ok(grant.is_known == 0, "neither");
    ok(page_of(USERINFO)->asked == 0 && page_of(METADATA)->asked == 0,
       "and nobody is asked");
    put(METADATA, 200, "{'issuer':'" IDP "','token_endpoint':'" TOKEN "'}");
    grant = grant_make(w, cx);
    grant.tokens.refresh_token = NULL;
    fine(renew(&grant, w, cx), "a provider without userinfo");
    ok(grant.is_known == 0, "says nothing either");
    network_make(w, cx);
    put(USERINFO, 200, "{'sub':'ada'}");
    grant.tokens.expires = 0;
    fine(renew(&grant, w, cx), "an access token that is not known to end");
    ok(grant.is_known == 1, "is asked with");
}

/* -- revocation, RFC 7009 -- */

static void test_revoke(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_tokens_t tokens = {"at-1", "rt-1", NULL, 0};
    page_t *page;

    network_make(w, cx);
    page = put(REVOKE, 200, "");
    fine(mcp_idp_tokens_revoke(&tokens, &w->remote, cx), "tokens are revoked");
    is(page->form, "token=rt-1&token_type_hint=refresh_token",
       "RFC 7009 2.1: the refresh token");
    ok(has(page->authorization, "Basic "), "by its client");
    tokens.refresh_token = NULL;
    fine(mcp_idp_tokens_revoke(&tokens, &w->remote, cx), "without it");
    is(page->form, "token=at-1&token_type_hint=access_token",
       "the access token");
    put(REVOKE, 503, "");
    fails(mcp_idp_tokens_revoke(&tokens, &w->remote, cx), MCP_E_UNAVAILABLE,
          "RFC 7009 2.2.1: not now");
    put(REVOKE, 400, "{'error':'unsupported_token_type'}");
    ok(tells(mcp_idp_tokens_revoke(&tokens, &w->remote, cx),
             "Endpoint revocation URL"),
       "not so");
    put(REVOKE, 401, "");
    ok(tells(mcp_idp_tokens_revoke(&tokens, &w->remote, cx),
             "secret of Client"),
       "not you");
    tokens.access_token = NULL;
    page = put(REVOKE, 200, "");
    fine(mcp_idp_tokens_revoke(&tokens, &w->remote, cx), "no token");
    ok(page->asked == 0, "nothing to revoke");
    network_make(w, cx);
    put(METADATA, 200, "{'issuer':'" IDP "'}");
    tokens.access_token = "at-1";
    fine(mcp_idp_tokens_revoke(&tokens, &w->remote, cx),
         "a provider that revokes nothing is asked for nothing");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_refresh(&w, cx);
    test_partial(&w, cx);
    test_others(&w, cx);
    test_unwelcome(&w, cx);
    test_keys_down(&w, cx);
    test_refusals(&w, cx);
    test_asks(&w, cx);
    test_jwt(&w, cx);
    test_nothing_to_ask_with(&w, cx);
    test_revoke(&w, cx);
}

TAP_MAIN(body)
