/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_children.h"
#include "live_shared.h"

#include "live/layout.h"
#include "live/signal.h"

#define SOON apr_time_from_msec(5)
#define LONG apr_time_from_sec(LONGEST / 2)
#define ROUNDS 300

static apr_time_t waited(mcp_live_shared_t *shared, apr_uint32_t seen,
                         apr_interval_time_t timeout)
{
    apr_time_t before = apr_time_now();

    mcp_live_signal_wait(shared, seen, timeout);
    return apr_time_now() - before;
}

static void test_alone(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint32_t seen = mcp_live_signal_count(shared);

    ok(waited(shared, seen, SOON) >= SOON, "one waits until timeout is over");
    ok(waited(shared, seen, 0) < LONG && waited(shared, seen, -1) < LONG,
       "without one he does not wait");
    mcp_live_signal_raise(shared);
    ok(mcp_live_signal_count(shared) != seen, "the number is another then");
    ok(waited(shared, seen, LONG) < LONG, "who has not seen it does not wait");
    seen = mcp_live_signal_count(shared);
    ok(waited(shared, seen, SOON) >= SOON, "who has does");
    shared->bell.count = ~(apr_uint32_t)0;
    mcp_live_signal_raise(shared);
    ok(mcp_live_signal_count(shared) == 0 &&
           waited(shared, ~(apr_uint32_t)0, LONG) < LONG,
       "the number may begin anew");
}

/* -- others -- */

/* Sees each number as long as it is there, as who raises it waits for all. */
static void listen_all(mcp_live_shared_t *shared, apr_uint32_t number)
{
    apr_uint32_t round;

    (void)number;
    for (round = 0; round < ROUNDS; round++) {
        if (mcp_live_signal_count(shared) == round)
            add(&tally->ready);
        else
            add(&tally->wrong);
        while (mcp_live_signal_count(shared) == round) {
            apr_time_t time = waited(shared, round, LONG);

            if (time >= LONG)
                add(&tally->wrong);
        }
        add(&tally->done);
    }
}

static void listen_in_threads(mcp_live_shared_t *shared, apr_uint32_t child)
{
    threads_run(shared, listen_all, child);
}

static void test_others(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint32_t round;
    int good = 1;

    tally_clear();
    children_start(shared, listen_in_threads);
    for (round = 0; round < ROUNDS && good; round++) {
        good = await(&tally->ready, (round + 1) * CHILDREN * THREADS) &&
               await(&tally->done, round * CHILDREN * THREADS);
        mcp_live_signal_raise(shared);
    }
    ok(children_end() && good && !tally->wrong,
       "all threads of all children hear each signal");
    ok(!shared->bell.waiters, "nobody is counted who does not wait");
}

/* -- who is killed -- */

static void listen_on(mcp_live_shared_t *shared, apr_uint32_t number)
{
    (void)number;
    for (;;) {
        add(&tally->ready);
        mcp_live_signal_wait(shared, mcp_live_signal_count(shared), LONG);
    }
}

static void listen_once(mcp_live_shared_t *shared, apr_uint32_t seen)
{
    add(&tally->ready);
    if (waited(shared, seen, LONG) >= LONG)
        add(&tally->wrong);
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    int round, good = 1;
    pid_t child;

    tally_clear();
    for (round = 0; round < 10; round++) {
        tally->ready = 0;
        children_start(shared, listen_on);
        good &= await(&tally->ready, CHILDREN);
        apr_sleep(rand() % 2000);
        mcp_live_signal_raise(shared);
        children_kill();
        tally->ready = 0;
        child =
            child_start(shared, listen_once, mcp_live_signal_count(shared));
        good &= await(&tally->ready, 1);
        mcp_live_signal_raise(shared);
        good &= child_end(child);
    }
    ok(good && !tally->wrong, "those who are killed hold nobody up");
}

/* -- a signal of the system -- */

static void hear(int number)
{
    (void)number;
}

static void listen_interrupted(mcp_live_shared_t *shared, apr_uint32_t number)
{
    struct sigaction action = {.sa_handler = hear};

    (void)number;
    sigaction(SIGUSR1, &action, NULL);
    add(&tally->ready);
    waited(shared, mcp_live_signal_count(shared), LONG);
    add(&tally->done);
}

static void test_interrupted(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_time_t before = apr_time_now();
    pid_t child;

    tally_clear();
    child = child_start(shared, listen_interrupted, 0);
    await(&tally->ready, 1);
    while (!count(&tally->done) && apr_time_now() - before < LONG) {
        kill(child, SIGUSR1);
        apr_sleep(1000);
    }
    ok(child_end(child) && apr_time_now() - before < LONG,
       "a signal to the thread ends its wait");
}

static void body(mcp_ctx_t *cx)
{
    test_alone(cx);
    test_others(cx);
    test_killed(cx);
    test_interrupted(cx);
}

TAP_MAIN(body)
