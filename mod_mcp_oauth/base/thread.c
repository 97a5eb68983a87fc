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
