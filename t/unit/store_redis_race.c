/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "redis_server.h"
#include "store_racing.h"

static redis_server_t server;

static const mcp_error_t *store_open(mcp_store_t **store, mcp_ctx_t *cx)
{
    mcp_store_redis_config_t config = redis_config_of(&server, 3);

    /* fewer connections than threads: some wait, on two busy processors */
    config.timeout = apr_time_from_sec(5);
    return mcp_store_redis_open(store, &config, cx);
}

/* Redis dies while one writes, and is started again. */
static int survives(mcp_ctx_t *cx)
{
    int before = board->acknowledged, good, status, i;
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    pid_t writer;

    fflush(stdout);
    writer = fork();
    if (writer == 0)
        put_for_ever(cx);
    for (i = 0; i < 1000 && board->acknowledged < before + 300; i++)
        apr_sleep(10000);
    redis_end(&server, SIGKILL);
    waitpid(writer, &status, 0);
    redis_start(&server, NULL, cx->pool);
    apr_pool_create(&own.pool, cx->pool);
    good = i < 1000 && WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
           !store_open(&store, &own) && lost(store, &own) == 0;
    apr_pool_destroy(own.pool);
    return good;
}

static void test_kill(mcp_ctx_t *cx)
{
    int round, good = 0;

    for (round = 0; round < 3; round++)
        good += survives(cx);
    ok(good == 3,
       "Redis was killed 3 times while one wrote: none of %d answered writes "
       "was lost, and the writer was told",
       board->acknowledged);
}

static void body(mcp_ctx_t *cx)
{
    redis_server_make(&server, cx->pool);
    redis_start(&server, NULL, cx->pool);
    race_begin();
    race(cx);
    test_kill(cx);
    redis_end(&server, SIGTERM);
    redis_server_end(&server, cx->pool);
}

TAP_MAIN(body)
