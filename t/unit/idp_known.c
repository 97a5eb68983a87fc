/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/signin.h"

/* Signing in at providers that are as their presets know them. */

#define ENTRA "https://login.microsoftonline.com/"
#define TENANT_A "11111111-2222-3333-4444-555555555555"
#define TENANT_B "66666666-7777-8888-9999-000000000000"

static const mcp_idp_signin_ask_t ask = {CALLBACK, "st-1",
                                         "https://mcp.example/mcp", 1, NULL};

/* words: the preset and its arguments */
static void preset_name(world_t *w, const char *words, mcp_ctx_t *cx)
{
    apr_array_header_t *list = list_of(cx->pool, words);
    apr_array_header_t *issuers = w->idp.issuers;
    apr_array_header_t *audiences = w->idp.audiences;

    memset(&w->idp, 0, sizeof(w->idp));
    w->idp.preset = mcp_idp_preset_find(APR_ARRAY_IDX(list, 0, const char *));
    list->elts += list->elt_size;
    list->nelts--;
    w->idp.arguments = list;
    w->idp.issuers = issuers;
    w->idp.audiences = audiences;
    client_set(w, "secret", 0, cx);
}

static void preset_check(world_t *w, const char *words, mcp_ctx_t *cx)
{
    is(w->idp.preset->check(&w->idp, cx->pool), NULL, words);
    network_make(w, cx);
}

static void preset_set(world_t *w, const char *words, mcp_ctx_t *cx)
{
    preset_name(w, words, cx);
    preset_check(w, words, cx);
}

static const char *begin(mcp_idp_signin_begun_t *begun, world_t *w,
                         mcp_ctx_t *cx)
{
    const char *location = "";

    fine(mcp_idp_signin_begin(&location, begun, &ask, &w->remote, cx),
         "a sign-in begins");
    return location;
}

static const mcp_error_t *finish_as(const char *iss,
                                    mcp_idp_signin_done_t *done,
                                    const mcp_idp_signin_begun_t *begun,
                                    world_t *w, mcp_ctx_t *cx)
{
    apr_table_t *query = apr_table_make(cx->pool, 2);

    apr_table_set(query, "code", "c-1");
    if (iss)
        apr_table_set(query, "iss", iss);
    return mcp_idp_signin_finish(done, begun, query, &w->remote, cx);
}

static const mcp_error_t *finish(mcp_idp_signin_done_t *done,
                                 const mcp_idp_signin_begun_t *begun,
                                 world_t *w, mcp_ctx_t *cx)
{
    return finish_as(NULL, done, begun, w, cx);
}

/* -- GitHub: no OpenID, forms, numbers, addresses apart -- */

static void test_github(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_begun_t begun;
    mcp_idp_signin_done_t done;
    const char *location;
    page_t *page;

    preset_set(w, "github", cx);
    location = begin(&begun, w, cx);
    ok(has(location, "https://github.com/login/oauth/authorize?") &&
           has(location, "scope=read%3Auser%20user%3Aemail") &&
           has(location, "prompt=select_account") &&
           has(location, "code_challenge_method=S256") &&
           !has(location, "nonce") && !has(location, "resource"),
       "where the browser goes");
    page = put("https://github.com/login/oauth/access_token", 200,
               "access_token=gho_1&scope=read%3Auser&token_type=bearer");
    page->type = FORM_TYPE;
    put("https://api.github.com/user", 200,
        "{'login':'octocat','id':583231,'name':null,'email':'old@a.example',"
        "'avatar_url':'https://avatars.example/1'}");
    put("https://api.github.com/user/emails", 200,
        "[{'email':'octo@a.example','primary':true,'verified':true}]");
    *tap_log = '\0';
    fine(finish(&done, &begun, w, cx), "and comes back");
    ok(has(page->form, "client_secret=secret"), "the secret is in the form");
    is(done.identity.subject, "583231", "who it is: a number");
    is(done.identity.issuer, "https://github.com/login/oauth", "of GitHub");
    is(done.identity.name, "octocat", "who has no other name");
    is(done.identity.email, "octo@a.example", "the address that is verified");
    ok(has(tap_log, "MCP00183"), "the log has why no token can be refreshed");
    fine(finish_as("https://github.com/login/oauth", &done, &begun, w, cx),
         "with the iss that it sends");
    ok(tells(finish_as("https://github.com", &done, &begun, w, cx),
             "expected is \"https://github.com/login/oauth\""),
       "and no other one");
    put("https://api.github.com/user/emails", 404, "{}");
    fine(finish(&done, &begun, w, cx), "where addresses are not told");
    is(done.identity.email, NULL, "that of the profile does not count");
}

/* -- Auth0: audience, and what it says in the access token -- */

static void test_auth0(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_begun_t begun;
    const char *location;

    w->idp.audiences = list_of(cx->pool, "urn:todos-api");
    preset_set(w, "auth0 t.us.auth0.com", cx);
    put("https://t.us.auth0.com/.well-known/openid-configuration", 200,
        "{'issuer':'https://t.us.auth0.com/','authorization_endpoint':"
        "'https://t.us.auth0.com/authorize'}");
    location = begin(&begun, w, cx);
    ok(has(location, "https://t.us.auth0.com/authorize?") &&
           has(location, "audience=urn%3Atodos-api") &&
           has(location, "offline_access") && has(location, "prompt=login") &&
           has(location, "nonce="),
       "Auth0 is told the audience");
    w->idp.audiences = NULL;
}

/* -- Google: refresh tokens come with a prompt -- */

static void test_google(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_begun_t begun;
    const char *location;

    preset_set(w, "google", cx);
    put("https://accounts.google.com/.well-known/openid-configuration", 200,
        "{'issuer':'https://accounts.google.com','authorization_endpoint':"
        "'https://accounts.google.com/o/oauth2/v2/auth'}");
    location = begin(&begun, w, cx);
    ok(has(location, "access_type=offline") &&
           has(location, "prompt=consent%20select_account") &&
           !has(location, "offline_access"),
       "Google is asked in its own words");
}

/* -- an OpenID provider by its endpoints alone, as who has these in variables
 * writes it -- */

static void oauth2_set(world_t *w, mcp_ctx_t *cx)
{
    preset_name(w, "oauth2", cx);
    w->idp.endpoints =
        apr_array_make(cx->pool, 4, sizeof(mcp_idp_endpoint_setting_t));
    endpoint_set(w, MCP_IDP_ENDPOINT_AUTHORIZATION, AUTHORIZE);
    endpoint_set(w, MCP_IDP_ENDPOINT_TOKEN, TOKEN);
    endpoint_set(w, MCP_IDP_ENDPOINT_USERINFO, USERINFO);
    w->idp.scopes = list_of(cx->pool, "openid profile email");
    preset_check(w, "oauth2", cx);
    put(TOKEN, 200,
        "{'access_token':'at-1','id_token':'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'}");
    put(USERINFO, 200,
        "{'sub':'ada','email':'ada@a.example','email_verified':true}");
}

static void test_oauth2(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_begun_t begun;
    mcp_idp_signin_done_t done;

    oauth2_set(w, cx);
    begin(&begun, w, cx);
    fine(finish_as(IDP "/realms/staff", &done, &begun, w, cx),
         "an id_token that was not asked about, and an iss below the guess");
    is(done.identity.subject, "ada", "userinfo says who it is");
    is(done.identity.issuer, IDP, "of where users sign in");
    is(done.tokens.id_token, NULL,
       "what nobody verified is not there to be believed later");
    fine(finish_as(IDP, &done, &begun, w, cx), "iss may be the guess itself");
    ok(tells(finish_as(IDP ".evil.example/x", &done, &begun, w, cx),
             "answer of another provider"),
       "but not one of elsewhere");
    w->idp.issuers = list_of(cx->pool, IDP "/realms/staff");
    oauth2_set(w, cx);
    fine(finish_as(IDP "/realms/staff", &done, &begun, w, cx),
         "the one that is written");
    ok(tells(finish_as(IDP "/realms/other", &done, &begun, w, cx),
             "answer of another provider"),
       "is then the only one");
    w->idp.issuers = NULL;
}

/* -- Entra: one document for all tenants -- */

static void test_entra(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_signin_begun_t begun;
    const char *location;

    w->idp.issuers =
        list_of(cx->pool, ENTRA TENANT_A "/v2.0 " ENTRA TENANT_B "/v2.0");
    preset_set(w, "entra organizations", cx);
    put(ENTRA "organizations/v2.0/.well-known/openid-configuration", 200,
        "{'issuer':'" ENTRA "{tenantid}/v2.0','authorization_endpoint':'" ENTRA
        "organizations/oauth2/v2.0/authorize'}");
    location = begin(&begun, w, cx);
    ok(has(location, ENTRA "organizations/oauth2/v2.0/authorize?") &&
           !has(location, "resource="),
       "Entra, for the tenants of Issuer, and without resource");
    w->idp.issuers = NULL;
    preset_set(w, "entra " TENANT_A, cx);
    put(ENTRA TENANT_A "/v2.0/.well-known/openid-configuration", 200,
        "{'issuer':'" ENTRA TENANT_B "/v2.0'}");
    ok(tells(mcp_idp_signin_begin(&location, &begun, &ask, &w->remote, cx),
             TENANT_B),
       "a tenant that is another one");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_github(&w, cx);
    test_auth0(&w, cx);
    test_google(&w, cx);
    test_oauth2(&w, cx);
    test_entra(&w, cx);
}

TAP_MAIN(body)
