/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/access_token.h"
#include "mod_mcp_oauth.h"

static const change_t good[] = {
    {"iss", "'" IDP "'"}, {"sub", "'ada'"},         {"aud", "'api'"},
    {"exp", "@300"},      {"client_id", "'other'"}, {NULL, NULL},
};

/* -- a JWT, RFC 9068 4 -- */

typedef struct row_t {
    const char *name;
    const char *audiences; /* NULL: Audience is not there */
    change_t changes[CHANGES];
    const char *typ;
    const char *want; /* part of why it is refused; NULL: it is good */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"as RFC 9068 2 has it", "api", {{NULL, NULL}}, "at+jwt", NULL},
    {"with typ as a media type", "api", {{NULL, NULL}}, "application/at+jwt", NULL},
    {"with the typ of Auth0 and Keycloak", "api", {{NULL, NULL}}, "JWT", NULL},
    {"without typ", "api", {{NULL, NULL}}, NULL, NULL},
    {"with the typ of a logout token", "api", {{NULL, NULL}}, "logout+jwt", "its typ"},
    {"for another", "api2", {{NULL, NULL}}, NULL, "aud is not one of Audience"},
    {"for the second of Audience", "x api", {{NULL, NULL}}, NULL, NULL},
    {"for several", "api", {{"aud", "['x','api']"}}, NULL, NULL},
    {"for another, and given to us", "api", {{"aud", "'x'"}, {"client_id", "'" CLIENT "'"}}, NULL, "aud is not one"},
    {"for nobody, and given to us", "api", {{"aud", NULL}, {"client_id", "'" CLIENT "'"}}, NULL, NULL},
    {"for nobody, and given to us, as OpenID says it", "api", {{"aud", NULL}, {"client_id", NULL}, {"azp", "'" CLIENT "'"}}, NULL, NULL},
    {"for nobody, and given to another", "api", {{"aud", NULL}}, NULL, "aud is not one"},
    {"for nobody, and given to nobody", "api", {{"aud", NULL}, {"client_id", NULL}}, NULL, "aud is not one"},
    {"without Audience, given to us", NULL, {{"client_id", "'" CLIENT "'"}}, NULL, NULL},
    {"without Audience, for us", NULL, {{"aud", "'" CLIENT "'"}}, NULL, NULL},
    {"without Audience, given to another", NULL, {{NULL, NULL}}, NULL, "aud is not one"},
    {"by another", "api", {{"iss", "'https://evil.example'"}}, NULL, "iss is"},
    {"without exp", "api", {{"exp", NULL}}, NULL, "exp is missing"},
    {"of a minute ago", "api", {{"exp", "@-60"}}, NULL, "expired"},
    {"whose nbf is to come", "api", {{"nbf", "@61"}}, NULL, "nbf lies"},
    {"without iat", "api", {{"iat", NULL}}, NULL, NULL},
};
/* clang-format on */

static const mcp_error_t *read_it(const mcp_json_t **claims, const char *text,
                                  world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;

    *claims = NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, &w->remote, cx));
    return mcp_idp_access_token_read(claims, text, metadata, cx);
}

static void test_rows(world_t *w, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e;
    const char *text;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        w->idp.audiences =
            rows[i].audiences ? list_of(cx->pool, rows[i].audiences) : NULL;
        text = sign_as(claims_make(good, rows[i].changes, cx), rows[i].typ,
                       w->key, cx);
        e = read_it(&claims, text, w, cx);
        ok(rows[i].want
               ? e && e->code == MCP_E_SERVER_ERROR && tells(e, rows[i].want)
               : !e,
           "an access token %s: %s", rows[i].name, e ? e->detail : "taken");
    }
}

/* What only says more, says so whomever it is for. */
static void test_ours(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        change_t changes[CHANGES];
        int is_good;
    } cases[] = {
        {"for another, given to us",
         {{"aud", "'x'"}, {"azp", "'" CLIENT "'"}},
         1},
        {"for us, given to another", {{"aud", "'" CLIENT "'"}}, 1},
        {"for one of Audience, given to another", {{NULL, NULL}}, 1},
        {"for another, given to another", {{"aud", "'x'"}}, 0},
        {"for another, given to who knows (WorkOS)",
         {{"aud", "'x'"}, {"client_id", NULL}},
         1},
        {"the same, of another user",
         {{"aud", "'x'"}, {"client_id", NULL}, {"sub", "'eve'"}},
         0},
        {"given to us, of another user",
         {{"azp", "'" CLIENT "'"}, {"sub", "'eve'"}},
         0},
        {"given to us, of nobody (Keycloak)",
         {{"azp", "'" CLIENT "'"}, {"sub", NULL}},
         1},
        {"given to us, of the past",
         {{"azp", "'" CLIENT "'"}, {"exp", "@-60"}},
         0},
    };
    const mcp_idp_metadata_t *metadata;
    const mcp_json_t *claims;
    const mcp_error_t *e;
    const char *text;
    size_t i;

    w->idp.audiences = list_of(cx->pool, "api");
    fine(mcp_idp_metadata_get(&metadata, &w->remote, cx), "metadata");
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        text =
            sign_as(claims_make(good, cases[i].changes, cx), NULL, w->key, cx);
        e = mcp_idp_access_token_read_ours(&claims, text, "ada", metadata, cx);
        ok((e == NULL) == cases[i].is_good, "of our own, one %s is %s",
           cases[i].name, cases[i].is_good ? "taken" : "refused");
    }
}

static void test_opaque(world_t *w, mcp_ctx_t *cx)
{
    static const char *const opaque[] = {"oat_7", "a.b", "a..c.d.e", ""};
    const mcp_json_t *claims;
    size_t i;

    w->facts.hints.opaque = "Give it an Audience.";
    w->facts.hints.audience = "Add a mapper.";
    for (i = 0; i < sizeof(opaque) / sizeof(*opaque); i++)
        ok(tells(read_it(&claims, opaque[i], w, cx), "it is opaque") &&
               tells(read_it(&claims, opaque[i], w, cx),
                     "Give it an Audience."),
           "\"%s\" is opaque, and the log hears what the preset knows",
           opaque[i]);
    w->idp.audiences = list_of(cx->pool, "x");
    ok(tells(read_it(&claims,
                     sign_as(claims_make(good, NULL, cx), NULL, w->key, cx), w,
                     cx),
             "Add a mapper."),
       "and of aud");
}

/* -- introspection, RFC 7662 -- */

static const struct {
    const char *name;
    int status;
    const char *body;
    int code; /* -1: it is good */
    const char *tells;
} answers[] = {
    {"active", 200, "{'active':true,'sub':'ada'}", -1, NULL},
    {"active, with all that RFC 7662 2.2 has", 200,
     "{'active':true,'iss':'" IDP "','aud':'api','client_id':'x',"
     "'exp':1900000000}",
     -1, NULL},
    {"active, given to us", 200, "{'active':true,'client_id':'" CLIENT "'}",
     -1, NULL},
    {"not active", 200, "{'active':false}", MCP_E_INVALID_GRANT, "not active"},
    {"active in a string", 200, "{'active':'true'}", MCP_E_INVALID_GRANT,
     "not active"},
    {"nothing of active", 200, "{'sub':'ada'}", MCP_E_INVALID_GRANT,
     "not active"},
    {"active, by another", 200, "{'active':true,'iss':'https://evil.example'}",
     MCP_E_SERVER_ERROR, "iss is"},
    {"active, for another", 200, "{'active':true,'aud':'x'}",
     MCP_E_SERVER_ERROR, "aud is not one"},
    {"active, given to another", 200, "{'active':true,'client_id':'x'}",
     MCP_E_SERVER_ERROR, "aud is not one"},
    {"active, but of the past", 200, "{'active':true,'exp':1700000000}",
     MCP_E_SERVER_ERROR, "it expired"},
    {"a list", 200, "[]", MCP_E_SERVER_ERROR, "not answer with a JSON"},
    {"HTML", 200, "<html>", MCP_E_SERVER_ERROR, "Endpoint introspection"},
    {"401", 401, "", MCP_E_SERVER_ERROR, "secret of Client"},
    {"404", 404, "", MCP_E_SERVER_ERROR, "it answered 404"},
    {"503", 503, "", MCP_E_UNAVAILABLE, INTROSPECT},
};

static void test_introspection(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;
    const mcp_json_t *claims;
    const mcp_error_t *e;
    page_t *page;
    size_t i;

    w->idp.audiences = list_of(cx->pool, "api");
    fine(mcp_idp_metadata_get(&metadata, &w->remote, cx), "metadata");
    for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        page = put(INTROSPECT, answers[i].status, answers[i].body);
        claims = NULL;
        e = mcp_idp_access_token_introspect(&claims, "oat_7", metadata, cx);
        ok(answers[i].code < 0 ? !e && claims
                               : e && (int)e->code == answers[i].code &&
                                     tells(e, answers[i].tells),
           "who says %s: %s", answers[i].name, e ? e->detail : "taken");
        ok(has(page->form, "token=oat_7&token_type_hint=access_token"),
           "what is asked");
    }
}

static void test_nowhere(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;
    const mcp_json_t *claims;

    network_make(w, cx);
    put(METADATA, 200, "{'issuer':'" IDP "'}");
    fine(mcp_idp_metadata_get(&metadata, &w->remote, cx), "metadata");
    ok(tells(mcp_idp_access_token_introspect(&claims, "oat_7", metadata, cx),
             "Endpoint introspection URL"),
       "a provider that nobody can ask");
}

/* -- another module -- */

static const struct {
    const char *name;
    mcp_token_verdict_t verdict;
    const char *claims;
    int code; /* -1: it is good */
} modules[] = {
    {"good", MCP_TOKEN_GOOD, "{\"sub\":\"ada\"}", -1},
    {"good, without claims", MCP_TOKEN_GOOD, NULL, MCP_E_SERVER_ERROR},
    {"good, with a list", MCP_TOKEN_GOOD, "[]", MCP_E_SERVER_ERROR},
    {"good, with no JSON", MCP_TOKEN_GOOD, "{", MCP_E_SERVER_ERROR},
    {"bad", MCP_TOKEN_BAD, NULL, MCP_E_INVALID_GRANT},
    {"nothing for now", MCP_TOKEN_UNKNOWN, NULL, MCP_E_UNAVAILABLE},
};

static mcp_token_verdict_t verdict_of(void *baton, apr_pool_t *pool,
                                      const char *token, const char **claims,
                                      const char **why)
{
    const size_t *i = baton;

    is(token, "oat_7", "what a module is asked of");
    *claims = modules[*i].claims;
    if (modules[*i].verdict != MCP_TOKEN_GOOD)
        *why = "of the test";
    return modules[*i].verdict;
}

static void test_modules(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_idp_verify_setting_t setting = {MCP_IDP_VERIFY_MODULE,
                                                     "acme:ticket"};
    size_t i;
    const mcp_token_verifier_t verifier = {sizeof(verifier), verdict_of, &i};
    const mcp_json_t *claims;
    const mcp_error_t *e;

    w->idp.verifier = &verifier;
    w->idp.verify_setting = &setting;
    for (i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
        e = mcp_idp_access_token_ask(&claims, "oat_7", &w->idp, cx);
        ok(modules[i].code < 0 ? !e && claims
                               : e && (int)e->code == modules[i].code &&
                                     has(e->detail, "acme:ticket"),
           "a module that says %s: %s", modules[i].name,
           e ? e->detail : "taken");
    }
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_rows(&w, cx);
    test_ours(&w, cx);
    test_opaque(&w, cx);
    test_introspection(&w, cx);
    test_nowhere(&w, cx);
    test_modules(&w, cx);
}

TAP_MAIN(body)
