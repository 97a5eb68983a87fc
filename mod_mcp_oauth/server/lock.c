/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/lock.h"

#include <apr_global_mutex.h>
#include <http_config.h>
#include <http_log.h>
#include <util_mutex.h>

#include "server/context.h"

#define TYPE "mcp-oauth-store"
#define PATIENCE apr_time_from_msec(500)

static apr_global_mutex_t *mutex;
static __thread int held; /* by this thread */

apr_status_t mcp_server_lock_register(apr_pool_t *pconf)
{
    return ap_mutex_register(pconf, TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

apr_status_t mcp_server_lock_make(server_rec *s, apr_pool_t *pconf)
{
    return ap_global_mutex_create(&mutex, NULL, TYPE, NULL, s, pconf, 0);
}

void mcp_server_lock_child(server_rec *s, apr_pool_t *pchild)
{
    apr_status_t rv = apr_global_mutex_child_init(
        &mutex, apr_global_mutex_lockfile(mutex), pchild);
    mcp_ctx_t cx;

    if (!rv)
        return;
    mutex = NULL;
    mcp_server_context_of_server(&cx, s, pchild);
    mcp_ctx_log(&cx, MCP_LOG_WARNING, 462,
                "the mutex " TYPE " cannot be used (error %d), so writers "
                "wait in SQLite. Choose another kind: \"Mutex file:run " TYPE
                "\"",
                rv);
}

static void acquire(void *unused)
{
    held = mutex && !apr_global_mutex_timedlock(mutex, PATIENCE);
}

static void release(void *unused)
{
    if (held)
        apr_global_mutex_unlock(mutex);
    held = 0;
}

const mcp_store_lock_t mcp_server_lock = {acquire, release, NULL};
