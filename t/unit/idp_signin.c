/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "base/digest.h"
#include "idp/signin.h"

#define OPENID "openid email"

static mcp_idp_signin_ask_t asked(void)
{
    const mcp_idp_signin_ask_t ask = {CALLBACK, "st-1",
                                      "https://mcp.example/mcp", 0, NULL};

    return ask;
}

/* -- the way there -- */

/* The parameters of a URL, which begins with url. */
static const apr_table_t *query_of(const char *location, const char *url,
                                   mcp_ctx_t *cx)
{
    const char *query = location ? strchr(location, '?') : NULL;
    apr_table_t *form = NULL;

    if (!query || strncmp(location, url, strlen(url)) != 0 ||
        mcp_form_read(&form, query + 1, strlen(query + 1), cx))
        return apr_table_make(cx->pool, 1);
    return form;
}

static const apr_table_t *begin(mcp_idp_signin_begun_t *begun,
                                const mcp_idp_signin_ask_t *ask, world_t *w,
                                mcp_ctx_t *cx)
{
    const char *location = NULL;

    fine(mcp_idp_signin_begin(&location, begun, ask, &w->remote, cx),
         "a sign-in begins");
    return query_of(location, AUTHORIZE, cx);
}

static void test_begin(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_ask_t ask = asked();
    mcp_idp_signin_begun_t begun, again;
    const apr_table_t *q = begin(&begun, &ask, w, cx);

    is(apr_table_get(q, "response_type"), "code", "RFC 6749 4.1.1");
    is(apr_table_get(q, "client_id"), CLIENT, "our client_id");
    is(apr_table_get(q, "redirect_uri"), CALLBACK, "our callback");
    is(apr_table_get(q, "scope"), OPENID, "Scopes");
    is(apr_table_get(q, "state"), "st-1", "the state");
    is(apr_table_get(q, "nonce"), begun.nonce, "a nonce");
    is(apr_table_get(q, "code_challenge_method"), "S256", "RFC 7636 4.3");
    is(apr_table_get(q, "code_challenge"),
       mcp_digest_text(begun.verifier, cx->pool), "of a verifier of our own");
    ok(strlen(begun.verifier) == 43 && strlen(begun.nonce) == 43,
       "both have 256 bits");
    is(begun.callback, CALLBACK, "what is to be kept has the callback");
    ok(!apr_table_get(q, "audience") && !apr_table_get(q, "resource") &&
           !apr_table_get(q, "prompt") && !apr_table_get(q, "login_hint"),
       "and nothing that nobody asked for");
    begin(&again, &ask, w, cx);
    ok(strcmp(again.verifier, begun.verifier) != 0 &&
           strcmp(again.nonce, begun.nonce) != 0,
       "another sign-in has others");
}

static void parameter_set(world_t *w, const char *name, const char *value,
                          mcp_ctx_t *cx)
{
    mcp_idp_parameter_setting_t *one;

    if (!w->idp.parameters)
        w->idp.parameters =
            apr_array_make(cx->pool, 4, sizeof(mcp_idp_parameter_setting_t));
    one = apr_array_push(w->idp.parameters);
    one->name = name;
    one->value = value;
}

static void test_targets(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_ask_t ask = asked();
    mcp_idp_signin_begun_t begun;
    const apr_table_t *q;

    w->facts.audience = "audience";
    w->facts.takes_resource = 1;
    w->idp.audiences = list_of(cx->pool, "api other");
    ask.hint = "ada@a.example";
    q = begin(&begun, &ask, w, cx);
    is(apr_table_get(q, "audience"), "api", "the first of Audience");
    is(apr_table_get(q, "resource"), "https://mcp.example/mcp",
       "the resource, where it is taken");
    is(apr_table_get(q, "login_hint"), "ada@a.example", "login_hint");

    parameter_set(w, "resource", NULL, cx);
    parameter_set(w, "access_type", "online", cx);
    parameter_set(w, "access_type", "offline", cx);
    parameter_set(w, "state", "mine", cx);
    parameter_set(w, "nonce", NULL, cx);
    parameter_set(w, "Redirect_URI", "https://evil.example/", cx);
    q = begin(&begun, &ask, w, cx);
    is(apr_table_get(q, "resource"), NULL, "Parameter resource omit");
    is(apr_table_get(q, "access_type"), "offline", "the later one counts");
    is(apr_table_get(q, "state"), "st-1", "but not of what is ours:");
    is(apr_table_get(q, "redirect_uri"), CALLBACK, "redirect_uri");
    is(apr_table_get(q, "nonce"), begun.nonce, "nonce");
    w->facts.takes_resource = 0;
    w->facts.audience = NULL;
    w->idp.audiences = NULL;
    w->idp.parameters = NULL;
    parameter_set(w, "resource", "urn:x", cx);
    q = begin(&begun, &ask, w, cx);
    is(apr_table_get(q, "resource"), "urn:x", "Parameter resource");
    w->idp.parameters = NULL;
}

static const struct {
    const char *parameter, *fact;
    const char *want;
} prompts[] = {
    {NULL, NULL, "login"},
    {"consent", NULL, "login consent"},
    {"login", NULL, "login"},
    {"consent login", NULL, "login consent"},
    {"none", NULL, "login"},
    {"", NULL, "login"},
    {"consent", "consent select_account", "consent select_account"},
    {NULL, "select_account", "select_account"},
};

static void test_prompts(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_ask_t ask = asked();
    mcp_idp_signin_begun_t begun;
    size_t i;

    ask.asks_sign_in = 1;
    for (i = 0; i < sizeof(prompts) / sizeof(*prompts); i++) {
        w->idp.parameters = NULL;
        w->facts.prompt = prompts[i].fact;
        if (prompts[i].parameter)
            parameter_set(w, "prompt", prompts[i].parameter, cx);
        is(apr_table_get(begin(&begun, &ask, w, cx), "prompt"),
           prompts[i].want, "who has to sign in, is asked to");
    }
    w->idp.parameters = NULL;
    w->facts.prompt = NULL;
}

static void test_begin_otherwise(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_client_setting_t *client = w->idp.client;
    mcp_idp_signin_ask_t ask = asked();
    mcp_idp_signin_begun_t begun;
    const char *location;

    w->idp.scopes = list_of(cx->pool, "user");
    ok(!apr_table_get(begin(&begun, &ask, w, cx), "nonce") && !begun.nonce,
       "without openid there is no nonce");
    w->idp.scopes = list_of(cx->pool, OPENID);

    endpoint_set(w, MCP_IDP_ENDPOINT_AUTHORIZATION, AUTHORIZE "?p=signin");
    fine(mcp_idp_signin_begin(&location, &begun, &ask, &w->remote, cx),
         "an endpoint that has a query");
    ok(has(location, AUTHORIZE "?p=signin&response_type=code&"),
       "keeps it (RFC 6749 3.1)");
    w->idp.endpoints->nelts--;
    w->idp.client = NULL;
    ok(tells(mcp_idp_signin_begin(&location, &begun, &ask, &w->remote, cx),
             "Client ID SECRET"),
       "without a client nobody can sign in");
    w->idp.client = client;
}

/* -- the way back -- */

static const mcp_idp_signin_begun_t begun = {CALLBACK, "n-1", "v-1"};

static const change_t good[] = {
    {"iss", "'" IDP "'"},
    {"sub", "'ada'"},
    {"aud", "'" CLIENT "'"},
    {"exp", "@300"},
    {"iat", "@0"},
    {"nonce", "'n-1'"},
    {"email", "'ada@a.example'"},
    {"name", "'Ada'"},
    {"roles", "['admin']"},
    {"sid", "'s-1'"},
    {NULL, NULL},
};

static const char *answer_with(const char *id_token, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool,
                       "{'access_token':'at-1','token_type':'Bearer',"
                       "'refresh_token':'rt-1','expires_in':600",
                       id_token ? ",'id_token':'" : "",
                       id_token ? id_token : "", id_token ? "'}" : "}", NULL);
}

static const char *id_token(const change_t *changes, world_t *w, mcp_ctx_t *cx)
{
    return sign_as(claims_make(good, changes, cx), NULL, w->key, cx);
}

static const mcp_error_t *finish(mcp_idp_signin_done_t *done,
                                 const char *query, world_t *w, mcp_ctx_t *cx)
{
    apr_table_t *table;

    MCP_TRY(mcp_form_read(&table, query, strlen(query), cx));
    return mcp_idp_signin_finish(done, &begun, table, &w->remote, cx);
}

static void test_finish(world_t *w, mcp_ctx_t *cx)
{
    const char *token = id_token(NULL, w, cx);
    mcp_idp_signin_done_t done;
    page_t *page = put(TOKEN, 200, answer_with(token, cx));

    put(USERINFO, 500, "");
    *tap_log = '\0';
    fine(finish(&done, "code=c-1&state=st-1", w, cx), "a sign-in ends");
    is(page->form,
       "grant_type=authorization_code&code=c-1&redirect_uri=https%3A%2F%2F"
       "mcp.example%2Foauth%2Fcallback&code_verifier=v-1",
       "RFC 6749 4.1.3, RFC 7636 4.5: the code is exchanged");
    is(done.identity.subject, "ada", "who it is");
    is(done.identity.issuer, IDP, "at which provider");
    is(done.identity.email, "ada@a.example", "what the id_token says");
    is(done.identity.session, "s-1", "the provider's session");
    ok(done.identity.roles && done.identity.roles->nelts == 1, "roles");
    is(done.tokens.access_token, "at-1", "the access token");
    is(done.tokens.refresh_token, "rt-1", "the refresh token");
    is(done.tokens.id_token, token, "the id_token");
    ok(done.tokens.expires == mcp_ctx_seconds(cx) + 600, "until when");
    ok(page_of(USERINFO)->asked == 0, "userinfo is not asked for nothing");
    is(tap_log, "", "and the log has nothing");
}

/* A word that is missing. */
static void test_userinfo(world_t *w, mcp_ctx_t *cx)
{
    static const change_t bare[] = {{"email", NULL}, {NULL, NULL}};
    const char *token = id_token(bare, w, cx);
    mcp_idp_signin_done_t done;

    put(TOKEN, 200, answer_with(token, cx));
    put(USERINFO, 200, "{'sub':'ada','email':'ada@b.example','name':'Eve'}");
    fine(finish(&done, "code=c-1", w, cx), "an id_token without e-mail");
    is(done.identity.email, "ada@b.example", "userinfo is asked");
    is(done.identity.name, "Ada", "and the id_token counts first");

    put(USERINFO, 503, "");
    *tap_log = '\0';
    fine(finish(&done, "code=c-1", w, cx), "while userinfo is down");
    ok(!done.identity.email && has(done.identity.subject, "ada"),
       "the id_token is enough");
    ok(has(tap_log, "MCP00182") && has(tap_log, USERINFO), "the log has it");
    put(USERINFO, 200, "{'sub':'eve','email':'eve@b.example'}");
    fine(finish(&done, "code=c-1", w, cx), "userinfo about another");
    ok(!done.identity.email, "does not count");

    w->idp.verify = MCP_IDP_VERIFY_USERINFO;
    w->idp.scopes = list_of(cx->pool, "email");
    put(TOKEN, 200, answer_with(NULL, cx));
    put(USERINFO, 200, "{'sub':'ada','email':'ada@b.example'}");
    fine(finish(&done, "code=c-1", w, cx), "Verify userinfo");
    is(done.identity.subject, "ada", "says who it is");
    put(USERINFO, 503, "");
    fails(finish(&done, "code=c-1", w, cx), MCP_E_UNAVAILABLE,
          "and is needed");
    put(USERINFO, 401, "");
    fails(finish(&done, "code=c-1", w, cx), MCP_E_SERVER_ERROR,
          "nor takes it the access token");
    put(USERINFO, 200, "{'email':'ada@b.example'}");
    ok(tells(finish(&done, "code=c-1", w, cx), "Claim subject"),
       "nor says it who it is");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
    w->idp.scopes = list_of(cx->pool, OPENID);
}

/* The access token: Verify jwt, and where a preset knows that it says more. */
static void test_access_token(world_t *w, mcp_ctx_t *cx)
{
    static const change_t access[] = {{"aud", "'api'"},
                                      {"permits", "['read']"},
                                      {"roles", NULL},
                                      {"sub", "'ada@a.example'"},
                                      {"sid", NULL}};
    static const change_t same[] = {
        {"aud", "'api'"}, {"permits", "['read']"}, {NULL, NULL}};
    const char *jwt =
        sign_as(claims_make(good, access, cx), "at+jwt", w->key, cx);
    const char *own =
        sign_as(claims_make(good, same, cx), "at+jwt", w->key, cx);
    const char *answer = apr_pstrcat(cx->pool, "{'access_token':'", jwt,
                                     "','id_token':'", id_token(NULL, w, cx),
                                     "'}", NULL);
    mcp_idp_signin_done_t done;

    w->idp.audiences = list_of(cx->pool, "api");
    put(TOKEN, 200, answer);
    fine(finish(&done, "code=c-1", w, cx), "an access token that says more");
    ok(!done.identity.permissions, "is not looked at");
    w->facts.tells_more = 1;
    fine(finish(&done, "code=c-1", w, cx), "nor is one of somebody else");
    ok(!done.identity.permissions, "where the preset knows that it says more");
    put(TOKEN, 200,
        apr_pstrcat(cx->pool, "{'access_token':'", own, "','id_token':'",
                    id_token(NULL, w, cx), "'}", NULL));
    fine(finish(&done, "code=c-1", w, cx), "but the user's is");
    ok(done.identity.permissions && done.identity.roles, "then both count");
    is(done.identity.subject, "ada", "the id_token first");
    put(TOKEN, 200, answer_with(id_token(NULL, w, cx), cx));
    *tap_log = '\0';
    fine(finish(&done, "code=c-1", w, cx), "where it is opaque");
    ok(has(tap_log, "MCP00182") && has(tap_log, "opaque"), "the log has it");
    w->facts.tells_more = 0;

    w->idp.verify = MCP_IDP_VERIFY_JWT;
    ok(tells(finish(&done, "code=c-1", w, cx), "opaque"),
       "Verify jwt: an opaque one is refused");
    put(TOKEN, 200, answer);
    fine(finish(&done, "code=c-1", w, cx), "Verify jwt");
    ok(done.identity.permissions && done.identity.roles,
       "both count here too");
    is(done.identity.subject, "ada@a.example",
       "the access token first: as where a client brings it itself");
    is(done.identity.session, "s-1", "and the session is the id_token's");
    w->idp.verify = MCP_IDP_VERIFY_INTROSPECTION;
    put(INTROSPECT, 200, "{'active':true,'sub':'ada'}");
    fine(finish(&done, "code=c-1", w, cx), "Verify introspection");
    put(INTROSPECT, 200, "{'active':false}");
    fails(finish(&done, "code=c-1", w, cx), MCP_E_SERVER_ERROR,
          "a token that has just come has to be active");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
    w->idp.audiences = NULL;
}

static void test_no_id_token(world_t *w, mcp_ctx_t *cx)
{
    static const change_t other[] = {{"nonce", "'n-2'"}, {NULL, NULL}};
    mcp_idp_signin_done_t done;

    put(TOKEN, 200, answer_with(NULL, cx));
    ok(tells(finish(&done, "code=c-1", w, cx), "Scopes have to hold openid"),
       "an answer without id_token");
    put(TOKEN, 200, answer_with(id_token(other, w, cx), cx));
    ok(tells(finish(&done, "code=c-1", w, cx), "nonce is not"),
       "an id_token of another sign-in");
    w->idp.verify = MCP_IDP_VERIFY_USERINFO;
    put(USERINFO, 200, "{'sub':'ada'}");
    ok(tells(finish(&done, "code=c-1", w, cx), "nonce is not"),
       "which counts too where something else is asked");
    w->idp.verify = MCP_IDP_VERIFY_ID_TOKEN;
}

/* -- what may come back instead -- */

static const struct {
    const char *name;
    const char *query;
    mcp_error_code_t code;
    const char *tells;
} callbacks[] = {
    {"the user's cancel", "error=access_denied&state=st-1",
     MCP_E_ACCESS_DENIED, "access_denied"},
    {"Auth0's refusal of a user", "error=unauthorized&error_description=no",
     MCP_E_ACCESS_DENIED, "unauthorized"},
    {"an outage", "error=temporarily_unavailable", MCP_E_UNAVAILABLE,
     "temporarily_unavailable"},
    {"a failure", "error=server_error", MCP_E_SERVER_ERROR, "server_error"},
    {"a scope too many", "error=invalid_scope", MCP_E_INVALID_SCOPE,
     "Tick it there."},
    {"Entra's words",
     "error=invalid_client&error_description=AADSTS7000218%3A+x%0D%0AT%22",
     MCP_E_SERVER_ERROR, "\"AADSTS7000218: x\\x0D\\x0AT\\x22\""},
    {"a word that nobody knows", "error=x%1b%5b2J", MCP_E_SERVER_ERROR,
     "x\\x1B[2J"},
    {"an error of another provider",
     "error=access_denied&iss=https%3A%2F%2Fevil.example", MCP_E_SERVER_ERROR,
     "iss of the callback is \"https://evil.example\""},
    {"an answer of another provider (RFC 9207 2.4)",
     "code=c-1&iss=https%3A%2F%2Fevil.example", MCP_E_SERVER_ERROR,
     "iss of the callback"},
    {"neither", "state=st-1", MCP_E_SERVER_ERROR, "neither code nor error"},
    {"an empty code", "code=", MCP_E_SERVER_ERROR, "neither code nor error"},
};

static void test_callbacks(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_done_t done;
    const mcp_error_t *e;
    char *code = apr_palloc(cx->pool, 5000);
    size_t i;

    w->facts.hints.invalid_scope = "Tick it there.";
    put(TOKEN, 500, "");
    for (i = 0; i < sizeof(callbacks) / sizeof(*callbacks); i++) {
        e = finish(&done, callbacks[i].query, w, cx);
        ok(e && e->code == callbacks[i].code && tells(e, callbacks[i].tells),
           "%s: %s", callbacks[i].name, e ? e->detail : "fine");
        ok(e && !e->description, "the client hears no more than its code");
        ok(tells(e, "Tick it there.") == has(callbacks[i].query, "scope"),
           "the log has the hint where it belongs");
    }
    memset(code, 'x', 4999);
    code[4999] = '\0';
    memcpy(code, "code=", 5);
    ok(tells(finish(&done, code, w, cx), "too long"), "a code of 5000 bytes");
    ok(page_of(TOKEN)->asked == 0, "with none of them a code is exchanged");
    code[4101] = '\0';
    fails(finish(&done, code, w, cx), MCP_E_UNAVAILABLE,
          "one of 4096 bytes is sent on");
}

static void test_iss(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_done_t done;

    put(TOKEN, 200, answer_with(id_token(NULL, w, cx), cx));
    fine(finish(&done, "code=c-1&iss=https%3A%2F%2Fidp.example", w, cx),
         "RFC 9207: iss of the provider");
    network_make(w, cx);
    put(METADATA, 200,
        "{" METADATA_MEMBERS
        ",'authorization_response_iss_parameter_supported':true}");
    put(TOKEN, 200, answer_with(id_token(NULL, w, cx), cx));
    ok(tells(finish(&done, "code=c-1", w, cx), "the callback has no iss"),
       "who says that it sends iss, has to");
    fine(finish(&done, "code=c-1&iss=https%3A%2F%2Fidp.example", w, cx),
         "and does");
    fails(finish(&done, "error=access_denied", w, cx), MCP_E_ACCESS_DENIED,
          "an error without it ends the sign-in, and no more");
    network_make(w, cx);
    put(METADATA, 0, "");
    fails(finish(&done, "error=access_denied", w, cx), MCP_E_ACCESS_DENIED,
          "for which no document is needed");
    fails(finish(&done, "code=c-1", w, cx), MCP_E_UNAVAILABLE,
          "as it is for a code");
    network_make(w, cx);
}

/* -- the token endpoint -- */

static const struct {
    const char *name;
    int status;
    const char *body;
    mcp_error_code_t code;
    const char *tells;
} refusals[] = {
    {"a code that is spent", 400, "{'error':'invalid_grant'}",
     MCP_E_SERVER_ERROR, CALLBACK},
    {"GitHub's, with 200", 200, "{'error':'bad_verification_code'}",
     MCP_E_SERVER_ERROR, "bad_verification_code"},
    {"a wrong secret", 401, "{'error':'invalid_client'}", MCP_E_SERVER_ERROR,
     "secret of Client is wrong or has expired"},
    {"a wrong secret, in GitHub's way", 200,
     "{'error':'incorrect_client_credentials'}", MCP_E_SERVER_ERROR,
     "secret of Client"},
    {"a wrong secret, and no words", 401, "", MCP_E_SERVER_ERROR,
     "secret of Client"},
    {"a client that may not", 400, "{'error':'unauthorized_client'}",
     MCP_E_SERVER_ERROR, "secret of Client"},
    {"a scope too many", 400, "{'error':'invalid_scope'}", MCP_E_SERVER_ERROR,
     "Tick it there."},
    {"a scope that is not for this user, in Keycloak's way", 400,
     "{'error':'not_allowed','error_description':'Offline tokens not "
     "allowed for the user or client'}",
     MCP_E_SERVER_ERROR, "Tick it there."},
    {"a realm that is disabled", 403,
     "{'error':'access_denied','error_description':'Realm not enabled'}",
     MCP_E_SERVER_ERROR, "lets nobody in"},
    {"an address that GitHub has not seen", 200,
     "{'error':'unverified_user_email'}", MCP_E_SERVER_ERROR,
     "unverified_user_email"},
    {"a word that nobody knows", 400,
     "{'error':'x','error_description':'\\u001b'}", MCP_E_SERVER_ERROR,
     "x \"\\x1B\""},
    {"a word that says later", 400, "{'error':'temporarily_unavailable'}",
     MCP_E_UNAVAILABLE, "temporarily_unavailable"},
    {"a failure of its own", 400, "{'error':'server_error'}",
     MCP_E_UNAVAILABLE, "server_error"},
    {"too much at once", 429, "{'error':'slow_down'}", MCP_E_UNAVAILABLE,
     TOKEN},
    {"a bad gateway", 502, "<html>", MCP_E_UNAVAILABLE, TOKEN},
    {"nothing", 0, "", MCP_E_UNAVAILABLE, TOKEN},
    {"HTML", 200, "<html>", MCP_E_SERVER_ERROR, "Endpoint token URL"},
    {"tokens with 400", 400, "{'access_token':'a'}", MCP_E_SERVER_ERROR,
     "answered 400"},
};

static void test_refusals(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_done_t done;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        put(TOKEN, refusals[i].status, refusals[i].body);
        e = finish(&done, "code=c-1", w, cx);
        ok(e && e->code == refusals[i].code && tells(e, refusals[i].tells) &&
               e->remedy,
           "the token endpoint says %s: %s", refusals[i].name,
           e ? e->detail : "fine");
        ok(!e || (!tells(e, "c-1") && !tells(e, "v-1") && !tells(e, "s:e")),
           "the log hears no secret");
    }
}

static void test_no_refresh(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_done_t done;

    w->facts.hints.no_refresh = "Ask for offline_access.";
    put(TOKEN, 200,
        apr_pstrcat(cx->pool, "{'access_token':'at-1','id_token':'",
                    id_token(NULL, w, cx), "'}", NULL));
    *tap_log = '\0';
    fine(finish(&done, "code=c-1", w, cx), "without a refresh token");
    ok(has(tap_log, "MCP00183") && has(tap_log, "Ask for offline_access."),
       "the log has what the preset knows");
    ok(!done.tokens.refresh_token && !done.tokens.expires, "nor expires_in");
}

/* Of a provider with several issuers, users of two never mix. */
static void test_issuers(world_t *w, mcp_ctx_t *cx)
{
    static const change_t other[] = {{"iss", "'https://b.example'"},
                                     {NULL, NULL}};
    mcp_idp_signin_done_t done;

    w->idp.issuers = list_of(cx->pool, IDP " https://b.example");
    put(TOKEN, 200, answer_with(id_token(other, w, cx), cx));
    fine(finish(&done, "code=c-1", w, cx), "a user of the second issuer");
    is(done.identity.issuer, "https://b.example", "is a user of that one");
    w->idp.issuers = NULL;
    fails(finish(&done, "code=c-1", w, cx), MCP_E_SERVER_ERROR,
          "which without Issuer is nobody");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_begin(&w, cx);
    test_targets(&w, cx);
    test_prompts(&w, cx);
    test_begin_otherwise(&w, cx);
    test_finish(&w, cx);
    test_userinfo(&w, cx);
    test_access_token(&w, cx);
    test_no_id_token(&w, cx);
    test_callbacks(&w, cx);
    test_iss(&w, cx);
    test_refusals(&w, cx);
    test_no_refresh(&w, cx);
    test_issuers(&w, cx);
}

TAP_MAIN(body)
