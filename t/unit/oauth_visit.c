/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_remote.h"

#include <apr_thread_proc.h>

#include "oauth/request.h"
#include "oauth/revoke.h"
#include "oauth/visit.h"

#define RACERS 12
#define STRANGER "is not known here"
#define USED "was used already"

/* -- the record -- */

static const mcp_oauth_request_t request = {
    .client_id = "a-client",
    .client_name = "App",
    .redirect_uri = CALLBACK,
    .state = STATE,
    .code_challenge = CHALLENGE,
    .resource = TASKS,
    .scope = "tasks:read",
    .max_age = -1,
};

static void put(world_t *w, const char *state, mcp_ctx_t *cx)
{
    const mcp_oauth_visit_t visit = {
        &request, "test", "a-digest", 1, {"cb", "a-nonce", "a-verifier"}};

    fine(mcp_oauth_visit_put(state, &visit, &w->service, cx), "a visit");
}

/* What people read, or "ok". */
static const char *got(world_t *w, const char *state, mcp_ctx_t *cx)
{
    const mcp_oauth_visit_t *visit;
    const mcp_error_t *e = mcp_oauth_visit_get(&visit, state, &w->service, cx);

    return e ? mcp_error_text(e) : "ok";
}

static const char *taken(world_t *w, const char *state, mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_oauth_visit_take(state, &w->service, cx);

    return e ? mcp_error_text(e) : "ok";
}

static void test_record(world_t *w, mcp_ctx_t *cx)
{
    const mcp_oauth_visit_t *visit = NULL;

    put(w, "state-1", cx);
    fine(mcp_oauth_visit_get(&visit, "state-1", &w->service, cx), "found");
    is(visit->request->client_id, "a-client", "whose request it is");
    is(visit->request->scope, "tasks:read", "for what");
    is(visit->idp, "test", "at which provider");
    is(visit->browser, "a-digest", "of which browser");
    ok(visit->is_approved, "with the user's yes");
    is(visit->begun.callback, "cb", "where it comes back");
    is(visit->begun.nonce, "a-nonce", "the nonce");
    is(visit->begun.verifier, "a-verifier", "the verifier");
    is(got(w, "state-1", cx), "ok", "to look uses nothing up");
    is(taken(w, "state-1", cx), "ok", "it is used");
    ok(has_text(taken(w, "state-1", cx), USED), "once");
    ok(has_text(got(w, "state-1", cx), USED), "people are told");
}

static void test_strange(world_t *w, mcp_ctx_t *cx)
{
    const char *states[] = {NULL,      "",       "x",       "state-1 ",
                            "STATE-1", "state-", "\xff\xfe"};
    char long_one[200];
    apr_size_t i;

    memset(long_one, 'x', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = '\0';
    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        ok(has_text(got(w, states[i], cx), STRANGER), "strange state %d",
           (int)i);
    ok(has_text(got(w, long_one, cx), STRANGER), "one that is too long");
    ok(has_text(taken(w, "x", cx), STRANGER), "nothing is used up by it");
}

static void test_time(world_t *w, mcp_ctx_t *cx)
{
    put(w, "state-2", cx);
    pass_seconds(w->lifetime.sign_in - 1);
    is(got(w, "state-2", cx), "ok", "as long as a sign-in may take");
    pass_seconds(1);
    ok(has_text(got(w, "state-2", cx), STRANGER), "and no longer");
    ok(has_text(taken(w, "state-2", cx), STRANGER), "nor can it be used");

    put(w, "state-3", cx);
    is(taken(w, "state-3", cx), "ok", "used");
    pass_seconds(-86400);
    ok(!!strcmp(taken(w, "state-3", cx), "ok"),
       "a clock that goes back makes nothing good twice");
    pass_seconds(2 * 86400);
    ok(!!strcmp(taken(w, "state-3", cx), "ok"), "nor one that goes on");
    pass_seconds(-86400);
}

static void test_ended(world_t *w, mcp_ctx_t *cx)
{
    int count;

    put(w, "state-4", cx);
    fine(mcp_oauth_revoke_client(&count, "another", &w->works, cx),
         "another client ends");
    is(got(w, "state-4", cx), "ok", "it goes on");
    fine(mcp_oauth_revoke_client(&count, "a-client", &w->works, cx),
         "its client ends");
    ok(has_text(got(w, "state-4", cx), STRANGER), "so does it");
}

typedef struct racer_t {
    world_t *w;
    int won;
    apr_thread_t *thread;
} racer_t;

static void *APR_THREAD_FUNC race(apr_thread_t *thread, void *data)
{
    racer_t *racer = data;
    mcp_ctx_t context;

    apr_pool_create(&context.pool, NULL);
    context.host = &tap_host;
    context.baton = NULL;
    racer->won = !strcmp(taken(racer->w, "state-5", &context), "ok");
    apr_pool_destroy(context.pool);
    (void)thread;
    return NULL;
}

static void test_race(world_t *w, mcp_ctx_t *cx)
{
    racer_t racers[RACERS];
    apr_status_t rv;
    int i, won = 0;

    put(w, "state-5", cx);
    for (i = 0; i < RACERS; i++) {
        racers[i].w = w;
        apr_thread_create(&racers[i].thread, NULL, race, &racers[i], cx->pool);
    }
    for (i = 0; i < RACERS; i++) {
        apr_thread_join(&rv, racers[i].thread);
        won += racers[i].won;
    }
    ok(won == 1, "of %d at once one uses it", RACERS);
}

/* -- who comes back -- */

typedef struct coming_t {
    world_t *w;
    const mcp_oauth_exchange_t *left;
} coming_t;

static coming_t leave(world_t *w, const char *client, mcp_ctx_t *cx)
{
    coming_t coming = {w, NULL};

    w->cookie = NULL;
    coming.left = leaving(
        w, authorize_query(client, CALLBACK, TASKS, "tasks:read", cx), cx);
    ok(has_text(header(coming.left, "Location"), IDP "/authorize?"),
       "a browser is sent to the provider");
    return coming;
}

static int is_in(const mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    return sent(header(x, "Location"), "code", cx) != NULL;
}

static void test_browser(world_t *w, const char *client, mcp_ctx_t *cx)
{
    coming_t coming = leave(w, client, cx);
    const char *own = w->cookie, *query = arrival(coming.left, cx), *other;
    mcp_oauth_exchange_t *x;

    leave(w, client, cx);
    other = w->cookie;
    op.signed_in = 0;
    w->cookie = NULL;
    x = arriving(w, query, cx);
    ok(x->status == 400 && has_text(x->page, "another browser"),
       "RFC 9700 4.7: without the cookie");
    w->cookie = other;
    x = arriving(w, query, cx);
    ok(x->status == 400 && has_text(x->page, "another browser"),
       "with that of another browser");
    ok(op.signed_in == 0, "no code reaches the provider");
    w->cookie = own;
    op.nonce = sent(header(coming.left, "Location"), "nonce", cx);
    x = arriving(w, query, cx);
    ok(is_in(x, cx), "nobody has used it up: with its own");
    x = arriving(w, query, cx);
    ok(x->status == 400 && has_text(x->page, USED), "once");
    ok(op.signed_in == 1, "the provider saw one code");
}

static void test_way(world_t *w, const char *client, mcp_ctx_t *cx)
{
    coming_t coming = leave(w, client, cx);
    const char *query = arrival(coming.left, cx);
    const apr_array_header_t *idps = w->tasks_settings.idps;
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query;
    x->suffix = "/other";
    fails(mcp_oauth_callback_handle(x, cx), MCP_E_INVALID_REQUEST,
          "RFC 9700 4.4.2: at the callback of another provider");
    w->tasks_settings.idps =
        apr_array_make(cx->pool, 1, sizeof(const mcp_idp_t *));
    x = arriving(w, query, cx);
    ok(x->status == 400 && has_text(x->page, "settings"),
       "a provider that is not configured any more");
    w->tasks_settings.idps = (apr_array_header_t *)idps;
    x = arriving(w, apr_pstrcat(cx->pool, query, "&code=b", NULL), cx);
    ok(x->status == 400, "two codes");
    x = arriving(w, apr_pstrcat(cx->pool, query, "&state=b", NULL), cx);
    ok(x->status == 400, "two states");
    x = arriving(w, "", cx);
    ok(x->status == 400, "nothing");
    x = exchange(w, "GET", cx);
    fails(mcp_oauth_callback_handle(x, cx), MCP_E_INVALID_REQUEST,
          "not even a query");
    x = arriving(w, "%", cx);
    ok(x->status == 400, "what is no query");
    ok(is_in(arriving(w, query, cx), cx), "none of them has used it up");
}

/* What stands in the store gives nobody a sign-in. */
static const mcp_error_t *look(void *baton, const unsigned char *key,
                               const mcp_record_t *record, mcp_ctx_t *cx)
{
    const coming_t *coming = baton;
    const char *location = header(coming->left, "Location");
    const char *value = apr_pstrmemdup(cx->pool, record->value, record->len);

    (void)key;
    ok(!has_text(value, sent(location, "state", cx)),
       "the state is not there");
    ok(!has_text(value, coming->w->cookie), "nor is the cookie");
    return NULL;
}

static void test_store(world_t *w, const char *client, mcp_ctx_t *cx)
{
    coming_t coming;

    w->works.store = store_make(directory_make(cx->pool), cx);
    coming = leave(w, client, cx);
    fine(mcp_store_each(w->works.store, MCP_RECORD_VISIT, NULL, look, &coming,
                        cx),
         "the store is read");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = remote_world(cx);
    const char *client = public_client(w, cx);

    test_record(w, cx);
    test_strange(w, cx);
    test_time(w, cx);
    test_ended(w, cx);
    test_race(w, cx);
    test_browser(w, client, cx);
    test_way(w, client, cx);
    test_store(w, client, cx);
}

TAP_MAIN(test)
