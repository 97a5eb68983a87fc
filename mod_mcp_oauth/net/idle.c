/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/idle.h"

#include <apr_thread_mutex.h>
#include <unistd.h>

struct mcp_net_idle_t {
    apr_thread_mutex_t *mutex; /* over handles and count */
    void **handles;
    apr_uint32_t count, most;
    void (*end)(void *handle);
    pid_t process;
};

void *mcp_net_idle_take(mcp_net_idle_t *idle)
{
    void *handle = NULL;

    apr_thread_mutex_lock(idle->mutex);
    if (idle->count)
        handle = idle->handles[--idle->count];
    apr_thread_mutex_unlock(idle->mutex);
    return handle;
}

void mcp_net_idle_keep(mcp_net_idle_t *idle, void *handle)
{
    apr_thread_mutex_lock(idle->mutex);
    if (idle->count < idle->most) {
        idle->handles[idle->count++] = handle;
        handle = NULL;
    }
    apr_thread_mutex_unlock(idle->mutex);
    if (handle)
        idle->end(handle);
}

static apr_status_t end_all(void *data)
{
    mcp_net_idle_t *idle = data;

    while (idle->process == getpid() && idle->count)
        idle->end(idle->handles[--idle->count]);
    return APR_SUCCESS;
}

mcp_net_idle_t *mcp_net_idle_make(apr_uint32_t most, void (*end)(void *handle),
                                  apr_pool_t *pool)
{
    mcp_net_idle_t *idle = apr_pcalloc(pool, sizeof(*idle));

    if (apr_thread_mutex_create(&idle->mutex, APR_THREAD_MUTEX_DEFAULT, pool))
        return NULL;
    idle->handles = apr_pcalloc(pool, most * sizeof(*idle->handles));
    idle->most = most;
    idle->end = end;
    idle->process = getpid();
    apr_pool_cleanup_register(pool, idle, end_all, apr_pool_cleanup_null);
    return idle;
}
