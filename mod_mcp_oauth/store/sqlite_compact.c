/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_compact.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include <apr_strings.h>

#include "store/sqlite_connection.h"
#include "store/sqlite_file.h"

/* a server writes all the time, but never for long */
#define PATIENCE_MILLISECONDS 20000

static apr_int64_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (apr_int64_t)status.st_size : 0;
}

static apr_int64_t size_of_all(const char *path, apr_pool_t *pool)
{
    return size_of(path) + size_of(apr_pstrcat(pool, path, "-wal", NULL));
}

/* In transactions of some rows, between which the server can write. */
static int purge(apr_int64_t *purged,
                 mcp_store_sqlite_connection_t *connection, apr_int64_t now)
{
    sqlite3_stmt *statement = connection->statements[MCP_SQLITE_PURGE];
    int changes = MCP_SQLITE_PURGE_ROWS;

    sqlite3_bind_int64(statement, MCP_SQLITE_NOW, now - MCP_STORE_CLOCK_STEP);
    while (changes == MCP_SQLITE_PURGE_ROWS) {
        if (sqlite3_step(statement) != SQLITE_DONE)
            return 0;
        changes = sqlite3_changes(connection->db);
        *purged += changes;
        sqlite3_reset(statement);
    }
    return 1;
}

/* Who reads an old state keeps the log: that is no failure. */
static int log_cut(int *is_kept, sqlite3 *db)
{
    int pages = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                         &pages, &moved);

    *is_kept = (code & 0xff) == SQLITE_BUSY;
    return code == SQLITE_OK || *is_kept;
}

const mcp_error_t *
mcp_store_sqlite_compact(mcp_store_sqlite_compact_t *compact,
                         const char *directory, mcp_ctx_t *cx)
{
    mcp_store_sqlite_connection_t connection;
    mcp_store_sqlite_target_t target;
    const mcp_error_t *e = NULL;
    int wal_pages = 0;

    memset(compact, 0, sizeof(*compact));
    memset(&connection, 0, sizeof(connection));
    target.path =
        apr_pstrcat(cx->pool, directory, "/" MCP_SQLITE_FILE_NAME, NULL);
    target.sync_full = 1;
    target.wal_pages = &wal_pages;
    compact->before = size_of_all(target.path, cx->pool);
    MCP_TRY(mcp_store_sqlite_connection_open(&connection, &target, cx));
    sqlite3_busy_timeout(connection.db, PATIENCE_MILLISECONDS);
    if (!purge(&compact->purged, &connection, mcp_ctx_seconds(cx)) ||
        sqlite3_exec(connection.db, "VACUUM", NULL, NULL, NULL) != SQLITE_OK ||
        !log_cut(&compact->is_log_kept, connection.db))
        e = mcp_store_sqlite_connection_fault(connection.db, target.path, cx);
    mcp_store_sqlite_connection_close(&connection);
    compact->after = size_of_all(target.path, cx->pool);
    return e;
}
