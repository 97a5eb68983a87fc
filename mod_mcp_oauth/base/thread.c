/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

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

const mcp_error_t *mcp_thread_start_beside(mcp_thread_t *self,
                                           apr_thread_start_t run, void *data,
                                           const char *what, mcp_ctx_t *cx)
{
    self->process = getpid();
    self->cx = *cx;
    if (apr_pool_create(&self->cx.pool, NULL) == APR_SUCCESS) {
        if (mcp_thread_start(&self->thread, run, data, cx->pool))
            return NULL;
        apr_pool_destroy(self->cx.pool);
    }
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Raise the limit of threads or free memory.",
                           "no %s thread", what);
}

int mcp_thread_is_here(const mcp_thread_t *self)
{
    return self->process == getpid();
}

void mcp_thread_join(mcp_thread_t *self)
{
    apr_status_t unused;

    apr_thread_join(&unused, self->thread);
}
