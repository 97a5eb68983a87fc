/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/sqlite_connection.h"

#include <sqlite3.h>
#include <string.h>

#include <apr_strings.h>

#include "store/sqlite_file.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define COLUMNS "value, idx, expires, version, spent"

/* The first version of a record is random: one that was dropped and put again
 * is not the one that somebody has read before. */
static const char *const statement_texts[MCP_SQLITE_STATEMENTS] = {
    [MCP_SQLITE_PUT] =
        "INSERT INTO record (kind, key, value, idx, expires, version, spent)"
        " VALUES (?1, ?2, ?4, ?5, ?6, random() & 4611686018427387903, 0)"
        " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value,"
        " idx = excluded.idx, expires = excluded.expires,"
        " version = version + 1 WHERE spent = 0",
    [MCP_SQLITE_ADD] =
        "INSERT INTO record (kind, key, value, idx, expires, version, spent)"
        " VALUES (?1, ?2, ?4, ?5, ?6, random() & 4611686018427387903, 0)"
        " ON CONFLICT (kind, key) DO NOTHING",
    [MCP_SQLITE_GET] = "SELECT " COLUMNS " FROM record"
                       " WHERE kind = ?1 AND key = ?2 AND expires > ?3",
    [MCP_SQLITE_TAKE] =
        "UPDATE record SET spent = 1, version = version + 1"
        " WHERE kind = ?1 AND key = ?2 AND expires > ?3 AND spent = 0"
        " RETURNING value, idx, expires, version, 0",
    [MCP_SQLITE_REPLACE] =
        "UPDATE record SET value = ?4, idx = ?5, expires = ?6,"
        " version = version + 1 WHERE kind = ?1 AND key = ?2"
        " AND expires > ?3 AND version = ?7 AND spent = 0",
    /* the same where nothing changes that is indexed: it writes one page
     * instead of five */
    [MCP_SQLITE_REPLACE_VALUE] =
        "UPDATE record SET value = ?4, version = version + 1"
        " WHERE kind = ?1 AND key = ?2 AND expires > ?3 AND version = ?7"
        " AND spent = 0 AND expires = ?6 AND idx IS ?5",
    [MCP_SQLITE_DROP] = "DELETE FROM record WHERE kind = ?1 AND key = ?2",
    /* in pages, so that no connection is held while the caller works */
    [MCP_SQLITE_EACH] = "SELECT " COLUMNS ", id, key FROM record NOT INDEXED"
                        " WHERE id > ?7 AND kind = ?1 AND expires > ?3"
                        " ORDER BY id LIMIT " TEXT(MCP_SQLITE_EACH_ROWS),
    [MCP_SQLITE_EACH_INDEXED] =
        "SELECT " COLUMNS ", id, key FROM record"
        " WHERE kind = ?1 AND idx = ?5 AND id > ?7 AND expires > ?3"
        " ORDER BY id LIMIT " TEXT(MCP_SQLITE_EACH_ROWS),
    [MCP_SQLITE_PURGE] =
        "DELETE FROM record WHERE id IN (SELECT id FROM record"
        " WHERE expires < ?3 ORDER BY expires"
        " LIMIT " TEXT(MCP_SQLITE_PURGE_ROWS) ")",
};

static const char *remedy_for(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "Free space on the file system of the state directory.";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "Check that the state directory and the files in it belong to "
               "the user that httpd runs as, and can be written.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "Stop httpd and restore state.db from a backup, or move it "
               "away: users sign in again.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "End the program that keeps state.db locked: a backup, or the "
               "sqlite3 command.";
    case SQLITE_ERROR:
        return "Move state.db away if it was changed by hand: users sign in "
               "again.";
    default:
        return "Check the disk, its file system (not a network one) and free "
               "memory.";
    }
}

const mcp_error_t *
mcp_store_sqlite_connection_fault(sqlite3 *db, const char *path, mcp_ctx_t *cx)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;

    return mcp_error_fault(
        MCP_E_UNAVAILABLE, cx, remedy_for(code), "%s: %s (SQLite %d)", path,
        db ? sqlite3_errmsg(db) : sqlite3_errstr(code), code);
}

/* Takes the place of SQLite's automatic checkpoints, which would put fsync
 * into whichever request comes along. */
static int committed(void *pages, sqlite3 *db, const char *name, int number)
{
    __atomic_store_n((int *)pages, number, __ATOMIC_RELAXED);
    return SQLITE_OK;
}

static int configure(sqlite3 *db, const mcp_store_sqlite_target_t *target)
{
    sqlite3_busy_timeout(db, MCP_SQLITE_BUSY_MILLISECONDS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_wal_hook(db, committed, target->wal_pages);
    return sqlite3_exec(db,
                        target->sync_full ? "PRAGMA synchronous = FULL"
                                          : "PRAGMA synchronous = NORMAL",
                        NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db,
                        "PRAGMA trusted_schema = OFF;"
                        "PRAGMA cell_size_check = ON",
                        NULL, NULL, NULL) == SQLITE_OK;
}

static int prepare(mcp_store_sqlite_connection_t *connection)
{
    int i;

    for (i = 0; i < MCP_SQLITE_STATEMENTS; i++)
        if (sqlite3_prepare_v3(connection->db, statement_texts[i], -1,
                               SQLITE_PREPARE_PERSISTENT,
                               &connection->statements[i], NULL) != SQLITE_OK)
            return 0;
    return 1;
}

static const mcp_error_t *connect_to(mcp_store_sqlite_connection_t *connection,
                                     const mcp_store_sqlite_target_t *target,
                                     mcp_ctx_t *cx)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(target->path, &connection->db, flags, NULL) !=
            SQLITE_OK ||
        !configure(connection->db, target))
        return mcp_store_sqlite_connection_fault(connection->db, target->path,
                                                 cx);
    MCP_TRY(mcp_store_sqlite_file_check(connection->db, target->path, cx));
    if (!prepare(connection))
        return mcp_store_sqlite_connection_fault(connection->db, target->path,
                                                 cx);
    return NULL;
}

const mcp_error_t *
mcp_store_sqlite_connection_open(mcp_store_sqlite_connection_t *connection,
                                 const mcp_store_sqlite_target_t *target,
                                 mcp_ctx_t *cx)
{
    const mcp_error_t *e = connect_to(connection, target, cx);

    if (e)
        mcp_store_sqlite_connection_close(connection);
    return e;
}

void mcp_store_sqlite_connection_close(
    mcp_store_sqlite_connection_t *connection)
{
    int i;

    for (i = 0; i < MCP_SQLITE_STATEMENTS; i++) {
        sqlite3_finalize(connection->statements[i]);
        connection->statements[i] = NULL;
    }
    sqlite3_close(connection->db);
    connection->db = NULL;
}
