/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite.h"

#include <sqlite3.h>
#include <string.h>

#include <apr_strings.h>
#include <apr_tables.h>
#include <apr_thread_mutex.h>

#include "store/sqlite_checkpoint.h"
#include "store/sqlite_file.h"
#include "store/sqlite_pool.h"

/* transactions of one purge */
#define PURGE_ROUNDS 20
/* how long a writer waits where the one before waited in vain: those who queue
 * shall not do so one after the other */
#define STUCK_MILLISECONDS 100

typedef struct sqlite_store_t {
    mcp_store_t store;
    mcp_store_sqlite_target_t target;
    mcp_store_sqlite_pool_t *pool;
    /* one writer at a time: SQLite lets those wait who come second, by
     * sleeping ever longer, and some for seconds */
    apr_thread_mutex_t *writer; /* of this process's threads */
    mcp_store_lock_t lock;      /* of all processes */
    int is_stuck;               /* the last writer waited in vain */
    int wal_pages;
} sqlite_store_t;

typedef struct row_t {
    mcp_record_t record;
    const unsigned char *key;
    apr_int64_t id;
} row_t;

/* One statement to run. What a statement has no parameter for is not bound. */
typedef struct job_t {
    sqlite_store_t *store;
    mcp_store_sqlite_statement_t statement;
    mcp_record_kind_t kind;
    const unsigned char *key;
    apr_int64_t now;
    mcp_record_t in;
    apr_array_header_t *rows; /* out: of row_t, or NULL for none wanted */
    int changes;              /* out */
} job_t;

static job_t job_of(mcp_store_t *store, mcp_store_sqlite_statement_t statement,
                    mcp_record_kind_t kind, const unsigned char *key,
                    mcp_ctx_t *cx)
{
    job_t job;

    memset(&job, 0, sizeof(job));
    job.store = (sqlite_store_t *)store;
    job.statement = statement;
    job.kind = kind;
    job.key = key;
    job.now = mcp_ctx_seconds(cx);
    return job;
}

/* SQLITE_RANGE: this statement has no such parameter. */
static int is_bound(int code)
{
    return code == SQLITE_OK || code == SQLITE_RANGE;
}

static int bind_all(sqlite3_stmt *statement, const job_t *job)
{
    const void *value = job->in.len ? job->in.value : "";

    return is_bound(sqlite3_bind_int(statement, MCP_SQLITE_KIND, job->kind)) &&
           is_bound(sqlite3_bind_blob(statement, MCP_SQLITE_KEY, job->key,
                                      job->key ? MCP_DIGEST_SIZE : 0,
                                      SQLITE_STATIC)) &&
           is_bound(sqlite3_bind_int64(statement, MCP_SQLITE_NOW, job->now)) &&
           is_bound(sqlite3_bind_blob64(statement, MCP_SQLITE_VALUE, value,
                                        job->in.len, SQLITE_STATIC)) &&
           is_bound(sqlite3_bind_text(statement, MCP_SQLITE_INDEX,
                                      job->in.index, -1, SQLITE_STATIC)) &&
           is_bound(sqlite3_bind_int64(statement, MCP_SQLITE_EXPIRES,
                                       job->in.expires)) &&
           is_bound(sqlite3_bind_int64(statement, MCP_SQLITE_VERSION,
                                       job->in.version));
}

/* A copy of the row at hand. */
static void row_add(const job_t *job, sqlite3_stmt *statement)
{
    apr_pool_t *pool = job->rows->pool;
    row_t *row = apr_array_push(job->rows);
    const void *index = sqlite3_column_text(statement, MCP_SQLITE_OUT_INDEX);
    const void *value = sqlite3_column_blob(statement, MCP_SQLITE_OUT_VALUE);

    memset(row, 0, sizeof(*row));
    row->record.len = sqlite3_column_bytes(statement, MCP_SQLITE_OUT_VALUE);
    row->record.value =
        apr_pstrmemdup(pool, value ? value : "", row->record.len);
    row->record.index = apr_pstrdup(pool, index);
    row->record.expires =
        sqlite3_column_int64(statement, MCP_SQLITE_OUT_EXPIRES);
    row->record.version =
        sqlite3_column_int64(statement, MCP_SQLITE_OUT_VERSION);
    row->record.spent = sqlite3_column_int(statement, MCP_SQLITE_OUT_SPENT);
    if (sqlite3_column_count(statement) <= MCP_SQLITE_OUT_KEY)
        return;
    row->id = sqlite3_column_int64(statement, MCP_SQLITE_OUT_ID);
    row->key =
        apr_pmemdup(pool, sqlite3_column_blob(statement, MCP_SQLITE_OUT_KEY),
                    sqlite3_column_bytes(statement, MCP_SQLITE_OUT_KEY));
}

/* Only SQLITE_DONE says that the transaction is committed: a row of RETURNING
 * may come before a commit that fails. */
static int step_all(sqlite3_stmt *statement, job_t *job)
{
    int code = sqlite3_step(statement);

    for (; code == SQLITE_ROW; code = sqlite3_step(statement))
        if (job->rows)
            row_add(job, statement);
    return code == SQLITE_DONE;
}

static void writer_lock(sqlite_store_t *store, sqlite3 *db)
{
    apr_thread_mutex_lock(store->writer);
    sqlite3_busy_timeout(db, store->is_stuck ? STUCK_MILLISECONDS
                                             : MCP_SQLITE_BUSY_MILLISECONDS);
    if (store->lock.acquire)
        store->lock.acquire(store->lock.baton);
}

static void writer_unlock(sqlite_store_t *store, sqlite3 *db, int good)
{
    store->is_stuck = !good && (sqlite3_errcode(db) & 0xff) == SQLITE_BUSY;
    if (store->lock.release)
        store->lock.release(store->lock.baton);
    apr_thread_mutex_unlock(store->writer);
}

static int execute(mcp_store_sqlite_connection_t *connection, job_t *job)
{
    sqlite3_stmt *statement = connection->statements[job->statement];
    int is_write = !sqlite3_stmt_readonly(statement);
    int good = bind_all(statement, job);

    if (!good)
        return 0;
    if (is_write)
        writer_lock(job->store, connection->db);
    good = step_all(statement, job);
    if (good)
        job->changes = sqlite3_changes(connection->db);
    else
        /* ends the transaction before others get the lock; the code of the
         * failure stays with the connection */
        sqlite3_reset(statement);
    if (is_write)
        writer_unlock(job->store, connection->db, good);
    return good;
}

static const mcp_error_t *run(job_t *job, mcp_ctx_t *cx)
{
    mcp_store_sqlite_connection_t *connection;
    const mcp_error_t *e = NULL;
    sqlite3_stmt *statement;

    MCP_TRY(mcp_store_sqlite_pool_acquire(&connection, job->store->pool, cx));
    if (!execute(connection, job))
        e = mcp_store_sqlite_connection_fault(connection->db,
                                              job->store->target.path, cx);
    statement = connection->statements[job->statement];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    /* whatever was wrong with it, a new one shall tell */
    mcp_store_sqlite_pool_release(job->store->pool, connection, e != NULL);
    return e;
}

/* The only row, or *record = NULL. */
static const mcp_error_t *run_for_one(const mcp_record_t **record, job_t *job,
                                      mcp_ctx_t *cx)
{
    job->rows = apr_array_make(cx->pool, 1, sizeof(row_t));
    MCP_TRY(run(job, cx));
    *record = job->rows->nelts ? &APR_ARRAY_IDX(job->rows, 0, row_t).record
                               : NULL;
    return NULL;
}

static const mcp_error_t *sqlite_put(mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key,
                                     const mcp_record_t *record, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_PUT, kind, key, cx);

    job.in = *record;
    MCP_TRY(run(&job, cx));
    if (!job.changes)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "store: put over a record that is spent");
    return NULL;
}

/* house: six arguments, since a record is named by a kind and a key */
static const mcp_error_t *sqlite_add(int *added, mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key,
                                     const mcp_record_t *record, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_ADD, kind, key, cx);

    job.in = *record;
    MCP_TRY(run(&job, cx));
    *added = job.changes == 1;
    return NULL;
}

static const mcp_error_t *sqlite_get(const mcp_record_t **record,
                                     mcp_store_t *store,
                                     mcp_record_kind_t kind,
                                     const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_GET, kind, key, cx);

    return run_for_one(record, &job, cx);
}

static const mcp_error_t *sqlite_take(const mcp_record_t **record,
                                      mcp_store_t *store,
                                      mcp_record_kind_t kind,
                                      const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_TAKE, kind, key, cx);

    /* reading first: those who guess shall not queue for the write lock */
    MCP_TRY(sqlite_get(record, store, kind, key, cx));
    if (!*record || (*record)->spent)
        return NULL;
    MCP_TRY(run_for_one(record, &job, cx));
    if (*record)
        return NULL;
    MCP_TRY(sqlite_get(record, store, kind, key, cx));
    /* put after we looked: not there when we were asked */
    if (*record && !(*record)->spent)
        *record = NULL;
    return NULL;
}

/* house: six arguments, since a record is named by a kind and a key */
static const mcp_error_t *sqlite_replace(int *done, mcp_store_t *store,
                                         mcp_record_kind_t kind,
                                         const unsigned char *key,
                                         const mcp_record_t *record,
                                         mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_REPLACE_VALUE, kind, key, cx);

    job.in = *record;
    MCP_TRY(run(&job, cx));
    if (!job.changes) {
        job.statement = MCP_SQLITE_REPLACE;
        MCP_TRY(run(&job, cx));
    }
    *done = job.changes == 1;
    return NULL;
}

static const mcp_error_t *sqlite_drop(mcp_store_t *store,
                                      mcp_record_kind_t kind,
                                      const unsigned char *key, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_DROP, kind, key, cx);

    return run(&job, cx);
}

/* One page of rows, then the caller's function for each: it may use the store
 * itself. *id = where the next page begins, or 0. */
static const mcp_error_t *page(apr_int64_t *id, job_t *job,
                               mcp_store_each_fn *fn, void *baton,
                               mcp_ctx_t *cx)
{
    int i;

    job->in.version = *id;
    *id = 0;
    MCP_TRY(run(job, cx));
    for (i = 0; i < job->rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(job->rows, i, row_t);

        MCP_TRY(fn(baton, row->key, &row->record, cx));
        if (i + 1 == MCP_SQLITE_EACH_ROWS)
            *id = row->id;
    }
    return NULL;
}

/* house: six arguments, since a function and its baton count as one */
static const mcp_error_t *sqlite_each(mcp_store_t *store,
                                      mcp_record_kind_t kind,
                                      const char *index, mcp_store_each_fn *fn,
                                      void *baton, mcp_ctx_t *cx)
{
    job_t job = job_of(store,
                       index ? MCP_SQLITE_EACH_INDEXED : MCP_SQLITE_EACH, kind,
                       NULL, cx);
    apr_int64_t id = 0;
    apr_pool_t *pool;

    job.in.index = index;
    apr_pool_create(&pool, cx->pool);
    do {
        apr_pool_clear(pool);
        job.rows = apr_array_make(pool, MCP_SQLITE_EACH_ROWS, sizeof(row_t));
        MCP_TRY(page(&id, &job, fn, baton, cx));
    } while (id);
    apr_pool_destroy(pool);
    return NULL;
}

static const mcp_error_t *sqlite_purge(mcp_store_t *store, mcp_ctx_t *cx)
{
    job_t job = job_of(store, MCP_SQLITE_PURGE, 0, NULL, cx);
    int i;

    job.now -= MCP_STORE_CLOCK_STEP;
    for (i = 0; i < PURGE_ROUNDS; i++) {
        MCP_TRY(run(&job, cx));
        if (job.changes < MCP_SQLITE_PURGE_ROWS)
            return NULL;
    }
    return NULL;
}

static const mcp_store_provider_t provider = {
    "sqlite",     sqlite_put,     sqlite_add,  sqlite_get,
    sqlite_take,  sqlite_replace, sqlite_drop, sqlite_each,
    sqlite_purge, NULL,           NULL,
};

const mcp_error_t *
mcp_store_sqlite_prepare(const mcp_store_sqlite_config_t *config,
                         mcp_ctx_t *cx)
{
    return mcp_store_sqlite_file_prepare(
        apr_pstrcat(cx->pool, config->directory, "/" MCP_SQLITE_FILE_NAME,
                    NULL),
        cx);
}

const mcp_error_t *
mcp_store_sqlite_open(mcp_store_t **out,
                      const mcp_store_sqlite_config_t *config, mcp_ctx_t *cx)
{
    sqlite_store_t *store = apr_pcalloc(cx->pool, sizeof(*store));

    store->store.provider = &provider;
    store->lock = config->lock;
    store->target.path = apr_pstrcat(cx->pool, config->directory,
                                     "/" MCP_SQLITE_FILE_NAME, NULL);
    store->target.sync_full = config->sync_full;
    store->target.wal_pages = &store->wal_pages;
    if (apr_thread_mutex_create(&store->writer, APR_THREAD_MUTEX_DEFAULT,
                                cx->pool) != APR_SUCCESS)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "store: no mutex to be had");
    MCP_TRY(mcp_store_sqlite_pool_make(&store->pool, config->connections,
                                       &store->target, cx));
    if (!config->is_guest)
        MCP_TRY(mcp_store_sqlite_checkpoint_start(&store->store,
                                                  &store->target, cx));
    *out = &store->store;
    return NULL;
}
