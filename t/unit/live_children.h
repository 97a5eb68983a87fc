/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_LIVE_CHILDREN_H
#define MCP_T_UNIT_LIVE_CHILDREN_H

#include "tap.h"

#include <apr_thread_proc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/shared.h"

/* Children with threads, as those of httpd, over one shared memory; and
 * numbers that they count together. */

#define CHILDREN 4
#define THREADS 8
#define LONGEST 60 /* seconds: what takes longer hangs */

typedef struct tally_t {
    apr_uint32_t ready, done, wrong, go, most;
} tally_t;

static tally_t *tally;
static pid_t children[CHILDREN];

static inline void tally_clear(void)
{
    if (!tally)
        tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(tally, 0, sizeof(*tally));
}

static inline apr_uint32_t add(apr_uint32_t *counter)
{
    return __atomic_add_fetch(counter, 1, __ATOMIC_ACQ_REL);
}

static inline apr_uint32_t count(const apr_uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* Whether a number is reached before it is taken that something hangs. */
static inline int await(const apr_uint32_t *counter, apr_uint32_t number)
{
    apr_time_t end = apr_time_now() + apr_time_from_sec(LONGEST);

    while (count(counter) < number && apr_time_now() < end)
        apr_sleep(200);
    return count(counter) >= number;
}

typedef void (*work_t)(mcp_live_shared_t *shared, apr_uint32_t number);

static inline pid_t child_start(mcp_live_shared_t *shared, work_t work,
                                apr_uint32_t number)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child)
        return child;
    alarm(LONGEST); /* one that hangs is killed, and seen */
    work(shared, number);
    _exit(0);
}

/* Whether it ended well. */
static inline int child_end(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child && status == 0;
}

static inline void child_kill(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static inline void children_start(mcp_live_shared_t *shared, work_t work)
{
    apr_uint32_t i;

    for (i = 0; i < CHILDREN; i++)
        children[i] = child_start(shared, work, i);
}

static inline int children_end(void)
{
    int i, good = 1;

    for (i = 0; i < CHILDREN; i++)
        good &= child_end(children[i]);
    return good;
}

static inline void children_kill(void)
{
    int i;

    for (i = 0; i < CHILDREN; i++)
        kill(children[i], SIGKILL);
    for (i = 0; i < CHILDREN; i++)
        waitpid(children[i], NULL, 0);
}

/* -- in a child -- */

typedef struct task_t {
    mcp_live_shared_t *shared;
    work_t work;
    apr_uint32_t number;
} task_t;

static void *APR_THREAD_FUNC task_run(apr_thread_t *thread, void *data)
{
    task_t *task = data;

    (void)thread;
    task->work(task->shared, task->number);
    return NULL;
}

/* In so many threads, numbered over all children. */
static inline void threads_run(mcp_live_shared_t *shared, work_t work,
                               apr_uint32_t child)
{
    apr_thread_t *threads[THREADS];
    task_t tasks[THREADS];
    apr_status_t unused;
    apr_pool_t *pool;
    apr_uint32_t i;

    apr_pool_create(&pool, NULL);
    for (i = 0; i < THREADS; i++) {
        tasks[i].shared = shared;
        tasks[i].work = work;
        tasks[i].number = child * THREADS + i;
        apr_thread_create(&threads[i], NULL, task_run, &tasks[i], pool);
    }
    for (i = 0; i < THREADS; i++)
        apr_thread_join(&unused, threads[i]);
    apr_pool_destroy(pool);
}

#endif
