/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

#include "net/exchange.h"
#include "tap.h"

#define MOST_THREADS 8

/* -- the crowd -- */

/* most: of strangers, then of all */
static const struct {
    apr_uint32_t most, strangers;
} crowds[] = {{1, 1}, {2, 2}, {3, 3}, {4, 3}, {7, 6}, {20, 15}, {1000, 750}};

static void test_crowd(void)
{
    size_t i;

    for (i = 0; i < sizeof(crowds) / sizeof(*crowds); i++) {
        mcp_net_crowd_t crowd = {crowds[i].most};
        apr_uint32_t strangers = 0, all;

        while (mcp_net_crowd_enter(&crowd, 0))
            strangers++;
        for (all = strangers; mcp_net_crowd_enter(&crowd, 1); all++)
            ;
        ok(strangers == crowds[i].strangers && all == crowds[i].most,
           "of %u places strangers get %u", crowds[i].most,
           crowds[i].strangers);
        mcp_net_crowd_leave(&crowd);
        ok(!mcp_net_crowd_enter(&crowd, 0) == (strangers < all) &&
               mcp_net_crowd_enter(&crowd, 1) == (strangers < all) &&
               crowd.count == crowds[i].most,
           "one that is left can be had");
    }
}

typedef struct crush_t {
    mcp_net_crowd_t crowd;
    apr_uint32_t inside, most_inside;
} crush_t;

static void *APR_THREAD_FUNC crush_run(apr_thread_t *thread, void *data)
{
    crush_t *crush = data;
    int i;

    (void)thread;
    for (i = 0; i < 20000; i++) {
        apr_uint32_t now;

        if (!mcp_net_crowd_enter(&crush->crowd, 1))
            continue;
        now = __atomic_add_fetch(&crush->inside, 1, __ATOMIC_RELAXED);
        if (now > 3)
            __atomic_store_n(&crush->most_inside, now, __ATOMIC_RELAXED);
        __atomic_sub_fetch(&crush->inside, 1, __ATOMIC_RELAXED);
        mcp_net_crowd_leave(&crush->crowd);
    }
    return NULL;
}

static void test_crush(mcp_ctx_t *cx)
{
    crush_t crush = {{3}};
    apr_thread_t *threads[MOST_THREADS];
    apr_status_t unused;
    int i;

    for (i = 0; i < MOST_THREADS; i++)
        apr_thread_create(&threads[i], NULL, crush_run, &crush, cx->pool);
    for (i = 0; i < MOST_THREADS; i++)
        apr_thread_join(&unused, threads[i]);
    ok(!crush.most_inside, "never more than there are places for");
    ok(!crush.crowd.count, "and all leave");
}

/* -- exchanges -- */

typedef struct site_t {
    apr_thread_mutex_t *mutex; /* over all that follows */
    apr_thread_cond_t *news;
    int asked;
    int is_slow;
    mcp_net_request_t request; /* the last one */
} site_t;

static const mcp_fetch_setting_t setting = {5, 2, NULL, NULL};

static void answer(mcp_net_reply_t *reply, void *baton,
                   const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    site_t *site = baton;

    apr_thread_mutex_lock(site->mutex);
    site->asked++;
    site->request = *request;
    apr_thread_cond_broadcast(site->news);
    while (site->is_slow)
        apr_thread_cond_wait(site->news, site->mutex);
    apr_thread_mutex_unlock(site->mutex);
    reply->body = "{\"error\":\"invalid_grant\"}";
    reply->len = strlen(reply->body);
    mcp_net_fetch_judge(reply, request, 400, cx->pool);
}

static site_t *site_make(mcp_ctx_t *cx)
{
    site_t *site = apr_pcalloc(cx->pool, sizeof(*site));

    apr_thread_mutex_create(&site->mutex, APR_THREAD_MUTEX_DEFAULT, cx->pool);
    apr_thread_cond_create(&site->news, cx->pool);
    return site;
}

static void site_slow(site_t *site, int is_slow)
{
    apr_thread_mutex_lock(site->mutex);
    site->is_slow = is_slow;
    apr_thread_cond_broadcast(site->news);
    apr_thread_mutex_unlock(site->mutex);
}

static void wait_until_asked(site_t *site, int asked)
{
    apr_thread_mutex_lock(site->mutex);
    while (site->asked < asked)
        apr_thread_cond_wait(site->news, site->mutex);
    apr_thread_mutex_unlock(site->mutex);
}

static mcp_net_request_t request_of(const char *url)
{
    mcp_net_request_t request = {url, 1, 100, &setting};

    request.form = "grant_type=refresh_token";
    return request;
}

static void test_one(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    const mcp_net_fetcher_t fetcher = {answer, site};
    mcp_net_crowd_t crowd = {4};
    mcp_net_exchanges_t *exchanges =
        mcp_net_exchange_make(&crowd, &fetcher, cx->pool);
    mcp_net_request_t request = request_of("https://sso.example/token");
    mcp_net_reply_t reply;

    request.authorization = "Basic secret";
    fine(mcp_net_exchange_do(&reply, exchanges, &request, cx), "an exchange");
    ok(reply.outcome == MCP_NET_REFUSED && reply.status == 400 &&
           !reply.is_unsent,
       "has its answer");
    is(reply.body, "{\"error\":\"invalid_grant\"}", "with the body");
    is(site->request.form, request.form, "the form was sent");
    is(site->request.authorization, "Basic secret", "and who sends it");
    fine(mcp_net_exchange_do(&reply, exchanges, &request, cx), "another one");
    ok(site->asked == 2, "is sent anew");
    request.url = "http://sso.example/token";
    fine(mcp_net_exchange_do(&reply, exchanges, &request, cx),
         "one that cannot be sent");
    ok(reply.outcome == MCP_NET_REFUSED && reply.is_unsent && reply.why &&
           site->asked == 2,
       "is not");
    ok(crowd.count == 0, "nobody waits any more");
    is(tap_log, "", "nothing is logged");
}

/* -- many at once -- */

typedef struct caller_t {
    mcp_net_exchanges_t *exchanges;
    const char *url;
    const char *result; /* "done" or "busy" */
    int retry_after;
    mcp_ctx_t cx;
    apr_thread_t *thread;
} caller_t;

static void *APR_THREAD_FUNC call(apr_thread_t *thread, void *data)
{
    caller_t *caller = data;
    mcp_net_request_t request = request_of(caller->url);
    mcp_net_reply_t reply;
    const mcp_error_t *e =
        mcp_net_exchange_do(&reply, caller->exchanges, &request, &caller->cx);

    (void)thread;
    caller->result = !e                                            ? "done"
                     : e->code == MCP_E_UNAVAILABLE && !reply.body ? "busy"
                                                                   : "?";
    caller->retry_after = e ? e->retry_after : 0;
    return NULL;
}

static void start(caller_t *caller, mcp_net_exchanges_t *exchanges,
                  const char *url, mcp_ctx_t *cx)
{
    caller->exchanges = exchanges;
    caller->url = url;
    caller->cx = *cx;
    apr_pool_create(&caller->cx.pool, NULL);
    apr_thread_create(&caller->thread, NULL, call, caller, cx->pool);
}

static const char *end(caller_t *caller)
{
    apr_status_t unused;

    apr_thread_join(&unused, caller->thread);
    apr_pool_destroy(caller->cx.pool);
    return caller->result;
}

static const char *alone(mcp_net_exchanges_t *exchanges, const char *url,
                         mcp_ctx_t *cx)
{
    caller_t caller;

    start(&caller, exchanges, url, cx);
    end(&caller);
    if (!strcmp(caller.result, "busy"))
        ok(caller.retry_after > 0, "with a time to come again");
    return caller.result;
}

static void test_many(mcp_ctx_t *cx)
{
    site_t *site = site_make(cx);
    const mcp_net_fetcher_t fetcher = {answer, site};
    mcp_net_crowd_t crowd = {6};
    mcp_net_exchanges_t *exchanges =
        mcp_net_exchange_make(&crowd, &fetcher, cx->pool);
    caller_t callers[MOST_THREADS];
    int i;

    site_slow(site, 1);
    for (i = 0; i < 3; i++)
        start(&callers[i], exchanges, "https://slow.example/token", cx);
    wait_until_asked(site, 3);
    is(alone(exchanges, "https://slow.example:444/userinfo", cx), "busy",
       "a host that hangs holds half of the places");
    ok(crowd.count == 3, "who is refused holds none");
    for (; i < 6; i++)
        start(&callers[i], exchanges,
              apr_psprintf(cx->pool, "https://sso%d.example/token", i), cx);
    wait_until_asked(site, 6);
    is(alone(exchanges, "https://another.example/token", cx), "busy",
       "MCPLimit fetches: more than that at once are refused");
    ok(site->asked == 6, "nobody was asked for those");
    site_slow(site, 0);
    for (i = 0; i < 6; i++)
        is(end(&callers[i]), "done", "the others have their answers");
    is(alone(exchanges, "https://slow.example/token", cx), "done",
       "and then it goes on");
    ok(crowd.count == 0, "nobody waits any more");
}

static void test(mcp_ctx_t *cx)
{
    test_crowd();
    test_crush(cx);
    test_one(cx);
    test_many(cx);
}

TAP_MAIN(test)
