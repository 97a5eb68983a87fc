/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/deadline.h"

#include <pthread.h>
#include <time.h>

#define MILLISECOND (APR_USEC_PER_SEC / 1000)

struct mcp_store_deadline_lock_t {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

apr_time_t mcp_store_deadline_now(void)
{
    struct timespec now;

    /* house: this is not the time of day, which the context tells */
    clock_gettime(CLOCK_MONOTONIC, &now);
    return apr_time_from_sec(now.tv_sec) + now.tv_nsec / 1000;
}

int mcp_store_deadline_left(apr_time_t deadline)
{
    apr_time_t left = deadline - mcp_store_deadline_now();

    return left > 0 ? (int)((left + MILLISECOND - 1) / MILLISECOND) : 0;
}

static apr_status_t lock_destroy(void *data)
{
    mcp_store_deadline_lock_t *lock = data;

    pthread_cond_destroy(&lock->condition);
    pthread_mutex_destroy(&lock->mutex);
    return APR_SUCCESS;
}

static int condition_make(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int good;

    if (pthread_condattr_init(&attributes) != 0)
        return 0;
    good = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return good;
}

const mcp_error_t *
mcp_store_deadline_lock_make(mcp_store_deadline_lock_t **out, mcp_ctx_t *cx)
{
    mcp_store_deadline_lock_t *lock = apr_pcalloc(cx->pool, sizeof(*lock));

    if (!condition_make(&lock->condition))
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "store: no condition variable to be had");
    if (pthread_mutex_init(&lock->mutex, NULL) != 0) {
        pthread_cond_destroy(&lock->condition);
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "store: no mutex to be had");
    }
    apr_pool_cleanup_register(cx->pool, lock, lock_destroy,
                              apr_pool_cleanup_null);
    *out = lock;
    return NULL;
}

void mcp_store_deadline_lock_acquire(mcp_store_deadline_lock_t *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

void mcp_store_deadline_lock_release(mcp_store_deadline_lock_t *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

int mcp_store_deadline_lock_wait(mcp_store_deadline_lock_t *lock,
                                 apr_time_t deadline)
{
    struct timespec end;

    end.tv_sec = apr_time_sec(deadline);
    end.tv_nsec = apr_time_usec(deadline) * 1000;
    return pthread_cond_timedwait(&lock->condition, &lock->mutex, &end) == 0;
}

void mcp_store_deadline_lock_wake(mcp_store_deadline_lock_t *lock)
{
    pthread_cond_broadcast(&lock->condition);
}
