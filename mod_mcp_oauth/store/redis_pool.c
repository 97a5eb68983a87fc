/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/redis_pool.h"

#include <string.h>
#include <unistd.h>

#include <apr_strings.h>

#include "store/deadline.h"
#include "store/redis_fault.h"
#include "store/redis_greeting.h"

/* how long all fail at once when Redis is down */
#define REST_MILLISECONDS 200

struct mcp_store_redis_pool_t {
    mcp_store_redis_target_t *target;
    pid_t process;
    mcp_store_deadline_lock_t *lock;    /* over what follows */
    mcp_store_redis_connection_t *idle; /* the one used last is first */
    mcp_store_redis_connection_t *all;
    int count;
    int is_down;
    int is_probed;     /* one is trying whether it is still down */
    apr_time_t rested; /* when one may try */
    char detail[256];  /* why it is down */
    const char *remedy;
};

static apr_status_t close_all(void *data)
{
    mcp_store_redis_pool_t *pool = data;
    int i;

    /* closing a fork's copy is harmless with Redis, and frees it */
    for (i = 0; i < pool->count; i++)
        mcp_store_redis_connection_close(&pool->all[i]);
    return APR_SUCCESS;
}

const mcp_error_t *mcp_store_redis_pool_make(mcp_store_redis_pool_t **out,
                                             mcp_store_redis_target_t *target,
                                             mcp_ctx_t *cx)
{
    mcp_store_redis_pool_t *pool = apr_pcalloc(cx->pool, sizeof(*pool));
    int i, count = target->config->connections;

    pool->target = target;
    pool->process = getpid();
    pool->count = count > 1 ? count : 1;
    pool->all = apr_pcalloc(cx->pool, pool->count * sizeof(*pool->all));
    for (i = 0; i < pool->count; i++) {
        pool->all[i].next = pool->idle;
        pool->idle = &pool->all[i];
    }
    MCP_TRY(mcp_store_deadline_lock_make(&pool->lock, cx));
    apr_pool_cleanup_register(cx->pool, pool, close_all,
                              apr_pool_cleanup_null);
    *out = pool;
    return NULL;
}

/* What an earlier one met is told again, without trying. */
static const mcp_error_t *still_down(const mcp_store_redis_pool_t *pool,
                                     mcp_ctx_t *cx)
{
    if (!pool->is_down ||
        (!pool->is_probed && mcp_store_deadline_now() >= pool->rested))
        return NULL;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, pool->remedy,
                           "a moment ago: %s", pool->detail);
}

/* With the lock held. */
static const mcp_error_t *idle_wait(mcp_store_redis_connection_t **out,
                                    mcp_store_redis_pool_t *pool,
                                    apr_time_t deadline, mcp_ctx_t *cx)
{
    mcp_store_redis_connection_t *connection;
    int in_time = 1;

    for (;;) {
        MCP_TRY(still_down(pool, cx));
        if (pool->idle)
            break;
        if (!in_time)
            return mcp_error_fault(
                MCP_E_UNAVAILABLE, cx,
                "See whether Redis is overloaded; timeout= of MCPStore is how "
                "long it is waited for.",
                "Redis at %s: all %d connections were in use for the whole "
                "time",
                pool->target->where, pool->count);
        in_time = mcp_store_deadline_lock_wait(pool->lock, deadline);
    }
    connection = pool->idle;
    pool->idle = connection->next;
    connection->is_down = 0;
    connection->is_probe = pool->is_down;
    pool->is_probed = pool->is_down;
    *out = connection;
    return NULL;
}

/* One that Redis closed while it was idle is replaced before it is used: a
 * restart of Redis costs no request. */
static const mcp_error_t *freshen(mcp_store_redis_connection_t *connection,
                                  mcp_store_redis_pool_t *pool,
                                  apr_time_t deadline, mcp_ctx_t *cx)
{
    if (mcp_store_redis_connection_is_usable(connection))
        return NULL;
    mcp_store_redis_connection_close(connection);
    return mcp_store_redis_greeting(connection, pool->target, deadline, cx);
}

const mcp_error_t *
mcp_store_redis_pool_acquire(mcp_store_redis_connection_t **out,
                             mcp_store_redis_pool_t *pool, apr_time_t deadline,
                             mcp_ctx_t *cx)
{
    const mcp_error_t *e;

    if (pool->process != getpid())
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "This is a defect of the module: please report "
                               "it.",
                               "store: opened before the fork");
    mcp_store_deadline_lock_acquire(pool->lock);
    e = idle_wait(out, pool, deadline, cx);
    mcp_store_deadline_lock_release(pool->lock);
    if (e)
        return e;
    e = freshen(*out, pool, deadline, cx);
    if (e)
        mcp_store_redis_pool_release(pool, *out, e);
    return e;
}

static void rest(mcp_store_redis_pool_t *pool, const mcp_error_t *failure)
{
    pool->is_down = 1;
    pool->rested = mcp_store_deadline_now() +
                   apr_time_from_msec(REST_MILLISECONDS);
    pool->remedy = failure->remedy; /* a literal, in all of this noun */
    apr_cpystrn(pool->detail, failure->detail, sizeof(pool->detail));
}

void mcp_store_redis_pool_release(mcp_store_redis_pool_t *pool,
                                  mcp_store_redis_connection_t *connection,
                                  const mcp_error_t *failure)
{
    if (failure)
        mcp_store_redis_connection_close(connection);
    mcp_store_deadline_lock_acquire(pool->lock);
    if (connection->is_probe)
        pool->is_probed = 0;
    if (!failure)
        pool->is_down = 0;
    else if (connection->is_down)
        rest(pool, failure);
    connection->next = pool->idle;
    pool->idle = connection;
    mcp_store_deadline_lock_wake(pool->lock);
    mcp_store_deadline_lock_release(pool->lock);
}

const mcp_error_t *mcp_store_redis_pool_ask(
    const struct redisReply **reply, mcp_store_redis_pool_t *pool,
    const mcp_store_redis_command_t *command, mcp_ctx_t *cx)
{
    const mcp_store_redis_target_t *target = pool->target;
    apr_time_t deadline = mcp_store_deadline_now() + target->config->timeout;
    mcp_store_redis_connection_t *connection;
    const mcp_error_t *e;

    MCP_TRY(mcp_store_redis_pool_acquire(&connection, pool, deadline, cx));
    mcp_store_redis_connection_send(connection, command);
    e = mcp_store_redis_connection_receive(reply, connection, target, deadline,
                                           cx);
    if (!e)
        e = mcp_store_redis_fault_of_reply(*reply, target->where, cx);
    mcp_store_redis_pool_release(pool, connection, e);
    return e;
}
