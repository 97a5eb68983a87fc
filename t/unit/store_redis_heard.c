/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_cases.h"

#include <pthread.h>

#include "store/deadline.h"

/* What other nodes announce, and whether it arrives. */

#define PATIENCE_SECONDS 20

static redis_server_t server;
static mcp_store_t *listening; /* atomic */
static int heard;              /* atomic: how often */
static int was_hearing;        /* atomic: when that was last called */

static void hear(void *baton)
{
    mcp_store_t *store = __atomic_load_n(&listening, __ATOMIC_SEQ_CST);

    if (baton != &heard)
        return;
    if (store)
        __atomic_store_n(&was_hearing, mcp_store_is_hearing(store),
                         __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&heard, 1, __ATOMIC_SEQ_CST);
}

/* The log is written by the threads that listen. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

static void log_write(void *baton, mcp_log_level_t level, int number,
                      const char *line)
{
    pthread_mutex_lock(&log_mutex);
    tap_write(baton, level, number, line);
    pthread_mutex_unlock(&log_mutex);
}

static void log_clear(void)
{
    pthread_mutex_lock(&log_mutex);
    tap_log[0] = '\0';
    pthread_mutex_unlock(&log_mutex);
}

static int times_logged(const char *mark)
{
    const char *at = tap_log;
    int count = 0;

    pthread_mutex_lock(&log_mutex);
    for (; (at = strstr(at, mark)) != NULL; at++)
        count++;
    pthread_mutex_unlock(&log_mutex);
    return count;
}

static int is_heard_again_logged(int unused)
{
    return times_logged("MCP00803") > 0;
}

static int heard_so_far(void)
{
    return __atomic_load_n(&heard, __ATOMIC_SEQ_CST);
}

static mcp_store_redis_config_t config_of(void)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 2);

    /* by name: it is the thread that resolves it */
    config.path = NULL;
    config.host = "localhost";
    config.port = server.port;
    config.heard = hear;
    config.baton = &heard;
    return config;
}

static int is_heard_after(int before)
{
    return heard_so_far() > before;
}

static int is_hearing(int want)
{
    return !mcp_store_is_hearing(listening) == !want;
}

/* Milliseconds until it is so; -1: in vain */
static int await(int (*condition)(int argument), int argument)
{
    apr_time_t from = mcp_store_deadline_now();
    apr_time_t end = from + apr_time_from_sec(PATIENCE_SECONDS);

    while (!condition(argument)) {
        if (mcp_store_deadline_now() > end)
            return -1;
        apr_sleep(2000);
    }
    return (int)((mcp_store_deadline_now() - from) / 1000);
}

/* Another node: it has a store of its own, which does not listen. */
static const mcp_error_t *announce(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 1);
    const mcp_error_t *e;
    mcp_store_t *other;
    mcp_ctx_t own = *cx;

    apr_pool_create(&own.pool, cx->pool);
    e = mcp_store_redis_open(&other, &config, &own);
    if (!e)
        e = mcp_store_announce(other, &own);
    ok(!e && !mcp_store_is_hearing(other), "another node announces");
    apr_pool_destroy(own.pool);
    return NULL;
}

static void test_begins(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = config_of();
    mcp_store_t *store;

    redis_start(&server, NULL, cx->pool);
    fine(mcp_store_redis_open(&store, &config, cx), "opened");
    __atomic_store_n(&listening, store, __ATOMIC_SEQ_CST);
    ok(await(is_hearing, 1) >= 0, "it hears");
    ok(heard_so_far() == 1, "and was told once, for what came before");
    ok(times_logged("MCP") == 0, "which is nothing to speak of");
}

static void test_hears(mcp_ctx_t *cx)
{
    int before = heard_so_far(), i, took;

    announce(cx);
    took = await(is_heard_after, before);
    ok(took >= 0 && took < 1000, "it is heard after %d ms", took);
    before = heard_so_far();
    fine(mcp_store_announce(listening, cx), "a node announces itself");
    ok(await(is_heard_after, before) >= 0, "and hears itself");
    before = heard_so_far();
    for (i = 0; i < 1000; i++)
        redis_say(&server, cx->pool, "PUBLISH mcp:announcements:1 x");
    ok(heard_so_far() == before, "those of another database are not heard");
    for (i = 0; i < 1000; i++)
        mcp_store_announce(listening, cx);
    ok(await(is_heard_after, before + 999) >= 0, "many are all heard");
    ok(mcp_store_is_hearing(listening), "it still hears");
}

static void test_stalled(mcp_ctx_t *cx)
{
    int before = heard_so_far(), took;

    log_clear();
    kill(server.pid, SIGSTOP);
    took = await(is_hearing, 0);
    ok(took > 0 && took <= 2700, "stalled: known after %d ms", took);
    ok(heard_so_far() == before, "nothing was heard");
    kill(server.pid, SIGCONT);
    ok(await(is_hearing, 1) >= 0, "it goes on: it hears again");
    ok(heard_so_far() > before, "and was told that it may have missed some");
    ok(times_logged("MCP00802") == 1 && times_logged("timeout=") == 1,
       "that it did not hear was logged once, with the remedy");
    ok(await(is_heard_again_logged, 0) >= 0 && times_logged("MCP00803") == 1,
       "and that it does, once");
    before = heard_so_far();
    announce(cx);
    ok(await(is_heard_after, before) >= 0, "and it does");
}

static void test_restarted(mcp_ctx_t *cx)
{
    int before = heard_so_far(), took;

    log_clear();
    redis_end(&server, SIGKILL);
    took = await(is_hearing, 0);
    ok(took >= 0 && took < 1000, "killed: known after %d ms", took);
    redis_start(&server, NULL, cx->pool);
    ok(await(is_hearing, 1) >= 0, "started again: it hears again");
    ok(heard_so_far() == before + 1 && !was_hearing,
       "and was told before anybody relied on it");
    ok(await(is_heard_again_logged, 0) >= 0 && times_logged("MCP00802") == 1 &&
           times_logged("MCP00803") == 1,
       "each was logged once");
    before = heard_so_far();
    redis_say(&server, cx->pool, "CLIENT KILL TYPE pubsub");
    ok(await(is_heard_after, before) >= 0,
       "its connection alone was killed: it is told");
    ok(await(is_hearing, 1) >= 0, "and hears");
}

/* A child starts while Redis is away, and stops so. */
static void test_absent(mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = config_of();
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    apr_time_t from;

    redis_end(&server, SIGKILL);
    await(is_hearing, 0);
    apr_pool_create(&own.pool, cx->pool);
    fine(mcp_store_redis_open(&store, &config, &own), "opened without Redis");
    faults(mcp_store_announce(store, &own), "Start Redis",
           "nothing can be announced");
    ok(!mcp_store_is_hearing(store), "nor heard");
    from = mcp_store_deadline_now();
    apr_pool_destroy(own.pool);
    ok(mcp_store_deadline_now() - from < apr_time_from_sec(2),
       "and it closes at once");
    redis_start(&server, NULL, cx->pool);
    ok(await(is_hearing, 1) >= 0, "the other one hears again");
}

static void body(mcp_ctx_t *cx)
{
    const mcp_host_t host = {tap_clock, mcp_random_system, log_write, NULL};
    mcp_ctx_t own = *cx;

    own.host = &host;
    apr_pool_create(&own.pool, NULL);
    redis_server_make(&server, cx->pool);
    test_begins(&own);
    test_hears(&own);
    test_stalled(&own);
    test_restarted(&own);
    test_absent(&own);
    apr_pool_destroy(own.pool);
    redis_end(&server, SIGTERM);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
