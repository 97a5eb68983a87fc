/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_shared.h"

#include <sys/wait.h>
#include <unistd.h>

#include "live/throttle.h"

#define WHAT "sign-in:address"

static void add(mcp_live_shared_t *shared, const char *key, int times,
                const mcp_live_rate_t *rate, apr_int64_t now)
{
    while (times-- > 0)
        mcp_live_throttle_add(shared, WHAT, key, rate, apr_time_from_sec(now));
}

static int wait_for(const mcp_live_shared_t *shared, const char *key,
                    const mcp_live_rate_t *rate, apr_int64_t now)
{
    return mcp_live_throttle_wait(shared, WHAT, key, rate,
                                  apr_time_from_sec(now));
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {5, 60};
    mcp_live_shared_t *shared = make(LIMITS(8, 64), cx);

    ok(wait_for(shared, "a", &rate, 6000) == 0, "nothing happened: no wait");
    add(shared, "a", 4, &rate, 6000);
    ok(wait_for(shared, "a", &rate, 6000) == 0, "under the rate: no wait");
    add(shared, "a", 1, &rate, 6000);
    ok(wait_for(shared, "a", &rate, 6000) > 0, "at the rate: wait");
    ok(wait_for(shared, "b", &rate, 6000) == 0, "another key does not");
    ok(mcp_live_throttle_wait(shared, "sign-in:user", "a", &rate,
                              apr_time_from_sec(6000)) == 0,
       "nor does another kind of event");
    mcp_live_throttle_clear(shared, WHAT, "a");
    ok(wait_for(shared, "a", &rate, 6000) == 0, "a success forgets it");
    mcp_live_throttle_clear(shared, WHAT, "never seen");
    add(shared, "a", 1, &rate, 6000);
    ok(wait_for(shared, "a", &rate, 6000) == 0, "and counting begins anew");
    rate.count = 0;
    ok(wait_for(shared, "c", &rate, 6000) > 0, "a rate of 0 allows nothing");
}

/* Whatever happened: after the wait said, and not before, it is allowed. */
static void test_wait_is_exact(mcp_ctx_t *cx)
{
    unsigned int state = 1;
    int round, wrong = 0, waits = 0;

    for (round = 0; round < 500; round++) {
        mcp_live_rate_t rate = {1 + rand_r(&state) % 20,
                                1 + rand_r(&state) % 100};
        mcp_live_shared_t *shared;
        apr_int64_t now = 100000 + rand_r(&state) % 1000;
        int i, wait;

        apr_pool_t *pool;
        mcp_ctx_t own = *cx;
        apr_pool_create(&pool, cx->pool);
        own.pool = pool;
        shared = make(LIMITS(8, 8), &own);
        for (i = rand_r(&state) % 60; i > 0; i--) {
            add(shared, "k", 1, &rate, now);
            now += rand_r(&state) % 4;
        }
        wait = wait_for(shared, "k", &rate, now);
        waits += wait > 0;
        wrong += wait && wait_for(shared, "k", &rate, now + wait - 1) == 0;
        wrong += wait_for(shared, "k", &rate, now + wait) != 0;
        wrong += wait > (int)rate.window * 2;
        apr_pool_destroy(pool);
    }
    ok(wrong == 0 && waits > 50, "%d random waits are exact", waits);
}

static void test_sliding(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {10, 60};
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);

    /* all at the end of a window */
    add(shared, "a", 10, &rate, 6059);
    ok(wait_for(shared, "a", &rate, 6060) > 0,
       "a new window does not forgive all at once");
    ok(wait_for(shared, "a", &rate, 6090) == 0, "in its middle half is past");
    add(shared, "a", 5, &rate, 6090);
    ok(wait_for(shared, "a", &rate, 6090) > 0, "and half the rate is left");
    ok(wait_for(shared, "a", &rate, 6180) == 0, "two windows later none");
}

/* Whoever keeps to a rate is never told to wait, also by the second. */
static void test_steady(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {10, 1};
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    apr_time_t now = apr_time_from_sec(6000);
    int i, refused = 0, taken = 0;

    for (i = 0; i < 100; i++, now += APR_USEC_PER_SEC / 9)
        refused += mcp_live_throttle_take(shared, WHAT, "a", &rate, now) > 0;
    ok(refused == 0, "9 events in each second are below 10/s");
    for (i = 0; i < 1000; i++, now += APR_USEC_PER_SEC / 100)
        taken += mcp_live_throttle_take(shared, WHAT, "a", &rate, now) == 0;
    ok(taken >= 90 && taken <= 110, "of 100 in each of 10 seconds %d get by",
       taken);
}

static void test_clock(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {5, 60};
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    apr_int64_t now = 1800000000;

    add(shared, "a", 5, &rate, now);
    ok(wait_for(shared, "a", &rate, now - 86400) == 0,
       "the clock set back a day: nobody waits for a day");
    add(shared, "a", 5, &rate, now - 86400);
    ok(wait_for(shared, "a", &rate, now - 86400) > 0, "and it counts there");
    ok(wait_for(shared, "a", &rate, now) == 0, "forward again: no wait");
    add(shared, "a", 5, &rate, now);
    ok(wait_for(shared, "a", &rate, now - 1) > 0,
       "a second back, as processes may differ: still counted");
    ok(wait_for(shared, "a", &rate, now - 1) <= 121,
       "and the wait is bounded");
}

static void test_limits(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {100000, 60}, none = {5, 0};
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);

    add(shared, "a", 70000, &rate, 6000);
    ok(wait_for(shared, "a", &rate, 6000) > 0,
       "a rate beyond what can be counted still limits");
    add(shared, "b", 6, &none, 6000);
    ok(wait_for(shared, "b", &none, 6000) > 0 &&
           wait_for(shared, "b", &none, 6002) == 0,
       "a window of 0 is a second");
}

/* More keys than counters: the stalest goes, memory does not grow. */
static void test_pressure(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {5, 60};
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    int i, kept = 0;

    for (i = 0; i < 7; i++)
        add(shared, apr_psprintf(cx->pool, "%d", i), 5, &rate,
            6000 + 60 * (i > 0));
    add(shared, "new", 5, &rate, 6060);
    add(shared, "newer", 5, &rate, 6060);
    for (i = 1; i < 7; i++)
        kept +=
            wait_for(shared, apr_psprintf(cx->pool, "%d", i), &rate, 6060) > 0;
    ok(kept == 6, "the younger counters are kept");
    ok(wait_for(shared, "0", &rate, 6060) == 0, "the stalest was reused");
    ok(wait_for(shared, "newer", &rate, 6060) > 0, "the newcomer counts");
    add(shared, "newest", 1, &rate, 6060);
    ok(wait_for(shared, "newest", &rate, 6060) == 0,
       "and inherits no one's count");
}

static void test_children(mcp_ctx_t *cx)
{
    mcp_live_rate_t rate = {40000, 60}, less = {40001, 60};
    mcp_live_shared_t *shared = make(LIMITS(8, 64), cx);
    int i, status, good = 1;

    fflush(stdout);
    for (i = 0; i < 4; i++)
        if (fork() == 0) {
            add(shared, "a", 10000, &rate, 6000);
            _exit(0);
        }
    while (wait(&status) > 0)
        good &= status == 0;
    ok(good && wait_for(shared, "a", &rate, 6000) > 0 &&
           wait_for(shared, "a", &less, 6000) == 0,
       "4 processes count 40000 events exactly");
}

static void body(mcp_ctx_t *cx)
{
    test_basics(cx);
    test_wait_is_exact(cx);
    test_sliding(cx);
    test_steady(cx);
    test_clock(cx);
    test_limits(cx);
    test_pressure(cx);
    test_children(cx);
}

TAP_MAIN(body)
