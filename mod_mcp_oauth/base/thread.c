/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/thread.h"

#include <pthread.h>
#include <signal.h>

int mcp_thread_start(apr_thread_t **thread, apr_thread_start_t run, void *data,
                     apr_pool_t *pool)
{
    sigset_t all, old;
    apr_status_t status;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    status = apr_thread_create(thread, NULL, run, data, pool);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return status == APR_SUCCESS;
}

const mcp_error_t *mcp_thread_start_beside(apr_thread_t **thread,
                                           apr_thread_start_t run, void *data,
                                           const char *what, mcp_ctx_t *own,
                                           mcp_ctx_t *cx)
{
    *own = *cx;
    if (apr_pool_create(&own->pool, NULL) == APR_SUCCESS) {
        if (mcp_thread_start(thread, run, data, cx->pool))
            return NULL;
        apr_pool_destroy(own->pool);
    }
    own->pool = NULL;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Raise the limit of threads or free memory.",
                           "no %s thread", what);
}
