/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "net/crew.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <unistd.h>

#include "base/thread.h"

/* Not apr_thread_pool: before apr-util 1.6.2 it loses wake-ups, and its
 * threads may outlive their pool. */

typedef mcp_net_crew_job_t job_t;

struct mcp_net_crew_t {
    apr_thread_mutex_t *mutex; /* over all that follows */
    apr_thread_cond_t *given;
    apr_pool_t *pool; /* of the threads; NULL: there are none yet */
    apr_thread_t **threads;
    apr_uint32_t most, count, idle;
    job_t *first, **last;
    apr_uint32_t waiting; /* jobs */
    apr_uint32_t stop;
    pid_t process;
};

/* -- a thread of it -- */

/* NULL when the crew ends and there is nothing left to do. */
static job_t *take(mcp_net_crew_t *crew)
{
    job_t *job;

    apr_thread_mutex_lock(crew->mutex);
    crew->idle++;
    while (!crew->first && !crew->stop)
        apr_thread_cond_wait(crew->given, crew->mutex);
    crew->idle--;
    job = crew->first;
    if (job) {
        crew->first = job->next;
        crew->waiting--;
    }
    if (!crew->first)
        crew->last = &crew->first;
    apr_thread_mutex_unlock(crew->mutex);
    return job;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    job_t *job;

    while ((job = take(data)))
        job->work(job);
    return NULL;
}

/* -- who gives; the mutex is held -- */

/* The pool is no child of the one that the crew is in, which other threads
 * use. */
static void thread_make(mcp_net_crew_t *crew)
{
    if (!crew->pool && apr_pool_create(&crew->pool, NULL))
        return;
    if (mcp_thread_start(&crew->threads[crew->count], run, crew, crew->pool))
        crew->count++;
}

static int give(mcp_net_crew_t *crew, job_t *job)
{
    if (crew->stop || crew->process != getpid())
        return 0;
    if (crew->waiting >= crew->idle && crew->count < crew->most)
        thread_make(crew);
    if (!crew->count)
        return 0;
    job->next = NULL;
    *crew->last = job;
    crew->last = &job->next;
    crew->waiting++;
    apr_thread_cond_signal(crew->given);
    return 1;
}

int mcp_net_crew_give(mcp_net_crew_t *crew, job_t *job)
{
    int is_given;

    apr_thread_mutex_lock(crew->mutex);
    is_given = give(crew, job);
    apr_thread_mutex_unlock(crew->mutex);
    return is_given;
}

const apr_uint32_t *mcp_net_crew_stop(const mcp_net_crew_t *crew)
{
    return &crew->stop;
}

/* -- its life -- */

static apr_status_t end(void *data)
{
    mcp_net_crew_t *crew = data;
    apr_status_t unused;

    /* a fork's copy has no such threads */
    if (crew->process != getpid())
        return APR_SUCCESS;
    apr_thread_mutex_lock(crew->mutex);
    __atomic_store_n(&crew->stop, 1, __ATOMIC_RELEASE);
    apr_thread_cond_broadcast(crew->given);
    apr_thread_mutex_unlock(crew->mutex);
    while (crew->count)
        apr_thread_join(&unused, crew->threads[--crew->count]);
    if (crew->pool)
        apr_pool_destroy(crew->pool);
    return APR_SUCCESS;
}

const mcp_error_t *mcp_net_crew_make(mcp_net_crew_t **crew, apr_uint32_t most,
                                     mcp_ctx_t *cx)
{
    mcp_net_crew_t *made = apr_pcalloc(cx->pool, sizeof(*made));

    if (apr_thread_mutex_create(&made->mutex, APR_THREAD_MUTEX_DEFAULT,
                                cx->pool) ||
        apr_thread_cond_create(&made->given, cx->pool))
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, "Check free memory.",
                               "net: no mutex to be had");
    made->threads = apr_pcalloc(cx->pool, most * sizeof(*made->threads));
    made->most = most;
    made->last = &made->first;
    made->process = getpid();
    apr_pool_pre_cleanup_register(cx->pool, made, end);
    *crew = made;
    return NULL;
}
