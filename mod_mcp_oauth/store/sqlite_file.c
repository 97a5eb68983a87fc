/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "store/sqlite_connection.h"

#define APPLICATION 0x4d43506f /* "MCPo" */
#define FORMAT 1

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* A plain rowid table is smaller than WITHOUT ROWID for values of this size
 * (D6). What is in idx says record.def. */
static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE record (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " key BLOB NOT NULL, value BLOB NOT NULL, idx TEXT,"
    " expires INTEGER NOT NULL, version INTEGER NOT NULL,"
    " spent INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX record_key ON record (kind, key);"
    "CREATE INDEX record_expires ON record (expires);"
    "CREATE INDEX record_idx ON record (kind, idx) WHERE idx IS NOT NULL;"
    "PRAGMA application_id = " TEXT(APPLICATION) ";"
                                                 "PRAGMA user_version = " TEXT(
                                                     FORMAT) ";"
                                                             "COMMIT";

static const mcp_error_t *fault(const char *path, mcp_ctx_t *cx,
                                const char *remedy, const char *what)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx, remedy, "%s: %s", path,
                           what);
}

/* SQLite would cut the mode by the umask only and follow a link. */
static const mcp_error_t *file_make(const char *path, mcp_ctx_t *cx)
{
    struct stat status;
    int descriptor =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (descriptor >= 0) {
        int good = fchmod(descriptor, S_IRUSR | S_IWUSR) == 0;

        close(descriptor);
        if (good)
            return NULL;
    }
    if (errno != EEXIST || lstat(path, &status) != 0)
        return fault(path, cx,
                     "Create the state directory, owned by the user that "
                     "httpd runs as, on a file system that can be written.",
                     strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fault(path, cx, "Move it away.", "it is not a regular file");
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return fault(path, cx,
                     apr_psprintf(cx->pool, "Run: chmod 600 %s", path),
                     "users other than its owner may open it");
    return NULL;
}

/* The integer that a PRAGMA or SELECT gives. */
static const mcp_error_t *number_get(apr_int64_t *number, sqlite3 *db,
                                     const char *sql, const char *path,
                                     mcp_ctx_t *cx)
{
    sqlite3_stmt *statement = NULL;
    const mcp_error_t *e = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else
        e = mcp_store_sqlite_connection_fault(db, path, cx);
    sqlite3_finalize(statement);
    return e;
}

static const mcp_error_t *is_empty(int *empty, sqlite3 *db, const char *path,
                                   mcp_ctx_t *cx)
{
    apr_int64_t application, format, tables;

    MCP_TRY(number_get(&application, db, "PRAGMA application_id", path, cx));
    MCP_TRY(number_get(&format, db, "PRAGMA user_version", path, cx));
    MCP_TRY(number_get(&tables, db, "SELECT count(*) FROM sqlite_schema", path,
                       cx));
    *empty = !application && !format && !tables;
    return NULL;
}

const mcp_error_t *mcp_store_sqlite_file_check(sqlite3 *db, const char *path,
                                               mcp_ctx_t *cx)
{
    apr_int64_t application, format;

    MCP_TRY(number_get(&application, db, "PRAGMA application_id", path, cx));
    MCP_TRY(number_get(&format, db, "PRAGMA user_version", path, cx));
    if (application != APPLICATION)
        return fault(path, cx,
                     "Move it away, or name another state directory.",
                     "it is the database of another program");
    if (format != FORMAT)
        return fault(path, cx, "Install the newer module again.",
                     apr_psprintf(cx->pool,
                                  "it was written by another version of this "
                                  "module, format %" APR_INT64_T_FMT,
                                  format));
    return NULL;
}

static const mcp_error_t *whole_check(sqlite3 *db, const char *path,
                                      mcp_ctx_t *cx)
{
    sqlite3_stmt *statement = NULL;
    const mcp_error_t *e = NULL;
    const char *answer = NULL;

    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        answer = (const char *)sqlite3_column_text(statement, 0);
    if (!answer)
        e = mcp_store_sqlite_connection_fault(db, path, cx);
    else if (strcmp(answer, "ok") != 0)
        e = fault(path, cx,
                  "Restore it from a backup, or move it away: users sign in "
                  "again.",
                  apr_pstrcat(cx->pool, "it is damaged: ", answer, NULL));
    sqlite3_finalize(statement);
    return e;
}

/* Nothing is written before the file is known to be ours or empty. */
static const mcp_error_t *content_prepare(sqlite3 *db, const char *path,
                                          mcp_ctx_t *cx)
{
    int empty;

    MCP_TRY(is_empty(&empty, db, path, cx));
    if (!empty) {
        MCP_TRY(mcp_store_sqlite_file_check(db, path, cx));
        MCP_TRY(whole_check(db, path, cx));
    }
    if (sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) !=
            SQLITE_OK ||
        (empty && sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK))
        return mcp_store_sqlite_connection_fault(db, path, cx);
    return NULL;
}

const mcp_error_t *mcp_store_sqlite_file_prepare(const char *path,
                                                 mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    sqlite3 *db = NULL;

    MCP_TRY(file_make(path, cx));
    if (sqlite3_open_v2(path, &db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                            SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        e = mcp_store_sqlite_connection_fault(db, path, cx);
    }
    else {
        sqlite3_busy_timeout(db, 5000);
        e = content_prepare(db, path, cx);
    }
    sqlite3_close(db);
    return e;
}
