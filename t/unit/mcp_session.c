/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

#include "base/encode.h"
#include "base/settings.h"
#include "live/shared.h"
#include "mcp/session.h"

static const mcp_tool_t *const no_tools[] = {NULL};

static int reads(const world_t *w, const mcp_principal_t *who, const char *id,
                 mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who};
    mcp_session_t session;
    int found;

    x.server = &w->server;
    x.works = &w->works;
    fine(mcp_session_read(&found, &session, id, &x, cx), "it is looked at");
    return found;
}

static const char *make(const world_t *w, const mcp_principal_t *who,
                        mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who};
    const char *id = NULL;

    x.server = &w->server;
    x.works = &w->works;
    fine(mcp_session_make(&id, "2025-06-18",
                          MCP_SESSION_SAMPLING | MCP_SESSION_ELICITATION, &x,
                          cx),
         "a session is made");
    return id;
}

static void test_facts(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *id = make(w, &w->alice, cx);
    mcp_session_t session;
    int found;

    x.server = &w->server;
    x.works = &w->works;
    ok(!mcp_session_read(&found, &session, id, &x, cx) && found, "it is read");
    is(session.version, "2025-06-18", "the version is in the id");
    ok(session.capabilities ==
           (MCP_SESSION_SAMPLING | MCP_SESSION_ELICITATION),
       "so are the capabilities");
    ok(session.expires == mcp_ctx_seconds(cx) + 3600, "and the expiry");
    ok(strcmp(id, make(w, &w->alice, cx)) != 0, "no two are the same");
}

static void test_forged(const world_t *w, mcp_ctx_t *cx)
{
    const char *id = make(w, &w->alice, cx);
    apr_size_t i, len = strlen(id), accepted = 0;
    char *forged;

    for (i = 0; i < len; i++) {
        forged = apr_pstrdup(cx->pool, id);
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        accepted += (apr_size_t)reads(w, &w->alice, forged, cx);
    }
    ok(!accepted, "no character of %d can be changed", (int)len);
    for (i = 0; i < len; i++)
        accepted += (apr_size_t)reads(w, &w->alice,
                                      apr_pstrmemdup(cx->pool, id, i), cx);
    ok(!accepted, "nor left out at the end");
    ok(!reads(w, &w->alice, apr_pstrcat(cx->pool, id, "A", NULL), cx),
       "nor added");
    ok(!reads(w, &w->alice, "", cx), "the empty id is none");
}

/* Session Hijacking: a session is good for whom it was made. */
static void test_principal(const world_t *w, mcp_ctx_t *cx)
{
    const char *id = make(w, &w->alice, cx), *open = make(w, NULL, cx);
    mcp_principal_t other = w->alice;

    ok(!reads(w, &w->bob, id, cx), "another subject's id is unknown");
    other.client = "client-2";
    ok(!reads(w, &other, id, cx), "another client's id is unknown");
    other = w->alice;
    other.issuer = "https://other.example";
    ok(!reads(w, &other, id, cx), "another issuer's subject is another user");
    other = w->alice;
    other.scopes = NULL;
    other.grant = "another";
    ok(reads(w, &other, id, cx), "a renewed grant goes on with it");
    ok(!reads(w, NULL, id, cx), "nobody has no user's session");
    ok(!reads(w, &w->alice, open, cx), "a user has not nobody's session");
    ok(reads(w, NULL, open, cx), "where nobody signs in, nobody has it");
}

static void test_places(const world_t *w, mcp_ctx_t *cx)
{
    const char *id = make(w, &w->alice, cx);
    world_t other = *w;

    other.server.url = "https://mcp.example/other";
    ok(!reads(&other, &w->alice, id, cx), "another server's id is unknown");
    other = *w;
    other.works.issuer = "https://other.example";
    ok(!reads(&other, &w->alice, id, cx), "another issuer's key is another");
    world_keys(&other, cx);
    ok(!reads(&other, &w->alice, id, cx), "with new keys no old id is good");
    world_end(&other);
}

static void test_time(const world_t *w, mcp_ctx_t *cx)
{
    const char *used = make(w, &w->alice, cx), *left = make(w, &w->alice, cx);
    world_t forever = *w;
    int hour;

    for (hour = 0; hour < 5; hour++) {
        tap_now += apr_time_from_sec(3599);
        ok(reads(w, &w->alice, used, cx),
           "a session in use outlives its lifetime (%d)", hour + 1);
    }
    ok(!reads(w, &w->alice, left, cx), "one that is not used ends");
    tap_now += apr_time_from_sec(3600);
    ok(!reads(w, &w->alice, used, cx), "as does one not used any more");
    tap_now -= apr_time_from_sec(90000);
    ok(reads(w, &w->alice, used, cx), "a clock set back does not kill it");
    forever.server.session_lifetime = MCP_UNLIMITED;
    tap_now += apr_time_from_sec(APR_INT64_C(1000000000));
    ok(reads(&forever, &w->alice, left, cx), "unlimited is for ever");
    tap_now -= apr_time_from_sec(APR_INT64_C(1000000000) - 86400);
}

/* What shared memory lost costs a re-initialise, and only of old sessions. */
static void test_lost(const world_t *w, mcp_ctx_t *cx)
{
    const char *old = make(w, &w->alice, cx), *young;
    world_t restarted = *w;
    mcp_live_limits_t limits = {64, 8};

    tap_now += apr_time_from_sec(3000);
    ok(reads(w, &w->alice, old, cx), "a session is used");
    young = make(w, &w->alice, cx);
    tap_now += apr_time_from_sec(1000);
    ok(reads(w, &w->alice, old, cx), "and lives on");
    fine(mcp_live_shared_make(&restarted.works.shared, &limits, cx->pool, cx),
         "shared memory is new");
    ok(!reads(&restarted, &w->alice, old, cx), "an old session is unknown");
    ok(reads(&restarted, &w->alice, young, cx), "a young one goes on");
}

static void test_end(const world_t *w, mcp_ctx_t *cx)
{
    const char *id = make(w, &w->alice, cx), *kept = make(w, &w->alice, cx);
    mcp_exchange_t x = {.principal = &w->alice};
    mcp_session_t session;
    int found;

    x.server = &w->server;
    x.works = &w->works;
    ok(!mcp_session_read(&found, &session, id, &x, cx) && found,
       "it is alive");
    mcp_session_end(&session, &x, cx);
    ok(!reads(w, &w->alice, id, cx), "an ended session is gone");
    ok(reads(w, &w->alice, kept, cx), "another one is not");
}

/* What a MAC over made-up facts would look like is only known to us; but also
 * facts that we never made must not be believed. */
static void test_format(const world_t *w, mcp_ctx_t *cx)
{
    unsigned char zero[63] = {0};

    ok(!reads(w, &w->alice, mcp_encode_base64url(zero, sizeof(zero), cx->pool),
              cx),
       "zeroes are no session");
    memset(zero, 0xff, sizeof(zero));
    zero[0] = 1;
    ok(!reads(w, &w->alice, mcp_encode_base64url(zero, sizeof(zero), cx->pool),
              cx),
       "a key number beyond all bounds is none");
}

static int asked;

static const mcp_error_t *is_not_ready(mcp_ctx_t *cx)
{
    asked++;
    return mcp_error_make(MCP_E_UNAVAILABLE, cx, "the store is away");
}

/* A child that has no keys cannot know whose an id is, and says so. */
static void test_no_keys(const world_t *w, mcp_ctx_t *cx)
{
    const char *id = make(w, &w->alice, cx), *made;
    mcp_exchange_t x = {.principal = &w->alice};
    mcp_session_t session;
    world_t other = *w;
    int found;

    other.works.keys = mcp_jose_keyring_make(cx->pool);
    other.works.ready = is_not_ready;
    x.server = &other.server;
    x.works = &other.works;
    fails(mcp_session_read(&found, &session, id, &x, cx), MCP_E_UNAVAILABLE,
          "it cannot be read");
    fails(mcp_session_make(&made, "2025-06-18", 0, &x, cx), MCP_E_UNAVAILABLE,
          "nor is one made");
    ok(asked == 2, "each tries to have keys");
    other.works.ready = NULL;
    ok(!reads(&other, &w->alice, id, cx), "without any it is none");
    fails(mcp_session_make(&made, "2025-06-18", 0, &x, cx), MCP_E_UNAVAILABLE,
          "and none is made");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, no_tools, cx);
    test_facts(&w, cx);
    test_forged(&w, cx);
    test_principal(&w, cx);
    test_places(&w, cx);
    test_time(&w, cx);
    test_lost(&w, cx);
    test_end(&w, cx);
    test_format(&w, cx);
    test_no_keys(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
