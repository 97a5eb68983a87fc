/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tempdir.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "store/sqlite.h"

#define DAY (24 * 3600)

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

static void set_now(apr_int64_t seconds)
{
    tap_now = apr_time_from_sec(seconds);
}

static const unsigned char *key_of(int number)
{
    static unsigned char key[MCP_DIGEST_SIZE];

    mcp_digest_sha256(key, &number, sizeof(number));
    return key;
}

static mcp_record_t record_of(const char *value, apr_int64_t expires)
{
    mcp_record_t record = {value, strlen(value), NULL, expires, 0, 0};

    return record;
}

static const char *value_of(const mcp_record_t *record, mcp_ctx_t *cx)
{
    return record ? apr_pstrmemdup(cx->pool, record->value, record->len)
                  : NULL;
}

static const char *get(mcp_store_t *store, mcp_record_kind_t kind, int number,
                       mcp_ctx_t *cx)
{
    const mcp_record_t *record;
    const mcp_error_t *e =
        mcp_store_get(&record, store, kind, key_of(number), cx);

    return e ? "error" : value_of(record, cx);
}

static const mcp_error_t *put(mcp_store_t *store, mcp_record_kind_t kind,
                              int number, const mcp_record_t *record,
                              mcp_ctx_t *cx)
{
    return mcp_store_put(store, kind, key_of(number), record, cx);
}

static void test_basics(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("one", now + 60);
    const mcp_record_t *found;
    char *large = apr_palloc(cx->pool, 300000);

    is(get(store, MCP_RECORD_GRANT, 1, cx), NULL, "absence means no");
    fine(put(store, MCP_RECORD_GRANT, 1, &record, cx), "put");
    is(get(store, MCP_RECORD_GRANT, 1, cx), "one", "get");
    is(get(store, MCP_RECORD_REVOCATION, 1, cx), NULL,
       "another kind is another record");
    is(get(store, MCP_RECORD_GRANT, 2, cx), NULL, "another key, too");
    record = record_of("two", now + 60);
    record.index = "user a";
    fine(put(store, MCP_RECORD_GRANT, 1, &record, cx), "put again");
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(1), cx);
    is(value_of(found, cx), "two", "replaces the value");
    is(found->index, "user a", "and the index");
    ok(found->expires == now + 60 && !found->spent, "expiry as given");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(1), cx), "drop");
    is(get(store, MCP_RECORD_GRANT, 1, cx), NULL, "it is gone");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(1), cx),
         "dropping nothing is no failure");
    record = record_of("", now + 60);
    put(store, MCP_RECORD_GRANT, 3, &record, cx);
    is(get(store, MCP_RECORD_GRANT, 3, cx), "", "an empty value");
    memset(large, 0, 300000);
    record.value = large;
    record.len = 200000;
    fine(put(store, MCP_RECORD_GRANT, 3, &record, cx), "a value with NULs");
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(3), cx);
    ok(found && found->len == 200000, "comes back whole");
    record.len = 300000;
    fails(put(store, MCP_RECORD_GRANT, 3, &record, cx), MCP_E_INVALID_REQUEST,
          "a value beyond the ceiling");
    fails(put(store, 99, 3, &record, cx), MCP_E_SERVER_ERROR,
          "a kind that is not in record.def");
}

static void test_expiry(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("x", now + 60);
    const mcp_record_t *found;
    int done;

    put(store, MCP_RECORD_CODE, 10, &record, cx);
    put(store, MCP_RECORD_GRANT, 10, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(10), cx);
    record.version = found->version;
    set_now(now + 59);
    is(get(store, MCP_RECORD_CODE, 10, cx), "x", "a second before it expires");
    set_now(now + 60);
    is(get(store, MCP_RECORD_CODE, 10, cx), NULL, "when it expires");
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(10), cx),
         "taking what expired");
    ok(!found, "gives nothing");
    fine(mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(10), &record,
                           cx),
         "replacing what expired");
    ok(!done, "does nothing");
    set_now(now);
}

static int take(mcp_store_t *store, int number, mcp_ctx_t *cx)
{
    const mcp_record_t *found;

    if (mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(number), cx))
        return -1;
    return !found ? 0 : found->spent ? 2 : 1;
}

static void test_take(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("code", now + 60);
    const mcp_record_t *found;
    int done;

    ok(take(store, 20, cx) == 0, "nothing to take");
    record.index = "grant";
    put(store, MCP_RECORD_CODE, 20, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(20), cx);
    record.version = found->version;
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(20), cx),
         "take");
    ok(found && !found->spent, "RFC 6749 4.1.2: the first gets it");
    is(value_of(found, cx), "code", "its value");
    is(found->index, "grant", "and index");
    fine(mcp_store_take(&found, store, MCP_RECORD_CODE, key_of(20), cx),
         "take again");
    ok(found && found->spent, "RFC 6749 4.1.2: the second learns it is spent");
    is(value_of(found, cx), "code", "and what it was");
    mcp_store_get(&found, store, MCP_RECORD_CODE, key_of(20), cx);
    ok(found && found->spent, "get says so, too");
    fails(put(store, MCP_RECORD_CODE, 20, &record, cx), MCP_E_INVALID_REQUEST,
          "what is spent stays spent");
    fine(mcp_store_replace(&done, store, MCP_RECORD_CODE, key_of(20), &record,
                           cx),
         "replace of what is spent");
    ok(!done, "does nothing");
    record.version = found->version;
    mcp_store_replace(&done, store, MCP_RECORD_CODE, key_of(20), &record, cx);
    ok(!done && take(store, 20, cx) == 2, "with its version neither");
    put(store, MCP_RECORD_GRANT, 20, &record, cx);
    fails(mcp_store_take(&found, store, MCP_RECORD_GRANT, key_of(20), cx),
          MCP_E_SERVER_ERROR, "a kind that is used many times is not taken");
}

/* D14: a clock step of a day either way, and back, with purges between. */
static void test_clock_steps(mcp_store_t *store, mcp_ctx_t *cx)
{
    static const int steps[][3] = {
        {DAY, 0, 0},    {-DAY, 0, 0},      {DAY, -DAY, 0},
        {-DAY, DAY, 0}, {2 * DAY, 0, -60}, {0, DAY, DAY - 1},
    };
    apr_int64_t now = mcp_ctx_seconds(cx);
    apr_size_t i, j;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int number = 100 + (int)i, twice = 0;
        mcp_record_t record = record_of("code", now + 60);

        set_now(now);
        put(store, MCP_RECORD_CODE, number, &record, cx);
        ok(take(store, number, cx) == 1, "taken, then the clock steps");
        for (j = 0; j < 3; j++) {
            set_now(now + steps[i][j]);
            mcp_store_purge(store, cx);
            twice |= take(store, number, cx) == 1;
        }
        ok(!twice, "by %d, %d and %d seconds: not taken twice", steps[i][0],
           steps[i][1], steps[i][2]);
    }
    set_now(now);
}

/* An unspent code that the clock skipped is still good for one use only. */
static void test_clock_unspent(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("code", now + 60);

    put(store, MCP_RECORD_CODE, 120, &record, cx);
    set_now(now + DAY);
    mcp_store_purge(store, cx);
    ok(take(store, 120, cx) == 0, "expired while the clock was ahead");
    set_now(now);
    ok(take(store, 120, cx) == 1 && take(store, 120, cx) == 2,
       "when it is set back: taken once");
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

static void test_replace(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t record = record_of("a", now + 60), stale;
    const mcp_record_t *found;
    int done;

    fine(mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &record,
                           cx),
         "replacing nothing");
    ok(!done, "does nothing");
    put(store, MCP_RECORD_GRANT, 30, &record, cx);
    mcp_store_get(&found, store, MCP_RECORD_GRANT, key_of(30), cx);
    stale = record_of("stale", now + 60);
    record = record_of("b", now + 90);
    record.version = stale.version = found->version;
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &record, cx);
    ok(done, "the first with the version replaces");
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &stale, cx);
    ok(!done, "the second does not");
    is(get(store, MCP_RECORD_GRANT, 30, cx), "b", "the first stays");
    mcp_store_drop(store, MCP_RECORD_GRANT, key_of(30), cx);
    put(store, MCP_RECORD_GRANT, 30, &record, cx);
    mcp_store_replace(&done, store, MCP_RECORD_GRANT, key_of(30), &stale, cx);
    ok(!done, "nor after it was dropped and put again");
}

typedef struct count_t {
    mcp_store_t *store;
    int count;
    int last;
    int stop; /* after so many */
} count_t;

static const mcp_error_t *count_one(void *baton, const unsigned char *key,
                                    const mcp_record_t *record, mcp_ctx_t *cx)
{
    count_t *count = baton;

    count->last = atoi(value_of(record, cx));
    count->count++;
    if (count->count == count->stop)
        return mcp_error_make(MCP_E_ACCESS_DENIED, cx, "enough");
    /* the store may be used meanwhile */
    return mcp_store_drop(count->store, MCP_RECORD_REVOCATION, key, cx);
}

static void test_add(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_record_t one = record_of("one", now + 10), two = record_of("two", 1);
    int added = -1;

    two.expires = now + 100;
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &one, cx),
         "a record is added");
    ok(added == 1, "where there is none");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "and added again");
    ok(added == 0, "where there is one");
    is(get(store, MCP_RECORD_USED, 70, cx), "one", "which stays");
    fine(mcp_store_add(&added, store, MCP_RECORD_GRANT, key_of(70), &two, cx),
         "another kind");
    ok(added == 1, "is another record");
    set_now(now + 11);
    is(get(store, MCP_RECORD_USED, 70, cx), NULL, "one that expired is gone");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "added after that");
    ok(added == 0, "there was one nevertheless");
    set_now(now);
    is(get(store, MCP_RECORD_USED, 70, cx), "one",
       "a clock that goes back finds it");
    fine(mcp_store_drop(store, MCP_RECORD_USED, key_of(70), cx), "dropped");
    fine(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(70), &two, cx),
         "it can be added");
    ok(added == 1, "anew");
    one.value = NULL;
    fails(mcp_store_add(&added, store, MCP_RECORD_USED, key_of(71), &one, cx),
          MCP_E_SERVER_ERROR, "a length without a value is a defect");
    ok(added == 0, "and nothing is added");
    fine(mcp_store_drop(store, MCP_RECORD_GRANT, key_of(70), cx), "tidied up");
}

static void test_each(mcp_store_t *store, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    count_t count = {store, 0, 0, 0};
    mcp_record_t record;
    int i;

    for (i = 0; i < 350; i++) {
        record = record_of(apr_psprintf(cx->pool, "%d", i), now + 60);
        record.index = i % 7 ? i % 2 ? "odd" : "even" : NULL;
        put(store, MCP_RECORD_REVOCATION, 2000 + i, &record, cx);
    }
    count.stop = 3;
    fails(mcp_store_each(store, MCP_RECORD_REVOCATION, "odd", count_one,
                         &count, cx),
          MCP_E_ACCESS_DENIED, "each ends with the caller's error");
    count.count = count.stop = 0;
    fine(mcp_store_each(store, MCP_RECORD_REVOCATION, "odd", count_one, &count,
                        cx),
         "each of an index");
    /* 150 odd ones, two dropped before */
    ok(count.count == 148, "gives each of it once: %d", count.count);
    count.count = 0;
    mcp_store_each(store, MCP_RECORD_REVOCATION, "od", count_one, &count, cx);
    ok(count.count == 0, "and none of another");
    fine(mcp_store_each(store, MCP_RECORD_REVOCATION, NULL, count_one, &count,
                        cx),
         "each of a kind");
    ok(count.count == 200, "gives all that are left: %d", count.count);
    count.count = 0;
    mcp_store_each(store, MCP_RECORD_REVOCATION, NULL, count_one, &count, cx);
    ok(count.count == 0, "and none when all are gone");
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
    test_basics(store, &own);
    test_expiry(store, &own);
    test_take(store, &own);
    test_clock_steps(store, &own);
    test_clock_unspent(store, &own);
    test_purge(store, &own);
    test_replace(store, &own);
    test_add(store, &own);
    test_each(store, &own);
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
