/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "demo/task_store.h"

#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>
#include <http_main.h>
#include <apr_global_mutex.h>
#include <apr_shm.h>
#include <apr_strings.h>

#include "demo/task_file.h"

APLOG_USE_MODULE(mcp_demo);

#define RETAINED "mcp_demo.tasks"
#define LAYOUT 1 /* of what follows; another one begins anew */

typedef struct shared_t {
    apr_uint32_t layout;
    /* those that are there. What lies behind them is nobody's yet, or a task
     * on its way to the file */
    apr_uint32_t count;
    /* with those that a child was writing when it was killed: they may be in
     * the file, so the next one who writes takes them along */
    apr_uint32_t intended;
    mcp_demo_task_marks_t marks;
    mcp_demo_task_t tasks[MCP_DEMO_TASK_STORE_MOST];
} shared_t;

/* Outlives this module: nothing in it may point into the module. */
typedef struct retained_t {
    apr_global_mutex_t *lock;
    apr_pool_t *pool; /* of the members below */
    shared_t *shared;
    const char *path;
} retained_t;

static apr_global_mutex_t *lock;
static shared_t *shared;
static const char *path;

/* -- the parent -- */

const char *mcp_demo_task_store_check(const char *name, apr_pool_t *pool)
{
    mcp_demo_task_marks_t marks;
    const mcp_demo_task_file_t file = {name, &marks, pool};
    apr_uint32_t count;

    return mcp_demo_task_file_read(
        apr_palloc(pool, MCP_DEMO_TASK_STORE_MOST * sizeof(mcp_demo_task_t)),
        &count, MCP_DEMO_TASK_STORE_MOST, &file);
}

static retained_t *retained_get(apr_pool_t *process)
{
    retained_t *retained = ap_retained_data_get(RETAINED);

    if (!retained)
        retained = ap_retained_data_create(RETAINED, sizeof(*retained));
    /* a kind that is given back when its holder is killed */
    if (!retained->lock &&
        apr_global_mutex_create(&retained->lock, NULL,
                                APR_HAS_PROC_PTHREAD_SERIALIZE
                                    ? APR_LOCK_PROC_PTHREAD
                                    : APR_LOCK_FCNTL,
                                process) != APR_SUCCESS)
        return NULL;
    return retained;
}

/* Whether what was kept over the restart is still right. */
static int fits(const retained_t *retained, const char *name, apr_pool_t *pool)
{
    const mcp_demo_task_file_t file = {
        name, retained->shared ? &retained->shared->marks : NULL, pool};

    return retained->shared && retained->shared->layout == LAYOUT &&
           !retained->path == !name &&
           (!name ||
            (!strcmp(retained->path, name) && mcp_demo_task_file_is(&file)));
}

static const char *fill(retained_t *retained, const char *name,
                        apr_pool_t *pool)
{
    apr_shm_t *memory;
    shared_t *made;
    const char *why = NULL;

    /* without a file's name it is mapped anonymously, and all zero */
    if (apr_shm_create(&memory, sizeof(*made) + 64, NULL, retained->pool) !=
        APR_SUCCESS)
        return "there is no shared memory for it; free some";
    /* APR keeps its own size in front, so the memory begins unaligned */
    made =
        (shared_t *)APR_ALIGN((apr_uintptr_t)apr_shm_baseaddr_get(memory), 64);
    made->layout = LAYOUT;
    if (name) {
        const mcp_demo_task_file_t file = {name, &made->marks, pool};

        why = mcp_demo_task_file_read(made->tasks, &made->count,
                                      MCP_DEMO_TASK_STORE_MOST, &file);
    }
    made->intended = made->count;
    retained->shared = why ? NULL : made;
    retained->path = apr_pstrdup(retained->pool, name);
    return why;
}

const char *mcp_demo_task_store_open(const char *name, apr_pool_t *process,
                                     apr_pool_t *pool)
{
    retained_t *retained = retained_get(process);
    const char *why = NULL;

    if (!retained || apr_global_mutex_lock(retained->lock) != APR_SUCCESS)
        return "there is no lock for it; free some memory";
    if (!fits(retained, name, pool)) {
        /* children of before keep their own mapping until they end */
        if (retained->pool)
            apr_pool_destroy(retained->pool);
        apr_pool_create(&retained->pool, process);
        retained->shared = NULL;
        why = fill(retained, name, pool);
    }
    apr_global_mutex_unlock(retained->lock);
    lock = retained->lock;
    shared = retained->shared;
    path = retained->path;
    return why;
}

/* -- a child -- */

/* A child that cannot use the lock creates no tasks. */
void mcp_demo_task_store_child(apr_pool_t *pchild)
{
    if (apr_global_mutex_child_init(&lock, apr_global_mutex_lockfile(lock),
                                    pchild) != APR_SUCCESS)
        lock = NULL;
}

static apr_uint32_t count_get(void)
{
    return __atomic_load_n(&shared->count, __ATOMIC_ACQUIRE);
}

const apr_array_header_t *mcp_demo_task_store_list(const char *owner,
                                                   apr_pool_t *pool)
{
    apr_array_header_t *list =
        apr_array_make(pool, 16, sizeof(const mcp_demo_task_t *));
    apr_uint32_t i, count = count_get();

    for (i = 0; i < count; i++)
        if (!strcmp(shared->tasks[i].owner, owner))
            APR_ARRAY_PUSH(list, const mcp_demo_task_t *) = &shared->tasks[i];
    return list;
}

const mcp_demo_task_t *mcp_demo_task_store_find(const char *owner,
                                                const char *id)
{
    apr_uint32_t i, count = count_get();
    mcp_demo_task_t wanted;

    if (mcp_demo_task_id_set(&wanted, id))
        return NULL;
    for (i = 0; i < count; i++)
        if (shared->tasks[i].id == wanted.id)
            return strcmp(shared->tasks[i].owner, owner) ? NULL
                                                         : &shared->tasks[i];
    return NULL;
}

/* The id, if there is room. */
static const char *place_find(mcp_demo_task_t *task, apr_pool_t *pool)
{
    apr_uint32_t i, last = 0, of_owner = 0;

    for (i = 0; i < shared->intended; i++) {
        last = shared->tasks[i].id > last ? shared->tasks[i].id : last;
        of_owner += !strcmp(shared->tasks[i].owner, task->owner);
    }
    if (of_owner >= MCP_DEMO_TASK_STORE_MOST_OF_ONE)
        return apr_psprintf(pool,
                            "The task was not created: there are %u already, "
                            "and no more are kept.",
                            of_owner);
    if (i >= MCP_DEMO_TASK_STORE_MOST || last >= MCP_DEMO_TASK_MOST_ID)
        return "The task was not created: this server keeps no more tasks.";
    task->id = last + 1;
    return NULL;
}

static const char *write_through(apr_uint32_t count, apr_pool_t *pool)
{
    const mcp_demo_task_file_t file = {path, &shared->marks, pool};
    const char *why =
        path ? mcp_demo_task_file_write(shared->tasks, count, &file) : NULL;

    if (!why)
        return NULL;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                 "MCP00961: DemoTasksFile %s: a task was not kept: %s", path,
                 why);
    return "The task was not created, because it could not be written down. "
           "The administrator of this server finds the reason in its log.";
}

static const char *add(mcp_demo_task_t *task, apr_pool_t *pool)
{
    apr_uint32_t place = shared->intended;
    const char *why = place_find(task, pool);

    if (why)
        return why;
    shared->tasks[place] = *task;
    __atomic_store_n(&shared->intended, place + 1, __ATOMIC_RELEASE);
    why = write_through(place + 1, pool);
    if (why)
        __atomic_store_n(&shared->intended, place, __ATOMIC_RELEASE);
    else
        __atomic_store_n(&shared->count, place + 1, __ATOMIC_RELEASE);
    return why;
}

const char *mcp_demo_task_store_add(mcp_demo_task_t *task, apr_pool_t *pool)
{
    const char *why;

    if (!lock || apr_global_mutex_lock(lock) != APR_SUCCESS)
        return "The task was not created: this server cannot write now. Try "
               "again later.";
    why = add(task, pool);
    apr_global_mutex_unlock(lock);
    return why;
}
