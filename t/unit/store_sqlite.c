/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store_cases.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "store/sqlite.h"

static const char *directory;

static mcp_store_sqlite_config_t config_of(int connections)
{
    mcp_store_sqlite_config_t config;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = connections;
    return config;
}

static const char *path_of(mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, directory, "/state.db", NULL);
}

static void test_purge(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("old", now + 10);
    mcp_record_t lasting = record_of("lasting", now + 30 * DAY);
    int i, left = 0;

    for (i = 0; i < 1200; i++)
        put(store, MCP_RECORD_FLOW, 1000 + i, &record, cx);
    put(store, MCP_RECORD_FLOW, 999, &lasting, cx);
    set_now(now + 10 + MCP_STORE_CLOCK_STEP);
    fine(mcp_store_purge(store, cx), "a purge one clock step later");
    set_now(now);
    for (i = 0; i < 1200; i++)
        left += get(store, MCP_RECORD_FLOW, 1000 + i, cx) != NULL;
    ok(left == 1200, "removes nothing");
    set_now(now + 11 + MCP_STORE_CLOCK_STEP);
    fine(mcp_store_purge(store, cx), "and a second after that");
    set_now(now);
    for (left = 0, i = 0; i < 1200; i++)
        left += get(store, MCP_RECORD_FLOW, 1000 + i, cx) != NULL;
    ok(left == 0, "all that expired");
    is(get(store, MCP_RECORD_FLOW, 999, cx), "lasting", "and nothing else");
}

static int locked, most_locked, locks;

static void lock_acquire(void *baton)
{
    locks++;
    if (++locked > most_locked)
        most_locked = locked;
}

static void lock_release(void *baton)
{
    locked--;
}

static void test_lock(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(2);
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;

    apr_pool_create(&own.pool, cx->pool);
    config.lock.acquire = lock_acquire;
    config.lock.release = lock_release;
    mcp_store_sqlite_open(&store, &config, &own);
    put(store, MCP_RECORD_CODE, 40, &record, &own);
    ok(locks == 1, "a write is made under the lock");
    get(store, MCP_RECORD_CODE, 40, &own);
    ok(locks == 1, "a read is not");
    take(store, 41, &own);
    ok(locks == 1, "nor taking what is not there");
    take(store, 40, &own);
    ok(locks == 2 && locked == 0 && most_locked == 1, "taking is");
    apr_pool_destroy(own.pool);
}

static void test_lifetime(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(1);
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    const char *wal = apr_pstrcat(cx->pool, path_of(cx), "-wal", NULL);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    int status;

    apr_pool_create(&own.pool, cx->pool);
    fine(mcp_store_sqlite_open(&store, &config, &own), "opens");
    put(store, MCP_RECORD_CODE, 50, &record, &own);
    ok(mode_of(path_of(cx)) == 0600, "state.db is 0600");
    ok(mode_of(wal) == 0600, "and so is its log");
    fflush(stdout);
    if (fork() == 0) {
        const mcp_record_t *found;
        const mcp_error_t *e =
            mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(50), &own);

        apr_pool_destroy(own.pool);
        _exit(!(e && e->code == MCP_E_UNAVAILABLE));
    }
    wait(&status);
    ok(status == 0, "a connection is not used across a fork");
    is(get(store, MCP_RECORD_CODE, 50, &own), "x",
       "and the parent's still works");
    apr_pool_destroy(own.pool);
    ok(mode_of(wal) == -1, "when it closes, all is in state.db");
}

/* A reader that keeps the log from being begun anew. */
static sqlite3 *reader_open(const char *path)
{
    sqlite3 *db;

    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    sqlite3_exec(db, "BEGIN; SELECT count(*) FROM record", NULL, NULL, NULL);
    return db;
}

static long size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (long)status.st_size : -1;
}

/* The checkpoint thread: seen from outside, by the log's length. */
static void test_checkpoint(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(2);
    const char *wal = apr_pstrcat(cx->pool, path_of(cx), "-wal", NULL);
    apr_int64_t now = mcp_ctx_seconds(cx);
    char *value = apr_palloc(cx->pool, 100001);
    mcp_record_t record;
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    sqlite3 *reader;
    int i;

    memset(value, 'x', 100000);
    value[100000] = '\0';
    record = record_of(value, now + 60);
    apr_pool_create(&own.pool, cx->pool);
    mcp_store_sqlite_open(&store, &config, &own);
    reader = reader_open(path_of(cx));
    for (i = 0; i < 250; i++)
        put(store, MCP_RECORD_CODE, 3000 + i, &record, &own);
    ok(size_of(wal) > 16 * 1024 * 1024, "the log has grown to %ld",
       size_of(wal));
    sqlite3_close(reader);
    for (i = 0; i < 300 && size_of(wal) > 1024 * 1024; i++)
        apr_sleep(100000);
    ok(size_of(wal) < 1024 * 1024, "when its reader goes, the thread cuts it");
    is(get(store, MCP_RECORD_CODE, 3249, &own), value, "nothing is lost");
    apr_pool_destroy(own.pool);
    is(tap_log, "", "and the thread had nothing to say");
}

/* How many large records there are, expired or not. */
static int large_count(const char *path)
{
    sqlite3_stmt *statement;
    sqlite3 *db = reader_open(path);
    int count = -1;

    sqlite3_prepare_v2(
        db, "SELECT count(*) FROM record WHERE length(value) = 100000", -1,
        &statement, NULL);
    if (sqlite3_step(statement) == SQLITE_ROW)
        count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return count;
}

/* It purges when it starts, too: what expired while the server was down. */
static void test_thread_purges(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(2);
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    int i;

    ok(large_count(path_of(cx)) == 250, "records that will expire");
    set_now(now + 30 * DAY);
    apr_pool_create(&own.pool, cx->pool);
    mcp_store_sqlite_open(&store, &config, &own);
    for (i = 0; i < 300 && large_count(path_of(cx)); i++)
        apr_sleep(100000);
    ok(large_count(path_of(cx)) == 0, "the thread purges, too");
    apr_pool_destroy(own.pool);
    set_now(now);
}

static void test_persistence(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(2);
    mcp_record_t record = record_of("x", mcp_ctx_seconds(cx) + 60);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    int i;

    for (i = 0; i < 2; i++) {
        config.sync_full = i;
        apr_pool_create(&own.pool, cx->pool);
        mcp_store_sqlite_open(&store, &config, &own);
        if (i == 0) {
            put(store, MCP_RECORD_CODE, 60, &record, &own);
            ok(take(store, 60, &own) == 1, "taken");
        }
        else {
            ok(take(store, 60, &own) == 2, "spent after a restart");
        }
        apr_pool_destroy(own.pool);
        fine(mcp_store_sqlite_prepare(&config, cx), "prepare finds it good");
    }
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;

    sqlite3_open(path, &db);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        printf("# %s: %s\n", text, sqlite3_errmsg(db));
    sqlite3_close(db);
    chmod(path, 0600);
}

static void remove_files(mcp_ctx_t *cx)
{
    unlink(path_of(cx));
    unlink(apr_pstrcat(cx->pool, path_of(cx), "-wal", NULL));
    unlink(apr_pstrcat(cx->pool, path_of(cx), "-shm", NULL));
}

/* Both what prepare says, and what a child says when the file was changed
 * behind its back. */
static void refused(const char *remedy, const char *name, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(1);
    const mcp_record_t *found;
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    const mcp_error_t *e;

    e = mcp_store_sqlite_prepare(&config, cx);
    fails(e, MCP_E_UNAVAILABLE, name);
    faults(e, remedy, "with the remedy");
    apr_pool_create(&own.pool, cx->pool);
    mcp_store_sqlite_open(&store, &config, &own);
    e = mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(1), &own);
    fails(e, MCP_E_UNAVAILABLE, "a child says no, too");
    apr_pool_destroy(own.pool);
}

static void test_foreign(mcp_ctx_t *cx)
{
    static const char text[] = "This is not a database, it is a text that is "
                               "long enough to be looked at as one. 1234567";
    mcp_store_sqlite_config_t config = config_of(1);
    const char *path = path_of(cx);

    remove_files(cx);
    file_put(path, text, sizeof(text) - 1);
    refused("move it", "a file that is no database", cx);
    is(file_get(path, cx->pool), text, "it is not overwritten");
    remove_files(cx);
    sql(path, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
    refused("Move it away", "the database of another program", cx);
    remove_files(cx);
    sql(path, "CREATE TABLE theirs (a); PRAGMA application_id = 77");
    refused("Move it away", "the database of another application", cx);
    remove_files(cx);
    mcp_store_sqlite_prepare(&config, cx);
    sql(path, "PRAGMA user_version = 2");
    refused("newer", "a file of a later version", cx);
    sql(path, "PRAGMA user_version = 1");
    fine(mcp_store_sqlite_prepare(&config, cx), "and of this one again");
    remove_files(cx);
    file_put(path, "", 0);
    fine(mcp_store_sqlite_prepare(&config, cx),
         "an empty file, as a crash may leave it, becomes ours");
}

static void test_damaged(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(1);
    mcp_record_t record;
    const char *path = path_of(cx);
    char *value = apr_palloc(cx->pool, 4001);
    mcp_store_t *store;
    mcp_ctx_t own = *cx;
    FILE *file;
    int i;

    memset(value, 'x', 4000);
    value[4000] = '\0';
    record = record_of(value, mcp_ctx_seconds(cx) + 60);
    apr_pool_create(&own.pool, cx->pool);
    mcp_store_sqlite_open(&store, &config, &own);
    for (i = 0; i < 100; i++)
        put(store, MCP_RECORD_CODE, i, &record, &own);
    apr_pool_destroy(own.pool);
    file = fopen(path, "r+b");
    fseek(file, 4096 + 100, SEEK_SET);
    for (i = 0; i < 4 * 4096; i++)
        fputc(0x5a, file);
    fclose(file);
    faults(mcp_store_sqlite_prepare(&config, cx), "move it",
           "a file with damaged pages");
    if (truncate(path, 8 * 4096) == 0)
        refused("move it", "a truncated file", cx);
    remove_files(cx);
    fine(mcp_store_sqlite_prepare(&config, cx), "moved away: a new one");
    chmod(path, 0644);
    faults(mcp_store_sqlite_prepare(&config, cx), "chmod 600",
           "a file that others may read");
    chmod(path, 0600);
    config.directory = "/nonexistent";
    faults(mcp_store_sqlite_prepare(&config, cx), "Create",
           "a directory that is not there");
}

/* As nobody in root's directory: root itself is never refused. */
static void test_read_only(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(1);
    const mcp_record_t *found;
    mcp_store_t *store;
    int status;

    mcp_store_sqlite_prepare(&config, cx);
    chmod(path_of(cx), 0644);
    chmod(directory, 0755);
    if (geteuid() != 0)
        chmod(directory, 0555);
    fflush(stdout);
    if (fork() == 0) {
        mcp_ctx_t own = *cx;
        const mcp_error_t *e;

        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        apr_pool_create(&own.pool, cx->pool);
        mcp_store_sqlite_open(&store, &config, &own);
        e = mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(1), &own);
        _exit(!(e && e->code == MCP_E_UNAVAILABLE && e->remedy &&
                strstr(e->remedy, "belong to")));
    }
    wait(&status);
    ok(status == 0, "a directory that cannot be written is a fault");
    chmod(path_of(cx), 0600);
    chmod(directory, 0700);
}

static void test_umask(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config = config_of(1);
    mode_t mask = umask(0);

    remove_files(cx);
    fine(mcp_store_sqlite_prepare(&config, cx), "made with umask 0");
    umask(0777);
    ok(mode_of(path_of(cx)) == 0600, "it is 0600");
    remove_files(cx);
    fine(mcp_store_sqlite_prepare(&config, cx), "made with umask 0777");
    umask(mask);
    ok(mode_of(path_of(cx)) == 0600, "it is 0600, too");
}

static void body(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;
    mcp_store_t *store;
    mcp_ctx_t own = *cx;

    directory = tempdir(cx->pool);
    config = config_of(1);
    fine(mcp_store_sqlite_prepare(&config, cx), "prepares a new file");
    apr_pool_create(&own.pool, cx->pool);
    fine(mcp_store_sqlite_open(&store, &config, &own), "opens it");
    store_cases(store, &own);
    test_purge(store, &own);
    apr_pool_destroy(own.pool);
    test_lock(cx);
    test_lifetime(cx);
    test_checkpoint(cx);
    test_thread_purges(cx);
    test_persistence(cx);
    test_foreign(cx);
    test_damaged(cx);
    test_read_only(cx);
    test_umask(cx);
    tempdir_end(directory);
}

TAP_MAIN(body)
