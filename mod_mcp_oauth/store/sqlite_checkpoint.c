/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_checkpoint.h"

#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/thread.h"

#define TICK_MILLISECONDS 1000
#define PURGE_TICKS 60
/* pages of 4 KiB beyond which the log is cut when nobody writes just now:
 * 16 MiB; and beyond which writers have to wait for it: 256 MiB */
#define LARGE_PAGES 4096
#define HUGE_PAGES 65536

typedef struct checkpoint_t {
    mcp_store_t *store;
    const mcp_store_sqlite_target_t *target;
    mcp_store_sqlite_connection_t connection;
    mcp_thread_t self; /* its pool is cleared now and then */
    int is_failing;    /* and was logged */
    int stop[2];       /* a pipe: closed at its writing end to stop */
} checkpoint_t;

/* *left: pages that are still only in the log */
static const mcp_error_t *wal_move(int *left, checkpoint_t *job, int mode)
{
    int pages = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(job->connection.db, NULL, mode,
                                         &pages, &moved);

    *left = pages - moved;
    /* another child is at it, or somebody reads: the next tick will do */
    if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY)
        return NULL;
    return mcp_store_sqlite_connection_fault(job->connection.db,
                                             job->target->path, &job->self.cx);
}

static const mcp_error_t *wal_checkpoint(checkpoint_t *job)
{
    int pages =
        __atomic_exchange_n(job->target->wal_pages, 0, __ATOMIC_RELAXED);
    int left, none = 0;

    if (!pages)
        return NULL;
    if (!job->connection.db)
        MCP_TRY(mcp_store_sqlite_connection_open(&job->connection, job->target,
                                                 &job->self.cx));
    MCP_TRY(wal_move(&left, job, SQLITE_CHECKPOINT_PASSIVE));
    if (left) /* come back, even when nobody writes */
        __atomic_compare_exchange_n(job->target->wal_pages, &none, pages, 0,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    /* this one holds writers up, for as long as there is something left */
    if (pages > HUGE_PAGES || (pages > LARGE_PAGES && left == 0))
        MCP_TRY(wal_move(&left, job, SQLITE_CHECKPOINT_TRUNCATE));
    return NULL;
}

/* Says so once when it begins to fail, and once when it works again. */
static void report(checkpoint_t *job, const mcp_error_t *e)
{
    if (e && !job->is_failing)
        mcp_ctx_log(&job->self.cx, MCP_LOG_WARNING, 50,
                    "the state file is not being tidied: %s. %s",
                    e->detail ? e->detail : mcp_error_text(e),
                    e->remedy ? e->remedy : "");
    if (!e && job->is_failing)
        mcp_ctx_log(&job->self.cx, MCP_LOG_NOTICE, 51,
                    "the state file is being tidied again");
    job->is_failing = e != NULL;
}

static void tick(checkpoint_t *job, int number)
{
    const mcp_error_t *e = wal_checkpoint(job);

    if (e) {
        mcp_store_sqlite_connection_close(&job->connection);
        __atomic_store_n(job->target->wal_pages, 1, __ATOMIC_RELAXED);
    }
    if (!e && number % PURGE_TICKS == 0)
        e = mcp_store_purge(job->store, &job->self.cx);
    if (e || number % PURGE_TICKS == 0)
        report(job, e);
    apr_pool_clear(job->self.cx.pool);
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    checkpoint_t *job = data;
    /* poll, not a condition variable: those wait for a time of day and sleep
     * on when the clock is set back */
    struct pollfd stop = {job->stop[0], POLLIN, 0};
    int number = 0, event = -1;

    for (; event <= 0; event = poll(&stop, 1, TICK_MILLISECONDS))
        if (event == 0)
            tick(job, number++);
    mcp_store_sqlite_connection_close(&job->connection);
    apr_pool_destroy(job->self.cx.pool);
    return NULL;
}

static apr_status_t stop(void *data)
{
    checkpoint_t *job = data;

    if (!mcp_thread_is_here(&job->self))
        return APR_SUCCESS;
    close(job->stop[1]);
    mcp_thread_join(&job->self);
    close(job->stop[0]);
    return APR_SUCCESS;
}

const mcp_error_t *mcp_store_sqlite_checkpoint_start(
    mcp_store_t *store, const mcp_store_sqlite_target_t *target, mcp_ctx_t *cx)
{
    checkpoint_t *job = apr_pcalloc(cx->pool, sizeof(*job));
    const mcp_error_t *e;

    job->store = store;
    job->target = target;
    if (pipe2(job->stop, O_CLOEXEC) != 0)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Raise the limit of open files.",
                               "store: no pipe for the checkpoint thread");
    e = mcp_thread_start_beside(&job->self, run, job, "checkpoint", cx);
    if (e) {
        close(job->stop[0]);
        close(job->stop[1]);
        return e;
    }
    apr_pool_pre_cleanup_register(cx->pool, job, stop);
    return NULL;
}
