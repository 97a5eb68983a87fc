/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_pool.h"

#include <string.h>
#include <unistd.h>

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

struct mcp_store_sqlite_pool_t {
    const mcp_store_sqlite_target_t *target;
    pid_t process;
    apr_thread_mutex_t *mutex; /* over idle */
    apr_thread_cond_t *released;
    mcp_store_sqlite_connection_t *idle; /* the one used last is first */
    mcp_store_sqlite_connection_t *all;
    int count;
};

static apr_status_t close_all(void *data)
{
    mcp_store_sqlite_pool_t *pool = data;
    int i;

    /* a fork's copy must not touch the locks of its parent */
    for (i = 0; pool->process == getpid() && i < pool->count; i++)
        mcp_store_sqlite_connection_close(&pool->all[i]);
    return APR_SUCCESS;
}

const mcp_error_t *
mcp_store_sqlite_pool_make(mcp_store_sqlite_pool_t **out, int connections,
                           const mcp_store_sqlite_target_t *target,
                           mcp_ctx_t *cx)
{
    mcp_store_sqlite_pool_t *pool = apr_pcalloc(cx->pool, sizeof(*pool));
    int i;

    pool->target = target;
    pool->process = getpid();
    pool->count = connections > 1 ? connections : 1;
    pool->all = apr_pcalloc(cx->pool, pool->count * sizeof(*pool->all));
    for (i = 0; i < pool->count; i++) {
        pool->all[i].next = pool->idle;
        pool->idle = &pool->all[i];
    }
    if (apr_thread_mutex_create(&pool->mutex, APR_THREAD_MUTEX_DEFAULT,
                                cx->pool) != APR_SUCCESS ||
        apr_thread_cond_create(&pool->released, cx->pool) != APR_SUCCESS)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "store: no mutex to be had");
    apr_pool_cleanup_register(cx->pool, pool, close_all,
                              apr_pool_cleanup_null);
    *out = pool;
    return NULL;
}

const mcp_error_t *
mcp_store_sqlite_pool_acquire(mcp_store_sqlite_connection_t **out,
                              mcp_store_sqlite_pool_t *pool, mcp_ctx_t *cx)
{
    mcp_store_sqlite_connection_t *connection;
    const mcp_error_t *e = NULL;

    if (pool->process != getpid())
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "This is a defect of the module: please report "
                               "it.",
                               "store: opened before the fork");
    apr_thread_mutex_lock(pool->mutex);
    while (!pool->idle)
        apr_thread_cond_wait(pool->released, pool->mutex);
    connection = pool->idle;
    pool->idle = connection->next;
    apr_thread_mutex_unlock(pool->mutex);
    if (!connection->db)
        e = mcp_store_sqlite_connection_open(connection, pool->target, cx);
    if (e)
        mcp_store_sqlite_pool_release(pool, connection, 0);
    else
        *out = connection;
    return e;
}

void mcp_store_sqlite_pool_release(mcp_store_sqlite_pool_t *pool,
                                   mcp_store_sqlite_connection_t *connection,
                                   int broken)
{
    if (broken)
        mcp_store_sqlite_connection_close(connection);
    apr_thread_mutex_lock(pool->mutex);
    connection->next = pool->idle;
    pool->idle = connection;
    apr_thread_cond_signal(pool->released);
    apr_thread_mutex_unlock(pool->mutex);
}
