/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "base/principal.h"
#include "jose/jws.h"
#include "oauth/access_token.h"
#include "oauth/identity_assertion.h"
#include "oauth/verify.h"
#include "oauth/words.h"

/* What a provider says of a user: from the sign-in through the records to
 * tokens, introspection, expressions and backends. */

#define NOW (apr_time_sec(tap_now))
#define CLAIMS "{\"sub\":\"auth0|1\",\"n\":[1,{\"x\":\"\\u00e9\\\"\"}]}"

/* as a remote provider has it */
static mcp_identity_t ada(mcp_ctx_t *cx)
{
    mcp_identity_t identity;

    memset(&identity, 0, sizeof(identity));
    identity.issuer = "https://idp.example/";
    identity.subject = "auth0|1";
    identity.user = identity.email = "ada@example.com";
    identity.name = "Ada L\xc3\xb6velace";
    identity.picture = "https://img.example/ada?s=1";
    identity.organization = "org_1";
    identity.roles = list_of(cx->pool, "admin", "Manager, Europe", NULL);
    identity.permissions = list_of(cx->pool, "read:todos", NULL);
    identity.claims = CLAIMS;
    identity.session = "sid-1";
    return identity;
}

static const apr_array_header_t *all_words(apr_pool_t *pool)
{
    apr_array_header_t *words = apr_array_make(pool, 12, sizeof(char *));
    const mcp_identity_word_t *word;

    for (word = mcp_identity_words; word->name; word++)
        APR_ARRAY_PUSH(words, const char *) = word->name;
    return words;
}

static const char *member_in(const char *text, const char *name, mcp_ctx_t *cx)
{
    const mcp_json_t *json = mcp_json_get(json_of(text, cx), name);

    return json ? mcp_json_text(json, cx->pool) : NULL;
}

/* -- records -- */

static const char *written(const mcp_identity_t *identity, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_oauth_identity_write(w, identity);
    return mcp_writer_text(w, NULL);
}

static void test_record(mcp_ctx_t *cx)
{
    mcp_identity_t identity = ada(cx), back;
    const char *text = written(&identity, cx);

    ok(mcp_oauth_identity_read(&back, json_of(text, cx), cx->pool),
       "what is written is read");
    is(back.claims, CLAIMS, "claims are as they came");
    is(back.session, "sid-1", "with the provider's session");
    ok(back.roles && back.roles->nelts == 2, "and lists");
    is(written(&back, cx), text, "nothing is lost");

    memset(&identity, 0, sizeof(identity));
    identity.issuer = "httpd";
    identity.subject = identity.user = "ada";
    is(written(&identity, cx),
       "{\"subject\":\"ada\",\"user\":\"ada\",\"issuer\":\"httpd\"}",
       "what is not said takes no room");
    identity.roles = list_of(cx->pool, NULL);
    text = written(&identity, cx);
    ok(mcp_oauth_identity_read(&back, json_of(text, cx), cx->pool) &&
           back.roles && !back.roles->nelts && !back.permissions,
       "that there is nothing is something said");

    ok(!mcp_oauth_identity_read(
           &back, json_of("{\"issuer\":\"i\",\"subject\":\"s\"}", cx),
           cx->pool),
       "without a user it is none");
    ok(!mcp_oauth_identity_read(&back, NULL, cx->pool), "nor is nothing");
    ok(mcp_oauth_identity_read(
           &back,
           json_of("{\"issuer\":\"i\",\"subject\":\"s\",\"user\":\"u\","
                   "\"roles\":\"admin\",\"permissions\":[1,\"a\",null],"
                   "\"claims\":{},\"email\":1}",
                   cx),
           cx->pool) &&
           !back.roles && back.permissions->nelts == 1 && !back.claims &&
           !back.email,
       "members of another type say nothing");
}

/* -- the journey -- */

static mcp_identity_t signs_in;

static const mcp_error_t *
rich_step(mcp_idp_step_t *step, const mcp_idp_login_t *login, mcp_ctx_t *cx)
{
    memset(step, 0, sizeof(*step));
    step->next = login->form ? MCP_IDP_DONE : MCP_IDP_FORM;
    step->identity = signs_in;
    return NULL;
}

static const mcp_idp_preset_t rich = {"httpd", NULL, rich_step, NULL};

/* w->tasks has a client that may introspect, and a user of whom much is said
 */
static void make_rich(world_t *w, mcp_ctx_t *cx)
{
    mcp_client_setting_t *client = apr_pcalloc(cx->pool, sizeof(*client));
    mcp_secret_setting_t *secret = apr_pcalloc(cx->pool, sizeof(*secret));

    signs_in = ada(cx);
    w->idp.preset = &rich;
    secret->text = "a-secret-of-some-length";
    client->id = "asks";
    client->secret = secret;
    client->grants = MCP_GRANTS_NONE;
    client->consent = 1;
    client->introspection = MCP_INTROSPECTION_ON;
    w->settings.clients =
        apr_array_make(cx->pool, 1, sizeof(mcp_client_setting_t *));
    APR_ARRAY_PUSH(w->settings.clients, mcp_client_setting_t *) = client;
}

static const mcp_principal_t *principal_of(world_t *w, const char *token,
                                           mcp_ctx_t *cx)
{
    const mcp_principal_t *who = NULL;

    fine(verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", token, NULL),
                       &w->tasks, cx),
         "a good token");
    return who;
}

static const char *claims_of(const char *token, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    if (!token || mcp_jose_jws_read(&jws, token, strlen(token), cx))
        return NULL;
    return jws->claims_text;
}

static const char *introspected(world_t *w, const char *token, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "token", token, "client_id", "asks",
                        "client_secret", "a-secret-of-some-length", NULL),
                cx);

    fine(mcp_oauth_introspect_handle(x, cx), "introspection");
    return x->json;
}

static void is_all_of_ada(const mcp_principal_t *who, const char *name)
{
    if (!ok(who != NULL, "%s", name))
        return;
    is(who->issuer, "https://idp.example/", "the issuer");
    is(who->subject, "auth0|1", "the subject");
    is(who->user, "ada@example.com", "the user");
    is(who->email, "ada@example.com", "the e-mail address");
    is(who->name, "Ada L\xc3\xb6velace", "the name");
    is(who->picture, "https://img.example/ada?s=1", "the picture");
    is(who->organization, "org_1", "the organization");
    ok(mcp_principal_has_role(who, "admin") &&
           mcp_principal_has_role(who, "Manager, Europe"),
       "the roles");
    ok(mcp_principal_has_permission(who, "read:todos"), "the permissions");
    is(who->claims, CLAIMS, "the claims");
}

static void test_journey(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = tokens_for(w, client, cx);
    const char *token = text_in(json, "access_token", cx), *claims;

    is_all_of_ada(principal_of(w, token, cx), "without MCPTokenClaims");
    claims = claims_of(token, cx);
    is(text_in(claims, "username", cx), "ada@example.com",
       "the token has the user");
    ok(!has_text(claims, "roles") && !has_text(claims, "L\xc3\xb6velace") &&
           !has_text(claims, "org_1"),
       "and no more");
    claims = introspected(w, token, cx);
    ok(has_text(claims, "\"active\":true") && !has_text(claims, "roles"),
       "nor has the introspection");

    json = refresh(w, client, text_in(json, "refresh_token", cx), NULL, cx);
    is_all_of_ada(principal_of(w, text_in(json, "access_token", cx), cx),
                  "after a refresh");
}

static const struct {
    const char *claim;
    const char *json;
} told[] = {
    {"sub", "\"auth0|1\""},
    {"idp", "\"https://idp.example/\""},
    {"username", "\"ada@example.com\""},
    {"email", "\"ada@example.com\""},
    {"name", "\"Ada L\xc3\xb6velace\""},
    {"picture", "\"https://img.example/ada?s=1\""},
    {"organization", "\"org_1\""},
    {"roles", "[\"admin\",\"Manager, Europe\"]"},
    {"permissions", "[\"read:todos\"]"},
    {"claims", "{\"sub\":\"auth0|1\",\"n\":[1,{\"x\":\"\xc3\xa9\\\"\"}]}"},
};

static void is_all_told(const char *json, const char *name, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(told) / sizeof(*told); i++)
        is(member_in(json, told[i].claim, cx), told[i].json,
           apr_psprintf(cx->pool, "%s: %s", name, told[i].claim));
}

static void test_token_claims(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *token, *claims;

    w->tasks_settings.token_claims = (void *)all_words(cx->pool);
    token = text_in(tokens_for(w, client, cx), "access_token", cx);
    is_all_told(claims_of(token, cx), "MCPTokenClaims", cx);
    is_all_told(introspected(w, token, cx), "introspection", cx);
    is_all_of_ada(principal_of(w, token, cx), "and the token is good");

    w->tasks_settings.token_claims = list_of(cx->pool, "roles", NULL);
    token = text_in(tokens_for(w, client, cx), "access_token", cx);
    claims = claims_of(token, cx);
    ok(has_text(claims, "\"roles\":") && !has_text(claims, "\"email\"") &&
           !has_text(claims, "permissions"),
       "one word alone");

    signs_in.claims = apr_psprintf(cx->pool, "{\"x\":\"%0*d\"}", 4000, 0);
    w->tasks_settings.token_claims = (void *)all_words(cx->pool);
    token = text_in(tokens_for(w, client, cx), "access_token", cx);
    claims = claims_of(token, cx);
    ok(has_text(claims, "\"roles\":") && !has_text(claims, "\"claims\""),
       "claims that make it too long are left out");
    ok(has_text(tap_log, "MCP00876: an access token would be too long with "
                         "'claims'"),
       "which is said");
    ok(strlen(token) < 6500, "%d bytes", (int)strlen(token));
    ok(principal_of(w, token, cx)->claims != NULL,
       "we know them all the same");
    ok(has_text(introspected(w, token, cx), "\"claims\":{\"x\":\"000"),
       "and so does who introspects");
    w->tasks_settings.token_claims = NULL;
    signs_in = ada(cx);
}

static const mcp_error_t *is_of_example(int *truth, void *baton,
                                        const void *expr,
                                        const mcp_principal_t *who)
{
    mcp_principal_t *seen = baton;

    (void)expr;
    *seen = *who;
    *truth = has_text(who->email, "@example.com");
    return NULL;
}

/* Configuration 8: "expr=%{MCP_EMAIL} =~ ..." */
static void test_expr(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_scope_setting_t *write =
        &APR_ARRAY_IDX(w->tasks_settings.scopes, 1, mcp_scope_setting_t);
    mcp_principal_t seen;
    const mcp_oauth_expr_t expr = {is_of_example, &seen};
    const char *query =
        authorize_query(client, CALLBACK, TASKS, "tasks:read tasks:write", cx);
    static const struct {
        const char *email;
        int may;
    } users[] = {{"ada@example.com", 1}, {"ada@elsewhere", 0}, {NULL, 0}};
    mcp_oauth_exchange_t *x;
    int i;

    write->expr = "e";
    for (i = 0; i < 3; i++) {
        signs_in.email = users[i].email;
        w->cookie = NULL;
        x = posting(w, FORM,
                    form_of(cx->pool, "transaction",
                            transaction_of(w, query, cx), "username", "ada",
                            "password", "x", NULL),
                    cx);
        x->expr = &expr;
        fine(mcp_oauth_authorize_handle(x, cx), "a sign-in");
        ok(!has_text(x->page_values, "Change your") == !users[i].may,
           "%s is asked about the scope: %d",
           users[i].email ? users[i].email : "nobody", users[i].may);
    }
    signs_in = ada(cx);
    x = posting(w, FORM,
                form_of(cx->pool, "transaction", transaction_of(w, query, cx),
                        "username", "ada", "password", "x", NULL),
                cx);
    x->expr = &expr;
    fine(mcp_oauth_authorize_handle(x, cx), "once more");
    is_all_of_ada(&seen, "an expression sees all");
    write->expr = NULL;
}

/* -- for backends -- */

static const mcp_jose_jws_t *asserted(world_t *w, const mcp_principal_t *who,
                                      const apr_array_header_t *words,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_identity_assertion_ask_t ask = {who, &w->tasks, words};
    const mcp_jose_jws_t *jws = NULL;
    const char *text = NULL;

    fine(mcp_oauth_identity_assertion_make(&text, &ask, cx), "an assertion");
    if (text)
        fine(mcp_jose_jws_read(&jws, text, strlen(text), cx), "which is one");
    return jws;
}

static void is_good(world_t *w, const mcp_jose_jws_t *jws, mcp_ctx_t *cx)
{
    const char *claims = jws->claims_text;

    is(jws->typ, "mcp-identity+jwt", "RFC 8725 3.11: a typ of its own");
    is(jws->alg, "ES256", "alg");
    fine(mcp_jose_jws_verify(
             jws, mcp_jose_keyring_find(w->works.keys, ISSUER, jws->kid), cx),
         "a key of ours signed it");
    is(text_in(claims, "iss", cx), ISSUER, "iss");
    is(text_in(claims, "aud", cx), TASKS, "aud");
    is(text_in(claims, "sub", cx), "auth0|1", "sub");
    is(text_in(claims, "idp", cx), "https://idp.example/", "who vouches");
    ok(text_in(claims, "client_id", cx) != NULL, "client_id");
    ok(number_in(claims, "iat", cx) == NOW, "iat");
    ok(text_in(claims, "jti", cx) != NULL, "jti");
}

static void test_assertion(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *token = text_in(tokens_for(w, client, cx), "access_token", cx);
    const mcp_principal_t *who = principal_of(w, token, cx);
    const mcp_jose_jws_t *jws = asserted(w, who, all_words(cx->pool), cx);
    const mcp_principal_t *other;
    mcp_principal_t soon = *who;

    is_good(w, jws, cx);
    is_all_told(jws->claims_text, "all words", cx);
    is(text_in(jws->claims_text, "scope", cx), "tasks:write tasks:read",
       "and scopes");
    ok(number_in(jws->claims_text, "exp", cx) == NOW + 60, "exp");
    ok(!has_text(jws->claims_text, "\"grant\""), "not the grant");

    fails(verify_header(&other,
                        apr_pstrcat(cx->pool, "Bearer ", jws->text, NULL),
                        &w->tasks, cx),
          MCP_E_INVALID_TOKEN, "it is no access token");
    fails(mcp_oauth_verify_token(&other, jws->text, &w->service, cx),
          MCP_E_INVALID_TOKEN, "anywhere");
    is(introspected(w, jws->text, cx), "{\"active\":false}",
       "and nobody who asks takes it for one");

    jws = asserted(w, who, list_of(cx->pool, "roles", "assertion", NULL), cx);
    is_good(w, jws, cx);
    ok(mcp_json_size(jws->claims) == 9 && mcp_json_get(jws->claims, "roles"),
       "what is named, and what it always has");
    ok(mcp_json_size(asserted(w, who, list_of(cx->pool, NULL), cx)->claims) ==
           8,
       "with no word that alone");
    soon.expires = apr_time_from_sec(NOW + 10);
    jws = asserted(w, &soon, NULL, cx);
    ok(number_in(jws->claims_text, "exp", cx) == NOW + 10,
       "it ends with the access token");
}

static void test_long(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *token = text_in(tokens_for(w, client, cx), "access_token", cx);
    mcp_principal_t who = *principal_of(w, token, cx);
    apr_array_header_t *roles = list_of(cx->pool, NULL);
    const mcp_jose_jws_t *jws;
    int i;

    for (i = 0; i < 300; i++)
        APR_ARRAY_PUSH(roles, const char *) =
            apr_psprintf(cx->pool, "a role with a long name %d", i);
    who.roles = roles;
    jws = asserted(w, &who, all_words(cx->pool), cx);
    is_good(w, jws, cx);
    ok(!mcp_json_get(jws->claims, "roles") &&
           mcp_json_get(jws->claims, "permissions"),
       "roles beyond measure are left out");
    ok(strlen(jws->text) < 4200, "%d bytes", (int)strlen(jws->text));
    who.client = apr_psprintf(cx->pool, "https://c.example/%0*d", 3000, 0);
    ok(!asserted(w, &who, NULL, cx) && has_text(tap_log, "MCP00877: "),
       "what would still be too long is none");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);

    make_rich(w, cx);
    test_record(cx);
    test_journey(w, client, cx);
    test_token_claims(w, client, cx);
    test_expr(w, client, cx);
    test_assertion(w, client, cx);
    test_long(w, client, cx);
}

TAP_MAIN(test)
