/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_report.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include <apr_strings.h>

#include "base/encode.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_file.h"

#define WHOLE "ok"

/* state.db, open for reading */
typedef struct looking_t {
    const char *path;
    sqlite3 *db;
    sqlite3_stmt *statement;
} looking_t;

static apr_int64_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (apr_int64_t)status.st_size : -1;
}

static const char *log_path(const char *path, apr_pool_t *pool)
{
    return apr_pstrcat(pool, path, "-wal", NULL);
}

static const mcp_error_t *failed(const looking_t *look, mcp_ctx_t *cx)
{
    return mcp_store_sqlite_connection_fault(look->db, look->path, cx);
}

/* Without a log nobody has it open, and SQLite need not make one to read. */
static const mcp_error_t *begin(looking_t *look, const char *directory,
                                mcp_ctx_t *cx)
{
    const char *uri;

    memset(look, 0, sizeof(*look));
    look->path =
        apr_pstrcat(cx->pool, directory, "/" MCP_SQLITE_FILE_NAME, NULL);
    if (size_of(look->path) < 0)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "Start httpd, which makes it; or restore it "
                               "from a backup.",
                               "%s: it is not there", look->path);
    uri = apr_pstrcat(
        cx->pool, "file:", mcp_encode_percent(look->path, cx->pool),
        size_of(log_path(look->path, cx->pool)) < 0 ? "?immutable=1" : "",
        NULL);
    if (sqlite3_open_v2(uri, &look->db,
                        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
                            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK)
        return failed(look, cx);
    sqlite3_busy_timeout(look->db, MCP_SQLITE_BUSY_MILLISECONDS);
    if (sqlite3_exec(look->db,
                     "PRAGMA trusted_schema = OFF;"
                     "PRAGMA cell_size_check = ON",
                     NULL, NULL, NULL) != SQLITE_OK)
        return failed(look, cx);
    return mcp_store_sqlite_file_check(look->db, look->path, cx);
}

static void end(looking_t *look)
{
    sqlite3_finalize(look->statement);
    sqlite3_close(look->db);
}

static const mcp_error_t *prepare(looking_t *look, const char *sql,
                                  mcp_ctx_t *cx)
{
    sqlite3_finalize(look->statement);
    look->statement = NULL;
    if (sqlite3_prepare_v2(look->db, sql, -1, &look->statement, NULL) !=
        SQLITE_OK)
        return failed(look, cx);
    return NULL;
}

/* What the check of SQLite says, but for its "ok". */
static const mcp_error_t *damage_find(const apr_array_header_t **out,
                                      looking_t *look, const char *sql,
                                      mcp_ctx_t *cx)
{
    apr_array_header_t *damage = apr_array_make(cx->pool, 1, sizeof(char *));
    int code;

    MCP_TRY(prepare(look, sql, cx));
    while ((code = sqlite3_step(look->statement)) == SQLITE_ROW) {
        const char *text =
            (const char *)sqlite3_column_text(look->statement, 0);

        if (text && strcmp(text, WHOLE) != 0)
            APR_ARRAY_PUSH(damage, const char *) = apr_pstrdup(cx->pool, text);
    }
    *out = damage;
    return code == SQLITE_DONE ? NULL : failed(look, cx);
}

static const mcp_error_t *count(const apr_array_header_t **out,
                                looking_t *look, mcp_ctx_t *cx)
{
    apr_array_header_t *counts =
        apr_array_make(cx->pool, 12, sizeof(mcp_store_sqlite_count_t));
    int code;

    MCP_TRY(prepare(look,
                    "SELECT kind, sum(expires > ?1), sum(expires <= ?1)"
                    " FROM record GROUP BY kind ORDER BY kind",
                    cx));
    sqlite3_bind_int64(look->statement, 1, mcp_ctx_seconds(cx));
    while ((code = sqlite3_step(look->statement)) == SQLITE_ROW) {
        mcp_store_sqlite_count_t *one = apr_array_push(counts);

        one->kind = sqlite3_column_int(look->statement, 0);
        one->live = sqlite3_column_int64(look->statement, 1);
        one->expired = sqlite3_column_int64(look->statement, 2);
    }
    *out = counts;
    return code == SQLITE_DONE ? NULL : failed(look, cx);
}

/* Where it is damaged there may be nothing to count. */
static const mcp_error_t *look_at_all(mcp_store_sqlite_report_t *report,
                                      looking_t *look, mcp_ctx_t *cx)
{
    apr_int64_t log = size_of(log_path(look->path, cx->pool));

    report->bytes = size_of(look->path);
    report->log_bytes = log > 0 ? log : 0;
    MCP_TRY(
        damage_find(&report->damage, look, "PRAGMA integrity_check(20)", cx));
    return report->damage->nelts ? NULL : count(&report->counts, look, cx);
}

const mcp_error_t *
mcp_store_sqlite_report_make(mcp_store_sqlite_report_t *report,
                             const char *directory, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    looking_t look;

    memset(report, 0, sizeof(*report));
    report->counts =
        apr_array_make(cx->pool, 1, sizeof(mcp_store_sqlite_count_t));
    e = begin(&look, directory, cx);
    if (!e)
        e = look_at_all(report, &look, cx);
    end(&look);
    return e;
}

const mcp_error_t *mcp_store_sqlite_report_check(const char *directory,
                                                 mcp_ctx_t *cx)
{
    const apr_array_header_t *damage;
    const mcp_error_t *e;
    looking_t look;

    e = begin(&look, directory, cx);
    if (!e)
        e = damage_find(&damage, &look, "PRAGMA quick_check(1)", cx);
    end(&look);
    if (e || !damage->nelts)
        return e;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Restore it from a backup, or move it away: users "
                           "sign in again.",
                           "%s: it is damaged: %s", look.path,
                           APR_ARRAY_IDX(damage, 0, const char *));
}
