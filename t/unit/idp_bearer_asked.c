/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/bearer.h"
#include "mod_mcp_oauth.h"

/* Access tokens that say nothing themselves: their provider is asked, or
 * another module; and id_tokens in their place. */

#define RESOURCE "https://mcp.example/mcp"
#define OPAQUE_TOKEN "oat_7"
#define GOOD (-1)
#define NOT_FOR_US "aud is not one of Audience"
#define NOBODY "does not say whose it is"

typedef struct row_t {
    const char *name;
    int status; /* 0: nobody answers */
    const char *body;
    int code;          /* GOOD: it is taken */
    const char *tells; /* part of the reason, or NULL */
} row_t;

/* -- RFC 7662 2.2; Audience is "api app", our client is CLIENT -- */

/* clang-format off */
static const row_t introspection[] = {
    {"active, for us", 200, "{'active':true,'sub':'ada','aud':'api'}", GOOD, NULL},
    {"with all that it has", 200, "{'active':true,'sub':'ada','aud':'api','iss':'" IDP "','client_id':'x','scope':'a b','token_type':'Bearer','exp':1800000300,'iat':1800000000,'nbf':1800000000,'username':'ada','jti':'7'}", GOOD, NULL},
    {"aud an array", 200, "{'active':true,'sub':'ada','aud':['x','api']}", GOOD, NULL},
    {"aud the resource", 200, "{'active':true,'sub':'ada','aud':'" RESOURCE "'}", GOOD, NULL},
    {"aud another", 200, "{'active':true,'sub':'ada','aud':'x'}", MCP_E_INVALID_TOKEN, NOT_FOR_US ": it is \"x\""},
    {"aud another, given to us", 200, "{'active':true,'sub':'ada','aud':'x','client_id':'" CLIENT "'}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"aud an empty array", 200, "{'active':true,'sub':'ada','aud':[]}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"aud null", 200, "{'active':true,'sub':'ada','aud':null}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"no aud, given to a client of Audience", 200, "{'active':true,'sub':'ada','client_id':'app'}", GOOD, NULL},
    {"no aud, given to us", 200, "{'active':true,'sub':'ada','client_id':'" CLIENT "'}", GOOD, NULL},
    {"no aud, given to another", 200, "{'active':true,'sub':'ada','client_id':'x'}", MCP_E_INVALID_TOKEN, NOT_FOR_US ": there is none"},
    {"no aud, given to nobody", 200, "{'active':true,'sub':'ada'}", MCP_E_INVALID_TOKEN, NOT_FOR_US ": there is none"},
    {"not active", 200, "{'active':false}", MCP_E_INVALID_TOKEN, "says that the access token is not active"},
    {"not active, and more", 200, "{'active':false,'sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active a string", 200, "{'active':'true','sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active 1", 200, "{'active':1,'sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active an array", 200, "{'active':[true],'sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active null", 200, "{'active':null,'sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active missing", 200, "{'sub':'ada','aud':'api'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"an error", 200, "{'error':'invalid_token'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"active twice", 200, "{'active':false,'active':true,'sub':'ada','aud':'api'}", MCP_E_SERVER_ERROR, "not answer with a JSON"},
    {"iss of another", 200, "{'active':true,'sub':'ada','aud':'api','iss':'https://evil.example'}", MCP_E_INVALID_TOKEN, "iss is \"https://evil.example\""},
    {"exp in the past", 200, "{'active':true,'sub':'ada','aud':'api','exp':1799999940}", MCP_E_INVALID_TOKEN, "it expired 60 s ago"},
    {"exp a word", 200, "{'active':true,'sub':'ada','aud':'api','exp':'soon'}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"exp in milliseconds", 200, "{'active':true,'sub':'ada','aud':'api','exp':1800000300000}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"nbf to come", 200, "{'active':true,'sub':'ada','aud':'api','nbf':1800000061}", MCP_E_INVALID_TOKEN, "nbf lies 61 s ahead"},
    {"nobody's", 200, "{'active':true,'aud':'api','username':'ada'}", MCP_E_INVALID_TOKEN, NOBODY},
    {"sub empty", 200, "{'active':true,'aud':'api','sub':''}", MCP_E_INVALID_TOKEN, NOBODY},
    {"a refresh token", 200, "{'active':true,'sub':'ada','aud':'api','token_type':'refresh_token'}", MCP_E_INVALID_TOKEN, "token_type is \"refresh_token\": it is something else"},
    {"Keycloak's refresh token", 200, "{'active':true,'sub':'ada','aud':'api','typ':'Refresh'}", MCP_E_INVALID_TOKEN, "typ is \"Refresh\""},
    {"an id_token", 200, "{'active':true,'sub':'ada','aud':'api','at_hash':'x'}", MCP_E_INVALID_TOKEN, "it has at_hash"},
    {"a list", 200, "[]", MCP_E_SERVER_ERROR, "not answer with a JSON"},
    {"a JWT, RFC 9701", 200, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", MCP_E_SERVER_ERROR, "Endpoint introspection"},
    {"a page", 200, "<html>", MCP_E_SERVER_ERROR, "Endpoint introspection"},
    {"nothing", 200, "", MCP_E_SERVER_ERROR, "Endpoint introspection"},
    {"400", 400, "{'error':'invalid_request'}", MCP_E_SERVER_ERROR, "answered 400"},
    {"401", 401, "", MCP_E_SERVER_ERROR, "secret of Client"},
    {"invalid_client", 400, "{'error':'invalid_client'}", MCP_E_SERVER_ERROR, "does not know our client"},
    {"403", 403, "", MCP_E_SERVER_ERROR, "answered 403"},
    {"404", 404, "", MCP_E_SERVER_ERROR, "answered 404"},
    {"429", 429, "", MCP_E_UNAVAILABLE, NULL},
    {"500", 500, "{'active':false}", MCP_E_UNAVAILABLE, NULL},
    {"503", 503, "", MCP_E_UNAVAILABLE, INTROSPECT},
    {"no word", 0, "", MCP_E_UNAVAILABLE, "did not answer"},
};

/* -- Google's tokeninfo; Audience is "app.apps.googleusercontent.com" -- */

#define APP "app.apps.googleusercontent.com"
static const row_t tokeninfo[] = {
    {"as it answers", 200, "{'azp':'" APP "','aud':'" APP "','sub':'1137','scope':'openid email','exp':'1800000300','expires_in':'300','email':'ada@a.example','email_verified':'true','access_type':'online'}", GOOD, NULL},
    {"exp a number", 200, "{'aud':'" APP "','sub':'1137','exp':1800000300}", GOOD, NULL},
    {"exp missing", 200, "{'aud':'" APP "','sub':'1137'}", GOOD, NULL},
    {"exp in the past", 200, "{'aud':'" APP "','sub':'1137','exp':'1799999940'}", MCP_E_INVALID_TOKEN, "it expired 60 s ago"},
    {"exp with a fraction", 200, "{'aud':'" APP "','sub':'1137','exp':'1800000300.5'}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"exp negative", 200, "{'aud':'" APP "','sub':'1137','exp':'-1'}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"exp with a blank", 200, "{'aud':'" APP "','sub':'1137','exp':' 1800000300'}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"exp of 20 digits", 200, "{'aud':'" APP "','sub':'1137','exp':'18000003000000000000'}", MCP_E_INVALID_TOKEN, "exp is no time"},
    {"another application's", 200, "{'azp':'evil.apps.googleusercontent.com','aud':'evil.apps.googleusercontent.com','sub':'1137'}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"another application's, azp ours", 200, "{'azp':'" APP "','aud':'evil.apps.googleusercontent.com','sub':'1137'}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"no aud, azp ours", 200, "{'azp':'" APP "','sub':'1137'}", GOOD, NULL},
    {"no aud", 200, "{'sub':'1137'}", MCP_E_INVALID_TOKEN, NOT_FOR_US ": there is none"},
    {"no sub: there was no openid", 200, "{'aud':'" APP "','scope':'https://www.googleapis.com/auth/drive'}", MCP_E_INVALID_TOKEN, NOBODY},
    {"an id_token", 200, "{'iss':'https://accounts.google.com','aud':'" APP "','sub':'1137','at_hash':'x','exp':'1800000300'}", MCP_E_INVALID_TOKEN, "it has at_hash"},
    {"nothing of it", 200, "{}", MCP_E_INVALID_TOKEN, NOT_FOR_US},
    {"no such token", 400, "{'error':'invalid_token','error_description':'Invalid Value'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"an error with 200", 200, "{'error':'invalid_token','aud':'" APP "','sub':'1137'}", MCP_E_INVALID_TOKEN, "is not active"},
    {"400 with a page", 400, "<html>", MCP_E_SERVER_ERROR, "not answer with a JSON"},
    {"401", 401, "{}", MCP_E_SERVER_ERROR, "answered 401"},
    {"404", 404, "", MCP_E_SERVER_ERROR, "answered 404"},
    {"500", 500, "{'error':'backendError'}", MCP_E_UNAVAILABLE, NULL},
};

/* -- OpenID Connect Core 5.3 -- */

static const row_t userinfo[] = {
    {"a user", 200, "{'sub':'ada','email':'ada@a.example'}", GOOD, NULL},
    {"a user by a number", 200, "{'sub':583231}", GOOD, NULL},
    {"nobody", 200, "{'email':'ada@a.example'}", MCP_E_INVALID_TOKEN, NOBODY},
    {"sub null", 200, "{'sub':null}", MCP_E_INVALID_TOKEN, NOBODY},
    {"an error", 200, "{'error':'invalid_token'}", MCP_E_INVALID_TOKEN, NOBODY},
    {"a list", 200, "[{'sub':'ada'}]", MCP_E_SERVER_ERROR, "not a JSON object"},
    {"sub twice", 200, "{'sub':'eve','sub':'ada'}", MCP_E_SERVER_ERROR, "not a JSON object"},
    {"a page", 200, "<html>", MCP_E_SERVER_ERROR, "Endpoint userinfo"},
    {"invalid_request, RFC 6750 3.1", 400, "{'error':'invalid_request'}", MCP_E_INVALID_TOKEN, "userinfo does not take the access token: it answered 400"},
    {"invalid_token", 401, "{'error':'invalid_token'}", MCP_E_INVALID_TOKEN, "userinfo does not take the access token"},
    {"insufficient_scope", 403, "{'error':'insufficient_scope'}", MCP_E_INVALID_TOKEN, "userinfo does not take the access token: it answered 403"},
    {"404", 404, "", MCP_E_SERVER_ERROR, "answered 404"},
    {"302", 302, "", MCP_E_SERVER_ERROR, "answered 302"},
    {"429", 429, "", MCP_E_UNAVAILABLE, NULL},
    {"502", 502, "<html>", MCP_E_UNAVAILABLE, USERINFO},
    {"no word", 0, "", MCP_E_UNAVAILABLE, "did not answer"},
};
/* clang-format on */

static void judged(world_t *w, const char *text, const row_t *row,
                   mcp_ctx_t *cx)
{
    mcp_idp_bearer_t bearer;
    const mcp_error_t *e =
        mcp_idp_bearer_read(&bearer, text, RESOURCE, &w->remote, cx);
    int is_right = row->code == GOOD
                       ? !e
                       : e && (int)e->code == row->code &&
                             (!row->tells || tells(e, row->tells));

    ok(is_right && !tells(e, OPAQUE_TOKEN), "%s: %s: %s", w->idp.label,
       row->name, row->code == GOOD ? "taken" : "refused");
    if (!is_right)
        printf("#  got: %s: %s\n# want: %s\n", e ? mcp_error_oauth(e) : "good",
               e ? e->detail : "", row->tells ? row->tells : "(taken)");
}

static void test_answers(world_t *w, const char *url, const row_t *rows,
                         size_t count)
{
    mcp_ctx_t *cx = pages_cx;
    size_t i;

    for (i = 0; i < count; i++) {
        put(url, rows[i].status, rows[i].body);
        judged(w, OPAQUE_TOKEN, &rows[i], cx);
    }
}

#define ALL(rows) rows, sizeof(rows) / sizeof(*rows)

static void how(world_t *w, const char *label, mcp_idp_verify_t verify,
                const char *audiences)
{
    w->idp.label = label;
    w->idp.bearer = verify;
    w->idp.audiences = list_of(pages_cx->pool, audiences);
}

static void test_introspection(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_bearer_t bearer;
    page_t *page;

    how(w, "introspection", MCP_IDP_VERIFY_INTROSPECTION, "api app");
    test_answers(w, INTROSPECT, ALL(introspection));
    ok(mcp_idp_bearer_takes_opaque(&w->idp), "opaque ones are taken");
    page = put(INTROSPECT, introspection[1].status, introspection[1].body);
    fine(mcp_idp_bearer_read(&bearer, OPAQUE_TOKEN, RESOURCE, &w->remote, cx),
         "2.2: active");
    ok(has(page->form, "token=" OPAQUE_TOKEN "&token_type_hint=access_token"),
       "2.1: what is asked");
    ok(bearer.was_asked && bearer.expires == 1800000300 &&
           !strcmp(bearer.mapped.identity.subject, "ada") &&
           !strcmp(bearer.mapped.identity.issuer, IDP),
       "what is known of it");
}

static void test_tokeninfo(world_t *w, mcp_ctx_t *cx)
{
    page_t *page;

    memset(&w->idp, 0, sizeof(w->idp));
    w->idp.preset = mcp_idp_preset_find("google");
    w->idp.audiences = list_of(cx->pool, APP);
    is(w->idp.preset->check(&w->idp, cx->pool), NULL, "google");
    is(w->idp.bearer_fault, NULL, "it needs no client of ours");
    put("https://accounts.google.com/.well-known/openid-configuration", 200,
        "{'issuer':'https://accounts.google.com'}");
    test_answers(w, "https://oauth2.googleapis.com/tokeninfo", ALL(tokeninfo));
    page = page_of("https://oauth2.googleapis.com/tokeninfo");
    is(page->form, "access_token=" OPAQUE_TOKEN, "what is asked");
    is(page->authorization, NULL, "by nobody");
}

static void test_userinfo(world_t *w)
{
    how(w, "userinfo", MCP_IDP_VERIFY_USERINFO, "");
    test_answers(w, USERINFO, ALL(userinfo));
    ok(mcp_idp_bearer_takes_opaque(&w->idp), "opaque ones are taken");
}

/* -- id_tokens, OpenID Connect Core 2 -- */

static const change_t id_token[] = {
    {"iss", "'" IDP "'"}, {"sub", "'ada'"},     {"aud", "'app'"},
    {"exp", "@300"},      {"iat", "@0"},        {"nonce", "'n'"},
    {"at_hash", "'h'"},   {"auth_time", "@-9"}, {NULL, NULL},
};

/* clang-format off */
static const struct {
    row_t row;
    change_t changes[CHANGES];
    const char *typ;
} id_tokens[] = {
    {{"as it is", 0, NULL, GOOD, NULL}, {{NULL, NULL}}, "JWT"},
    {{"without typ", 0, NULL, GOOD, NULL}, {{NULL, NULL}}, NULL},
    {{"typ at+jwt", 0, NULL, MCP_E_INVALID_TOKEN, "id_token: its typ"}, {{NULL, NULL}}, "at+jwt"},
    {{"typ logout+jwt", 0, NULL, MCP_E_INVALID_TOKEN, "id_token: its typ"}, {{NULL, NULL}}, "logout+jwt"},
    {{"aud several", 0, NULL, GOOD, NULL}, {{"aud", "['x','app']"}}, "JWT"},
    {{"aud another client", 0, NULL, MCP_E_INVALID_TOKEN, "id_token: " NOT_FOR_US}, {{"aud", "'x'"}}, "JWT"},
    {{"no aud", 0, NULL, MCP_E_INVALID_TOKEN, NOT_FOR_US ": there is none"}, {{"aud", NULL}}, "JWT"},
    {{"iss another", 0, NULL, MCP_E_INVALID_TOKEN, "iss is"}, {{"iss", "'https://evil.example'"}}, "JWT"},
    {{"exp past", 0, NULL, MCP_E_INVALID_TOKEN, "expired"}, {{"exp", "@-60"}}, "JWT"},
    {{"no exp", 0, NULL, MCP_E_INVALID_TOKEN, "exp is missing"}, {{"exp", NULL}}, "JWT"},
    {{"no iat", 0, NULL, MCP_E_INVALID_TOKEN, "iat is missing"}, {{"iat", NULL}}, "JWT"},
    {{"no sub", 0, NULL, MCP_E_INVALID_TOKEN, NOBODY}, {{"sub", NULL}}, "JWT"},
    {{"events", 0, NULL, MCP_E_INVALID_TOKEN, "it has events, as a logout token has"}, {{"events", "{}"}}, "JWT"},
};
/* clang-format on */

static void test_id_tokens(world_t *w, mcp_ctx_t *cx)
{
    static const row_t opaque = {"opaque", 0, NULL, MCP_E_INVALID_TOKEN,
                                 "id_token: JWS refused"};
    const char *claims;
    size_t i;

    how(w, "id_token", MCP_IDP_VERIFY_ID_TOKEN, "app");
    for (i = 0; i < sizeof(id_tokens) / sizeof(*id_tokens); i++) {
        claims = claims_make(id_token, id_tokens[i].changes, cx);
        judged(w, sign_as(claims, id_tokens[i].typ, w->key, cx),
               &id_tokens[i].row, cx);
    }
    judged(w, OPAQUE_TOKEN, &opaque, cx);
    ok(!mcp_idp_bearer_takes_opaque(&w->idp), "nobody is asked");
}

/* -- another module -- */

static const struct {
    row_t row;
    mcp_token_verdict_t verdict;
    const char *claims;
} modules[] = {
    {{"good", 0, NULL, GOOD, NULL}, MCP_TOKEN_GOOD, "{\"sub\":\"ada\"}"},
    {{"of nobody", 0, NULL, MCP_E_INVALID_TOKEN, NOBODY},
     MCP_TOKEN_GOOD,
     "{}"},
    {{"good, without claims", 0, NULL, MCP_E_SERVER_ERROR, "acme:ticket"},
     MCP_TOKEN_GOOD,
     NULL},
    {{"bad", 0, NULL, MCP_E_INVALID_TOKEN,
      "acme:ticket refuses the access token: of the test"},
     MCP_TOKEN_BAD,
     NULL},
    {{"not to be had", 0, NULL, MCP_E_UNAVAILABLE, "of the test"},
     MCP_TOKEN_UNKNOWN,
     NULL},
};

static mcp_token_verdict_t verdict_of(void *baton, apr_pool_t *pool,
                                      const char *token, const char **claims,
                                      const char **why)
{
    const size_t *i = baton;

    (void)pool, (void)token;
    *claims = modules[*i].claims;
    *why = "of the test";
    return modules[*i].verdict;
}

static void test_modules(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_idp_verify_setting_t setting = {MCP_IDP_VERIFY_MODULE,
                                                     "acme:ticket"};
    size_t i;
    const mcp_token_verifier_t verifier = {sizeof(verifier), verdict_of, &i};

    how(w, "module", MCP_IDP_VERIFY_MODULE, "");
    w->idp.verifier = &verifier;
    w->idp.verify_setting = &setting;
    network_make(w, cx);
    for (i = 0; i < sizeof(modules) / sizeof(*modules); i++)
        judged(w, OPAQUE_TOKEN, &modules[i].row, cx);
    ok(mcp_idp_bearer_takes_opaque(&w->idp), "opaque ones are taken");
    ok(!page_of(METADATA)->asked, "the provider is not asked for anything");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_introspection(&w, cx);
    test_userinfo(&w);
    test_id_tokens(&w, cx);
    test_modules(&w, cx);
    test_tokeninfo(&w, cx);
}

TAP_MAIN(body)
