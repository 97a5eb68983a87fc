/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp_world.h"

#include "idp/logout.h"

#define EVENTS "{'http://schemas.openid.net/event/backchannel-logout':{}}"

static const change_t good[] = {
    {"iss", "'" IDP "'"}, {"sub", "'ada'"},   {"aud", "'" CLIENT "'"},
    {"exp", "@120"},      {"iat", "@0"},      {"jti", "'j-1'"},
    {"sid", "'s-1'"},     {"events", EVENTS}, {NULL, NULL},
};

typedef struct row_t {
    const char *name;
    change_t changes[CHANGES];
    const char *typ;
    const char *want; /* part of why it is refused; NULL: it is good */
} row_t;

/* OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6 */
/* clang-format off */
static const row_t rows[] = {
    {"as 2.4 has it", {{NULL, NULL}}, "logout+jwt", NULL},
    {"with typ as a media type", {{NULL, NULL}}, "application/logout+jwt", NULL},
    {"with the typ of before", {{NULL, NULL}}, "JWT", NULL},
    {"without typ", {{NULL, NULL}}, NULL, NULL},
    {"with the typ of an access token", {{NULL, NULL}}, "at+jwt", "its typ"},
    {"by nobody", {{"iss", NULL}}, NULL, "iss is missing"},
    {"by another", {{"iss", "'https://evil.example'"}}, NULL, "iss is"},
    {"for another", {{"aud", "'x'"}}, NULL, "aud does not have"},
    {"for nobody", {{"aud", NULL}}, NULL, "aud does not have"},
    {"for us and others", {{"aud", "['x','" CLIENT "']"}}, NULL, NULL},
    {"without iat", {{"iat", NULL}}, NULL, "iat is missing"},
    {"of a clock more than a minute ahead", {{"iat", "@61"}}, NULL, "iat lies"},
    {"without exp", {{"exp", NULL}}, NULL, "exp is missing"},
    {"of a minute ago", {{"exp", "@-60"}}, NULL, "expired"},
    {"of a minute ago, less a second", {{"exp", "@-59"}}, NULL, NULL},
    {"that is good for a day", {{"exp", "@86400"}}, NULL, NULL},
    {"that is good for longer", {{"exp", "@86401"}}, NULL, "exp is too far ahead"},
    {"without jti", {{"jti", NULL}}, NULL, "jti is missing"},
    {"with an empty jti", {{"jti", "''"}}, NULL, "jti is no string"},
    {"whose jti is a number", {{"jti", "1"}}, NULL, "jti is no string"},
    {"without sub", {{"sub", NULL}}, NULL, NULL},
    {"without sid", {{"sid", NULL}}, NULL, NULL},
    {"without either", {{"sub", NULL}, {"sid", NULL}}, NULL, "neither sub nor sid"},
    {"with an empty sub", {{"sub", "''"}}, NULL, "sub is no string"},
    {"whose sid is a number", {{"sid", "1"}}, NULL, "sid is no string"},
    {"without events", {{"events", NULL}}, NULL, "events does not have"},
    {"with another event", {{"events", "{'urn:x':{}}"}}, NULL, "events does not have"},
    {"whose event is no object", {{"events", "{'http://schemas.openid.net/event/backchannel-logout':1}"}}, NULL, "events does not have"},
    {"whose events are a list", {{"events", "['http://schemas.openid.net/event/backchannel-logout']"}}, NULL, "events does not have"},
    {"with a nonce", {{"nonce", "'n-1'"}}, NULL, "it has nonce"},
    {"with a nonce that is null", {{"nonce", "null"}}, NULL, "it has nonce"},
};
/* clang-format on */

static void test_rows(world_t *w, mcp_ctx_t *cx)
{
    mcp_idp_logout_t logout;
    const mcp_error_t *e;
    const char *text;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        text = sign_as(claims_make(good, rows[i].changes, cx), rows[i].typ,
                       w->key, cx);
        e = mcp_idp_logout_read(&logout, text, &w->remote, cx);
        ok(rows[i].want ? e && e->code == MCP_E_INVALID_REQUEST &&
                              has(e->detail, rows[i].want)
                        : !e,
           "a logout token %s: %s", rows[i].name, e ? e->detail : "taken");
    }
}

static void test_members(world_t *w, mcp_ctx_t *cx)
{
    static const change_t session[] = {{"sub", NULL}, {NULL, NULL}};
    mcp_idp_logout_t logout;
    const char *text = sign_as(claims_make(good, NULL, cx), NULL, w->key, cx);

    fine(mcp_idp_logout_read(&logout, text, &w->remote, cx), "a logout token");
    is(logout.issuer, IDP, "of this provider");
    is(logout.subject, "ada", "whose logout it is");
    is(logout.session, "s-1", "and of which session");
    is(logout.jti, "j-1", "which jti");
    ok(logout.expires == mcp_ctx_seconds(cx) + 180,
       "how long it would be taken, skew and all");
    text = sign_as(claims_make(good, session, cx), NULL, w->key, cx);
    fine(mcp_idp_logout_read(&logout, text, &w->remote, cx),
         "one of a session alone");
    is(logout.subject, NULL, "is nobody's");
}

static void test_signature(world_t *w, mcp_ctx_t *cx)
{
    const char *claims = claims_make(good, NULL, cx);
    mcp_idp_logout_t logout;
    mcp_jose_jwk_t *other;

    fine(mcp_jose_jwk_make(&other, cx), "a key");
    fails(mcp_idp_logout_read(&logout, sign_as(claims, NULL, other, cx),
                              &w->remote, cx),
          MCP_E_INVALID_REQUEST, "a logout token that somebody else signed");
    fails(mcp_idp_logout_read(&logout, "x", &w->remote, cx),
          MCP_E_INVALID_REQUEST, "what is none");
    w->idp.algorithms = list_of(cx->pool, "RS256");
    fails(mcp_idp_logout_read(&logout, sign_as(claims, NULL, w->key, cx),
                              &w->remote, cx),
          MCP_E_INVALID_REQUEST, "an algorithm that is not on the list");
    w->idp.algorithms = list_of(cx->pool, "ES256");
    network_make(w, cx);
    put(KEYS, 503, "");
    fails(mcp_idp_logout_read(&logout, sign_as(claims, NULL, w->key, cx),
                              &w->remote, cx),
          MCP_E_UNAVAILABLE, "while its keys are not to be had");
}

static void test_is_of(world_t *w, mcp_ctx_t *cx)
{
    const char *text = sign_as(claims_make(good, NULL, cx), NULL, w->key, cx);

    ok(mcp_idp_logout_is_of(text, &w->idp, cx), "whose it says that it is");
    ok(!mcp_idp_logout_is_of("a.b.c", &w->idp, cx),
       "what is none is nobody's");
    ok(!mcp_idp_logout_is_of("", &w->idp, cx), "nor is nothing");
    w->idp.issuers = list_of(cx->pool, "https://b.example " IDP);
    ok(mcp_idp_logout_is_of(text, &w->idp, cx), "of several, one of them");
    w->idp.issuers = NULL;
    w->idp.issuer = IDP "/";
    ok(!mcp_idp_logout_is_of(text, &w->idp, cx), "byte for byte");
    w->idp.issuer = IDP;
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, cx);
    test_rows(&w, cx);
    test_members(&w, cx);
    test_signature(&w, cx);
    test_is_of(&w, cx);
}

TAP_MAIN(body)
