/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store_racing.h"

#include <sqlite3.h>

#include "store/sqlite.h"

static const char *directory;

static const mcp_error_t *store_open(mcp_store_t **store, mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    config.connections = 3; /* fewer than threads: some wait */
    return mcp_store_sqlite_open(store, &config, cx);
}

static int integrity_is_ok(mcp_ctx_t *cx)
{
    const char *path = apr_pstrcat(cx->pool, directory, "/state.db", NULL);
    sqlite3_stmt *statement;
    sqlite3 *db;
    int good;

    sqlite3_open(path, &db);
    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL);
    good = sqlite3_step(statement) == SQLITE_ROW &&
           strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return good;
}

/* One that goes on while the writer dies. It opens after the fork: SQLite does
 * not bear being forked. */
static void survive(pid_t writer, int round, int *served, mcp_ctx_t *cx)
{
    mcp_record_t record = {"after", 5, NULL, 0, 0, 0};
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    int status;

    apr_pool_create(&own.pool, cx->pool);
    record.expires = mcp_ctx_seconds(cx) + 60;
    if (store_open(&store, &own))
        return;
    *served += !mcp_store_put(store, MCP_RECORD_GRANT, key_of(round, key),
                              &record, &own);
    apr_sleep(30000 + round * 7000);
    kill(writer, SIGKILL);
    waitpid(writer, &status, 0);
    *served += WIFSIGNALED(status) &&
               !mcp_store_put(store, MCP_RECORD_GRANT, key_of(round, key),
                              &record, &own);
    *served += lost(store, &own) == 0;
    apr_pool_destroy(own.pool);
}

static void test_kill(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;
    int round, served = 0, whole = 0;

    memset(&config, 0, sizeof(config));
    config.directory = directory;
    for (round = 0; round < 10; round++) {
        pid_t writer;

        fflush(stdout);
        writer = fork();
        if (writer == 0)
            put_for_ever(cx);
        survive(writer, round, &served, cx);
        whole += integrity_is_ok(cx) && !mcp_store_sqlite_prepare(&config, cx);
    }
    ok(served == 30,
       "10 writers were killed while they wrote: none of %d answered writes "
       "was lost, the survivor went on at once",
       board->acknowledged);
    ok(whole == 10, "the file is whole and opens at the next start");
}

static void body(mcp_ctx_t *cx)
{
    mcp_store_sqlite_config_t config;

    race_begin();
    directory = tempdir(cx->pool);
    memset(&config, 0, sizeof(config));
    config.directory = directory;
    fine(mcp_store_sqlite_prepare(&config, cx), "prepared");
    race(cx);
    test_kill(cx);
    tempdir_end(directory);
}

TAP_MAIN(body)
