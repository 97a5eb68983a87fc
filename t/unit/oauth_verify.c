/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_world.h"

#include "base/scope.h"
#include "jose/jws.h"
#include "oauth/grant.h"
#include "oauth/revoke.h"
#include "oauth/verify.h"

#define NOW (apr_time_sec(tap_now))

static const mcp_error_t *judge(world_t *w, const char *token,
                                const mcp_principal_t **who, mcp_ctx_t *cx)
{
    return verify_header(who, apr_pstrcat(cx->pool, "Bearer ", token, NULL),
                         &w->tasks, cx);
}

/* Claims of which one is another: value is JSON, "" leaves it out. */
static const char *claims_with(const char *grant, const char *name,
                               const char *value, mcp_ctx_t *cx)
{
    const struct {
        const char *name;
        const char *value;
    } good[] = {
        {"iss", "\"" ISSUER "\""},
        {"aud", "\"" TASKS "\""},
        {"sub", "\"ada\""},
        {"idp", "\"httpd\""},
        {"client_id", "\"c\""},
        {"scope", "\"tasks:read\""},
        {"jti", "\"1\""},
        {"grant", apr_psprintf(cx->pool, "\"%s\"", grant)},
        {"iat", apr_psprintf(cx->pool, "%" APR_INT64_T_FMT, NOW)},
        {"exp", apr_psprintf(cx->pool, "%" APR_INT64_T_FMT, NOW + 600)},
    };
    const char *text = "{", *one;
    int found = !name;
    apr_size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        one = good[i].value;
        if (name && !strcmp(name, good[i].name)) {
            one = value;
            found = 1;
        }
        if (*one)
            text = apr_pstrcat(cx->pool, text, text[1] ? "," : "", "\"",
                               good[i].name, "\":", one, NULL);
    }
    if (!found)
        text = apr_pstrcat(cx->pool, text, ",\"", name, "\":", value, NULL);
    return apr_pstrcat(cx->pool, text, "}", NULL);
}

static const char *signed_with(world_t *w, const char *claims, const char *typ,
                               const char *issuer, mcp_ctx_t *cx)
{
    const char *token = NULL;

    mcp_jose_jws_sign(&token, claims, typ,
                      mcp_jose_keyring_signer(w->works.keys, issuer), cx);
    return token;
}

static void grant_of(world_t *w, const char *id,
                     const mcp_identity_t *identity, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t grant;

    memset(&grant, 0, sizeof(grant));
    grant.id = id;
    grant.client_id = "c";
    grant.identity = *identity;
    grant.resource = TASKS;
    grant.scope = "tasks:read";
    grant.created = grant.turned = NOW;
    grant.expires = NOW + 86400;
    fine(mcp_oauth_grant_put(&grant, &w->works, cx), "a grant");
}

static mcp_identity_t ada(void)
{
    mcp_identity_t identity;

    memset(&identity, 0, sizeof(identity));
    identity.issuer = "httpd";
    identity.subject = identity.user = "ada";
    return identity;
}

static void grant_make(world_t *w, const char *id, mcp_ctx_t *cx)
{
    const mcp_identity_t identity = ada();

    grant_of(w, id, &identity, cx);
}

/* seconds: what is added to now where value is "+" */
static const struct {
    const char *name;
    const char *claim;
    const char *value;
    int seconds;
    int good;
} rows[] = {
    {"a good one", NULL, NULL, 0, 1},
    {"aud in a list", "aud", "[\"" TASKS "\"]", 0, 1},
    {"aud among others", "aud", "[\"x\",\"" TASKS "\"]", 0, 1},
    {"another claim", "x", "{\"y\":1}", 0, 1},
    {"a name besides sub", "username", "\"ada@example.com\"", 0, 1},
    {"no scope granted", "scope", "\"\"", 0, 1},
    {"iat a minute ahead", "iat", "+", 60, 1},
    {"iat further ahead", "iat", "+", 61, 0},
    {"nbf now", "nbf", "+", 0, 1},
    {"nbf a minute ahead", "nbf", "+", 60, 1},
    {"nbf further ahead", "nbf", "+", 61, 0},
    {"nbf that is no number", "nbf", "\"x\"", 0, 0},
    {"exp in a second", "exp", "+", 1, 1},
    {"exp now", "exp", "+", 0, 0},
    {"exp past", "exp", "+", -1, 0},
    {"exp that is no number", "exp", "\"9999999999\"", 0, 0},
    {"exp with a fraction", "exp", "1.5", 0, 0},
    {"RFC 9068 4: another aud", "aud", "\"" WIKI "\"", 0, 0},
    {"aud with a slash more", "aud", "\"" TASKS "/\"", 0, 0},
    {"aud the origin", "aud", "\"" ISSUER "\"", 0, 0},
    {"aud an empty list", "aud", "[]", 0, 0},
    {"aud a list of numbers", "aud", "[1]", 0, 0},
    {"aud an object", "aud", "{\"" TASKS "\":1}", 0, 0},
    {"another iss", "iss", "\"https://evil.example\"", 0, 0},
    {"iss with a slash more", "iss", "\"" ISSUER "/\"", 0, 0},
    {"iss that is no text", "iss", "1", 0, 0},
    {"no iss", "iss", "", 0, 0},
    {"no aud", "aud", "", 0, 0},
    {"no sub", "sub", "", 0, 0},
    {"no idp", "idp", "", 0, 0},
    {"no client_id", "client_id", "", 0, 0},
    {"no scope", "scope", "", 0, 0},
    {"no jti", "jti", "", 0, 0},
    {"no iat", "iat", "", 0, 0},
    {"no exp", "exp", "", 0, 0},
    {"no grant", "grant", "", 0, 0},
    {"a grant that is not there", "grant", "\"other\"", 0, 0},
    {"sub that is no text", "sub", "null", 0, 0},
    {"a malformed scope", "scope", "\"a\\\\b\"", 0, 0},
};

static void test_rows(world_t *w, mcp_ctx_t *cx)
{
    const mcp_principal_t *who;
    const char *value;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const mcp_error_t *e;

        value = rows[i].value;
        if (value && !strcmp(value, "+"))
            value = apr_psprintf(cx->pool, "%" APR_INT64_T_FMT,
                                 NOW + rows[i].seconds);
        e = judge(w,
                  signed_with(w, claims_with("g", rows[i].claim, value, cx),
                              "at+jwt", ISSUER, cx),
                  &who, cx);
        if (rows[i].good)
            ok(!e && who, "%s", rows[i].name);
        else
            ok(e && e->code == MCP_E_INVALID_TOKEN && !who, "%s: refused",
               rows[i].name);
    }
}

static void test_types(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *typ;
        int good;
    } types[] = {{"at+jwt", 1},  {"application/at+jwt", 1},
                 {"AT+JWT", 1},  {"JWT", 0},
                 {"at", 0},      {"logout+jwt", 0},
                 {"at+jwtx", 0}, {"application/jwt", 0}};
    const char *claims = claims_with("g", NULL, NULL, cx);
    const mcp_principal_t *who;
    apr_size_t i;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        ok((judge(w, signed_with(w, claims, types[i].typ, ISSUER, cx), &who,
                  cx) == NULL) == types[i].good,
           "RFC 9068 2.1: typ %s is %s", types[i].typ,
           types[i].good ? "good" : "refused");
    fails(judge(w,
                signed_with(w, claims, "at+jwt", "https://other.example.com",
                            cx),
                &who, cx),
          MCP_E_INVALID_TOKEN, "another issuer's key is refused");
}

static void test_text(world_t *w, mcp_ctx_t *cx)
{
    const char *token =
        signed_with(w, claims_with("g", NULL, NULL, cx), "at+jwt", ISSUER, cx);
    const char *none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.";
    char *changed = apr_pstrdup(cx->pool, token);
    char *huge = apr_palloc(cx->pool, 20001);
    const mcp_principal_t *who;
    apr_size_t i, good = 0;

    for (i = 0; changed[i]; i += 3) {
        char was = changed[i];

        changed[i] = was == 'A' ? 'B' : 'A';
        good += !judge(w, changed, &who, cx);
        changed[i] = was;
    }
    ok(good == 0, "no changed token is good");
    fails(
        judge(w, apr_pstrmemdup(cx->pool, token, strlen(token) - 1), &who, cx),
        MCP_E_INVALID_TOKEN, "nor a truncated one");
    fails(judge(w, apr_pstrcat(cx->pool, none, strchr(token, '.') + 1, NULL),
                &who, cx),
          MCP_E_INVALID_TOKEN, "nor alg none");
    fails(judge(w, "", &who, cx), MCP_E_INVALID_TOKEN, "nor nothing");
    fails(judge(w, "a.b", &who, cx), MCP_E_INVALID_TOKEN, "nor two parts");
    fails(judge(w, "a b c", &who, cx), MCP_E_INVALID_TOKEN, "nor words");
    memset(huge, 'A', 20000);
    huge[20000] = '\0';
    fails(judge(w, huge, &who, cx), MCP_E_INVALID_TOKEN, "nor a huge one");
}

static void test_scheme(world_t *w, mcp_ctx_t *cx)
{
    const char *token =
        signed_with(w, claims_with("g", NULL, NULL, cx), "at+jwt", ISSUER, cx);
    static const char *const others[] = {"Basic YTpi", "Bearerx y", "",
                                         "DPoPx y", NULL};
    const mcp_principal_t *who;
    apr_size_t i;

    for (i = 0; i < 5; i++) {
        fine(verify_header(&who, others[i], &w->tasks, cx),
             "another scheme is no error");
        ok(!who, "and no token");
    }
    fine(verify_header(&who,
                       apr_pstrcat(cx->pool, "bEARER   ", token, "  ", NULL),
                       &w->tasks, cx),
         "RFC 9110 11.1: the scheme's case does not matter");
    ok(who != NULL, "nor blanks");
    fails(verify_header(&who, "Bearer", &w->tasks, cx), MCP_E_INVALID_TOKEN,
          "Bearer without a token is a bad token");
    fails(verify_header(&who, apr_pstrcat(cx->pool, "DPoP ", token, NULL),
                        &w->tasks, cx),
          MCP_E_INVALID_TOKEN,
          "RFC 9449 7.1: the scheme DPoP with a token that is not bound");
}

static void test_principal(world_t *w, mcp_ctx_t *cx)
{
    const char *claims = claims_with("g", "username", "\"root\"", cx);
    const char *token = signed_with(w, claims, "at+jwt", ISSUER, cx);
    const mcp_principal_t *who;
    int i;

    for (i = 0; i < 2; i++) {
        fine(judge(w, token, &who, cx),
             i ? "once more" : "for the first time");
        is(who->issuer, "httpd", "who vouches");
        is(who->subject, "ada", "for whom");
        is(who->user, "ada", "REMOTE_USER, which the grant says");
        is(who->client, "c", "the client");
        is(who->grant, "g", "the grant");
        is(mcp_scope_text(who->scopes, cx->pool), "tasks:read", "the scopes");
        is(who->claims, NULL, "no claims: those of the token are ours");
        is(who->jti, "1", "jti");
        ok(apr_time_sec(who->expires) == NOW + 600, "until when");
    }
}

/* All that the provider said of the user is read from the grant. */
static void test_words(world_t *w, mcp_ctx_t *cx)
{
    mcp_identity_t identity = ada();
    const mcp_principal_t *who;
    const char *token;
    int i;

    identity.user = identity.email = "ada@example.com";
    identity.name = "Ada L\xc3\xb6velace";
    identity.picture = "https://img.example/ada";
    identity.organization = "org_1";
    identity.roles = list_of(cx->pool, "admin", "a,b", NULL);
    identity.permissions = list_of(cx->pool, NULL);
    identity.claims = "{\"sub\":\"ada\",\"x\":[{}]}";
    grant_of(w, "full", &identity, cx);
    token = signed_with(w, claims_with("full", "roles", "[\"root\"]", cx),
                        "at+jwt", ISSUER, cx);
    for (i = 0; i < 2; i++) {
        fine(judge(w, token, &who, cx),
             i ? "remembered" : "a provider that says much");
        is(who->user, "ada@example.com", "the user");
        is(who->email, "ada@example.com", "the e-mail address");
        is(who->name, "Ada L\xc3\xb6velace", "the name");
        is(who->picture, "https://img.example/ada", "the picture");
        is(who->organization, "org_1", "the organization");
        ok(mcp_principal_has_role(who, "admin") &&
               mcp_principal_has_role(who, "a,b") && who->roles->nelts == 2,
           "the roles, not those of the token");
        ok(who->permissions && !who->permissions->nelts,
           "that there are no permissions");
        is(who->claims, identity.claims, "and all claims");
    }

    identity.roles = list_of(cx->pool, "guest", NULL);
    identity.email = NULL;
    grant_of(w, "full", &identity, cx);
    fine(judge(w, token, &who, cx), "it changes");
    ok(mcp_principal_has_role(who, "admin"), "which nobody was told");
    mcp_store_sequence_bump(w->works.revocations);
    fine(judge(w, token, &who, cx), "once that is said");
    ok(mcp_principal_has_role(who, "guest") && who->roles->nelts == 1 &&
           !who->email,
       "all is as it is now");
    identity.roles = NULL;
    grant_of(w, "full", &identity, cx);
    pass_seconds(60);
    fine(judge(w, token, &who, cx), "or a minute later");
    ok(!who->roles, "in any case");
    pass_seconds(-60);
}

static void test_stranger(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        const char *issuer;
        const char *subject;
    } others[] = {{"another user", "httpd", "bob"},
                  {"a user of another provider", "https://idp", "ada"}};
    mcp_identity_t identity = ada();
    const mcp_principal_t *who;
    const char *token;
    int i;

    for (i = 0; i < 2; i++) {
        identity.issuer = others[i].issuer;
        identity.subject = others[i].subject;
        grant_of(w, others[i].name, &identity, cx);
        token = signed_with(w, claims_with(others[i].name, NULL, NULL, cx),
                            "at+jwt", ISSUER, cx);
        fails(judge(w, token, &who, cx), MCP_E_INVALID_TOKEN, others[i].name);
    }
    grant_make(w, "of c", cx);
    token = signed_with(w, claims_with("of c", "client_id", "\"d\"", cx),
                        "at+jwt", ISSUER, cx);
    fails(judge(w, token, &who, cx), MCP_E_INVALID_TOKEN, "another client");
}

/* What was found good for one resource is not good for another. */
static void test_memory(world_t *w, mcp_ctx_t *cx)
{
    const char *token =
        signed_with(w, claims_with("g", NULL, NULL, cx), "at+jwt", ISSUER, cx);
    const char *both = signed_with(
        w, claims_with("g", "aud", "[\"" TASKS "\",\"" WIKI "\"]", cx),
        "at+jwt", ISSUER, cx);
    const char *header = apr_pstrcat(cx->pool, "Bearer ", token, NULL);
    const mcp_principal_t *who;
    int i;

    fine(judge(w, token, &who, cx), "good for one");
    fails(verify_header(&who, header, &w->wiki, cx), MCP_E_INVALID_TOKEN,
          "remembered, and still not for another");
    header = apr_pstrcat(cx->pool, "Bearer ", both, NULL);
    for (i = 0; i < 2; i++) {
        fine(verify_header(&who, header, &w->tasks, cx),
             "one that says that it is for both");
        fails(verify_header(&who, header, &w->wiki, cx), MCP_E_INVALID_TOKEN,
              "is for that of its grant");
    }
    pass_seconds(601);
    fails(judge(w, token, &who, cx), MCP_E_INVALID_TOKEN,
          "remembered only until it expires");
    pass_seconds(-601);
}

static void test_revoked(world_t *w, mcp_ctx_t *cx)
{
    const char *one, *two;
    const mcp_principal_t *who;
    int was_there;

    grant_make(w, "one", cx);
    grant_make(w, "two", cx);
    one = signed_with(w, claims_with("one", NULL, NULL, cx), "at+jwt", ISSUER,
                      cx);
    two = signed_with(w, claims_with("two", NULL, NULL, cx), "at+jwt", ISSUER,
                      cx);
    fine(judge(w, one, &who, cx), "two grants");
    fine(judge(w, two, &who, cx), "both good");
    fine(mcp_oauth_revoke_grant(&was_there, "one", &w->works, cx),
         "one is revoked");
    ok(was_there, "which was there");
    fails(judge(w, one, &who, cx), MCP_E_INVALID_TOKEN,
          "its token ends at once");
    fine(judge(w, two, &who, cx), "the other's does not");
    grant_make(w, "one", cx);
    fails(judge(w, one, &who, cx), MCP_E_INVALID_TOKEN,
          "a tombstone holds even where the grant comes after it");
    mcp_store_sequence_bump(w->works.revocations);
    fine(judge(w, two, &who, cx), "a moved sequence is asked about");
}

/* Whoever revoked was killed before it could say so. */
static void test_untold(world_t *w, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_principal_t *who;
    const char *token;

    grant_make(w, "untold", cx);
    token = signed_with(w, claims_with("untold", NULL, NULL, cx), "at+jwt",
                        ISSUER, cx);
    fine(judge(w, token, &who, cx), "a token");
    mcp_digest_sha256(key, "untold", strlen("untold"));
    fine(mcp_store_drop(w->works.store, MCP_RECORD_GRANT, key, cx),
         "its grant ends, and nobody is told");
    pass_seconds(59);
    fine(judge(w, token, &who, cx), "it is remembered for a minute");
    pass_seconds(1);
    fails(judge(w, token, &who, cx), MCP_E_INVALID_TOKEN, "and no longer");
    grant_make(w, "untold", cx);
    fine(judge(w, token, &who, cx), "asked about again");
    mcp_store_drop(w->works.store, MCP_RECORD_GRANT, key, cx);
    pass_seconds(-10);
    fails(judge(w, token, &who, cx), MCP_E_INVALID_TOKEN,
          "a clock set back makes it no longer");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    grant_make(w, "g", cx);
    test_rows(w, cx);
    test_types(w, cx);
    test_text(w, cx);
    test_scheme(w, cx);
    test_principal(w, cx);
    test_words(w, cx);
    test_stranger(w, cx);
    test_memory(w, cx);
    test_revoked(w, cx);
    test_untold(w, cx);
}

TAP_MAIN(test)
