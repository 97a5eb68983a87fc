/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/runner.h"

#include <apr_thread_pool.h>

#include "server/context.h"

#define WAITING_PER_THREAD 8
#define LOOK_EVERY apr_time_from_msec(50)

static struct {
    server_rec *s;
    apr_pool_t *pool;
    apr_thread_pool_t *threads;
    apr_thread_mutex_t *mutex;
    int most;
    int stopping;
} runner;

typedef struct job_t {
    apr_pool_t *pool; /* this is in it, too */
    void (*work)(mcp_ctx_t *cx, void *baton);
    void *baton;
} job_t;

/* Before anything in pchild goes, of whatever module: tasks may use it. What
 * still waits for a thread gets one, which ending the threads would not give
 * it. */
static apr_status_t end_threads(void *unused)
{
    while (runner.threads && !runner.stopping &&
           (apr_thread_pool_tasks_count(runner.threads) ||
            apr_thread_pool_busy_count(runner.threads)))
        apr_sleep(LOOK_EVERY);
    if (runner.threads)
        apr_thread_pool_destroy(runner.threads);
    runner.threads = NULL;
    return APR_SUCCESS;
}

void mcp_server_runner_open(server_rec *s, apr_pool_t *pchild, int threads)
{
    runner.s = s;
    /* of its own: others may take from pchild at any time */
    apr_pool_create(&runner.pool, pchild);
    apr_pool_pre_cleanup_register(pchild, NULL, end_threads);
    runner.most = threads;
    runner.stopping = 0;
    runner.threads = NULL;
    if (apr_thread_mutex_create(&runner.mutex, APR_THREAD_MUTEX_DEFAULT,
                                pchild))
        runner.mutex = NULL;
}

static void *APR_THREAD_FUNC do_job(apr_thread_t *thread, void *data)
{
    job_t *job = data;
    mcp_ctx_t cx;

    mcp_server_context_of_server(&cx, runner.s, job->pool);
    job->work(&cx, job->baton);
    apr_pool_destroy(job->pool);
    return NULL;
}

/* The pool of threads, made by the first who needs it. */
static apr_thread_pool_t *threads_get(void)
{
    apr_thread_mutex_lock(runner.mutex);
    if (!runner.threads &&
        apr_thread_pool_create(&runner.threads, 0, (apr_size_t)runner.most,
                               runner.pool))
        runner.threads = NULL;
    apr_thread_mutex_unlock(runner.mutex);
    return runner.threads;
}

int mcp_server_runner_run(void (*work)(mcp_ctx_t *cx, void *baton),
                          void *baton)
{
    apr_thread_pool_t *threads = runner.mutex ? threads_get() : NULL;
    apr_pool_t *pool;
    job_t *job;

    if (!threads || runner.stopping ||
        apr_thread_pool_tasks_count(threads) >=
            (apr_size_t)(runner.most * WAITING_PER_THREAD))
        return 0;
    apr_pool_create(&pool, NULL);
    job = apr_pcalloc(pool, sizeof(*job));
    job->pool = pool;
    job->work = work;
    job->baton = baton;
    if (!apr_thread_pool_push(threads, do_job, job,
                              APR_THREAD_TASK_PRIORITY_NORMAL, NULL))
        return 1;
    apr_pool_destroy(pool);
    return 0;
}

int mcp_server_runner_is_stopping(void)
{
    return runner.stopping;
}

void mcp_server_runner_stop(void)
{
    runner.stopping = 1;
}
