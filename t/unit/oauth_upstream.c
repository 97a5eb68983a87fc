/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_remote.h"

#include "jose/rotation.h"
#include "oauth/key_turn.h"

/* -- sealing -- */

static const mcp_idp_tokens_t tokens = {"an-access-token", "a-refresh-token",
                                        "an.id.token", "read write",
                                        1900000000};

static mcp_oauth_grant_t grant_of(const char *issuer, const char *subject)
{
    mcp_oauth_grant_t grant;

    memset(&grant, 0, sizeof(grant));
    grant.id = "a-grant";
    grant.resource = TASKS;
    grant.identity.issuer = issuer;
    grant.identity.subject = grant.identity.user = subject;
    return grant;
}

static const char *sealed(world_t *w, const mcp_idp_tokens_t *what,
                          const mcp_oauth_grant_t *grant, mcp_ctx_t *cx)
{
    const char *text = NULL;

    fine(mcp_oauth_upstream_seal(&text, what, &grant->identity, &w->service,
                                 cx),
         "sealed");
    return text;
}

static int is_there(world_t *w, const mcp_oauth_grant_t *grant, mcp_ctx_t *cx)
{
    mcp_idp_tokens_t got;

    return mcp_oauth_upstream_open(&got, grant, &w->service, cx) ||
           got.access_token || got.refresh_token || got.id_token;
}

static void test_seal(world_t *w, mcp_ctx_t *cx)
{
    const mcp_idp_tokens_t one = {"x", NULL, NULL, 0};
    mcp_oauth_grant_t grant = grant_of(IDP, "ada"), other;
    mcp_idp_tokens_t got;

    grant.upstream = sealed(w, &tokens, &grant, cx);
    fine(mcp_oauth_upstream_open(&got, &grant, &w->service, cx), "opened");
    is(got.access_token, tokens.access_token, "the access token");
    is(got.refresh_token, tokens.refresh_token, "the refresh token");
    is(got.id_token, tokens.id_token, "the id_token");
    ok(got.expires == tokens.expires, "until when");
    ok(strcmp(grant.upstream, sealed(w, &tokens, &grant, cx)) != 0,
       "no two are the same");

    other = grant_of(IDP, "bob");
    other.upstream = grant.upstream;
    ok(!is_there(w, &other, cx), "another user's grant does not open it");
    other = grant_of("https://other.example", "ada");
    other.upstream = grant.upstream;
    ok(!is_there(w, &other, cx), "nor one of another provider");
    w->service.issuer = "https://other.example.com";
    ok(!is_there(w, &grant, cx), "nor another server of ours");
    w->service.issuer = ISSUER;
    ok(is_there(w, &grant, cx), "but its own");

    grant.upstream = sealed(w, &one, &grant, cx);
    fine(mcp_oauth_upstream_open(&got, &grant, &w->service, cx), "little");
    ok(!strcmp(got.access_token, "x") && !got.refresh_token && !got.id_token &&
           !got.expires,
       "what is not there is not there");
}

/* What a store may have, whoever wrote it. */
static void test_strange(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t grant = grant_of(IDP, "ada");
    char *changed = apr_pstrdup(cx->pool, sealed(w, &tokens, &grant, cx));
    const char *strange[] = {
        "",     ".",   "1",       "1.",  "1.x",          "x.y",
        "-1.x", "0.x", "1.=\"\n", "99.", "99999999999.x"};
    int good = 0;
    apr_size_t i;

    for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        grant.upstream = strange[i];
        ok(!is_there(w, &grant, cx), "strange text %d", (int)i);
    }
    grant.upstream = changed;
    for (i = 2; changed[i]; i++) {
        char was = changed[i];

        changed[i] = was == 'A' ? 'B' : 'A';
        good += is_there(w, &grant, cx);
        changed[i] = was;
    }
    ok(good == 0, "what was changed holds nothing");
    ok(is_there(w, &grant, cx), "what was not does");
}

static void test_keys(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_grant_t grant = grant_of(IDP, "ada");
    const char *text;

    grant.upstream = sealed(w, &tokens, &grant, cx);
    fine(keys_open(&w->works.keys, w->directory, issuers_make(cx->pool), cx),
         "another process");
    ok(is_there(w, &grant, cx), "opens it, too");
    pass_seconds(MCP_ROTATION_SHOWN);
    fine(mcp_oauth_key_turn(MCP_KEY_TURN_ORDERLY, &w->works, cx),
         "the keys turn");
    ok(is_there(w, &grant, cx), "what an older one sealed can be opened");
    ok(*sealed(w, &tokens, &grant, cx) == '2', "the new one seals");
    fine(mcp_oauth_key_turn(MCP_KEY_TURN_COMPROMISED, &w->works, cx),
         "the keys are thrown away");
    ok(!is_there(w, &grant, cx), "what they sealed is nobody's");
    grant.upstream = sealed(w, &tokens, &grant, cx);
    ok(is_there(w, &grant, cx), "there are others");
    w->works.keys = mcp_jose_keyring_make(cx->pool);
    fails(mcp_oauth_upstream_seal(&text, &tokens, &grant.identity, &w->service,
                                  cx),
          MCP_E_UNAVAILABLE, "a child without keys seals nothing");
    ok(!is_there(w, &grant, cx), "nor does it open anything");
    fine(keys_open(&w->works.keys, w->directory, issuers_make(cx->pool), cx),
         "until it has some");
}

/* -- revocation -- */

/* The other grant of a user who has two. */
static const struct {
    const char *name;
    const char *session, *other_session;
    const char *other_user; /* NULL: the same */
    int revokes_all;
    int is_asked; /* when the first one ends */
} pairs[] = {
    {"two in one session", "s-1", "s-1", NULL, 0, 0},
    {"two in two sessions", "s-1", "s-2", NULL, 0, 1},
    {"two in sessions that nobody named", NULL, NULL, NULL, 0, 1},
    {"one of them in a session", "s-1", NULL, NULL, 0, 1},
    {"in a session that another user names", "s-1", "s-1", "bob", 0, 1},
    {"two at one that ends all", "s-1", "s-2", NULL, 1, 0},
    {"two at one that ends all and names none", NULL, NULL, NULL, 1, 0},
    {"of two users at one that ends all", NULL, NULL, "bob", 1, 1},
};

static const char *login_in(world_t *w, const char *client,
                            const char *session, const char *user,
                            mcp_ctx_t *cx)
{
    const char *json;

    op.session = session;
    op.subject = user;
    json = remote_tokens(w, client, cx);
    op_behave();
    return json;
}

static const char *end(world_t *w, const char *client, const char *json,
                       mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "token", refresh_token_in(json, cx),
                        "client_id", client, NULL),
                cx);

    fine(mcp_oauth_revocation_handle(x, cx), "revoked");
    return is_open(w, json, cx) ? "it works" : "it ends";
}

static void test_pairs(world_t *w, const char *client, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *one = login_in(w, client, pairs[i].session, "ada", cx);
        int family = op.families - 1;
        const char *two =
            login_in(w, client, pairs[i].other_session,
                     pairs[i].other_user ? pairs[i].other_user : "ada", cx);

        remote.facts.revokes_all = pairs[i].revokes_all;
        op.revocations = 0;
        is(end(w, client, one, cx), "it ends", pairs[i].name);
        ok(op.revocations == pairs[i].is_asked,
           "the provider is asked or not");
        if (pairs[i].is_asked)
            is(op.revoked, apr_psprintf(cx->pool, "rt-%d-1", family),
               "with the right token");
        ok(is_open(w, two, cx), "the other one lives");
        is(end(w, client, two, cx), "it ends", "the other one");
        ok(op.revocations == pairs[i].is_asked + 1, "the provider is asked");
        remote.facts.revokes_all = 0;
    }
}

static void test_revoke(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *json = remote_tokens(w, client, cx);
    const apr_array_header_t *idps = w->tasks_settings.idps;
    mcp_oauth_grant_t *grant;

    op.revocations = 0;
    op.is_down = 1;
    *tap_log = *tap_audit = '\0';
    is(end(w, client, json, cx), "it ends", "a provider that is down");
    ok(has_text(tap_log, "MCP00159") && !has_text(tap_log, "rt-"),
       "the log has it, without a token");
    ok(has_text(tap_audit, "\"reason\":\"client\""), "the audit log, too");
    op_behave();

    op.gives_refresh = 0;
    json = remote_tokens(w, client, cx);
    is(end(w, client, json, cx), "it ends", "without a refresh token");
    ok(!strncmp(op.revoked, "at-", 3), "the access token is revoked");
    op_behave();

    json = remote_tokens(w, client, cx);
    grant = grant_in(w, json, cx);
    grant->upstream = "1.x";
    grant_set(w, grant, cx);
    op.revocations = 0;
    is(end(w, client, json, cx), "it ends", "what nobody can open");
    json = remote_tokens(w, client, cx);
    w->tasks_settings.idps =
        apr_array_make(cx->pool, 1, sizeof(const mcp_idp_t *));
    is(end(w, client, json, cx), "it ends", "a provider that is gone");
    ok(op.revocations == 0, "nothing is asked");
    w->tasks_settings.idps = (apr_array_header_t *)idps;
}

/* What the provider gave last is what ends, whoever ends it. */
static void test_misuse(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *code, *first, *second;
    int family;

    w->lifetime.code = 600;
    code = remote_code(w, client, cx);
    family = op.families - 1;
    first = redeem(w, client, code, cx);
    pass_seconds(61);
    second = refresh(w, client, refresh_token_in(first, cx), NULL, cx);
    ok(is_open(w, second, cx), "a family");
    op.revocations = 0;
    is(redeem(w, client, code, cx), "error 400 invalid_grant",
       "a code that comes again");
    ok(!is_open(w, second, cx) && op.revocations == 1, "ends all");
    is(op.revoked, apr_psprintf(cx->pool, "rt-%d-2", family),
       "by what the provider gave last");
    is(redeem(w, client, code, cx), "error 400 invalid_grant", "and again");
    ok(op.revocations == 1, "nothing more is asked");

    first = remote_tokens(w, client, cx);
    family = op.families - 1;
    pass_seconds(61);
    second = refresh(w, client, refresh_token_in(first, cx), NULL, cx);
    pass_seconds(121);
    is(refresh(w, client, refresh_token_in(first, cx), NULL, cx),
       "error 400 invalid_grant", "a refresh token that comes again");
    ok(op.revocations == 2, "ends all, too");
    is(op.revoked, apr_psprintf(cx->pool, "rt-%d-2", family),
       "by what the provider gave last");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = remote_world(cx);
    const char *client = public_client(w, cx);

    test_seal(w, cx);
    test_strange(w, cx);
    test_pairs(w, client, cx);
    test_revoke(w, client, cx);
    test_misuse(w, client, cx);
    test_keys(w, cx);
}

TAP_MAIN(test)
