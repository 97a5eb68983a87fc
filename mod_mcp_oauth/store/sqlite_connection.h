/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_CONNECTION_H
#define MCP_STORE_SQLITE_CONNECTION_H

#include "store/sqlite.h"

/* One connection to state.db with its statements prepared; used by one thread
 * at a time, in the process that opened it. */

typedef enum {
    MCP_SQLITE_PUT,
    MCP_SQLITE_ADD,
    MCP_SQLITE_GET,
    MCP_SQLITE_TAKE,
    MCP_SQLITE_REPLACE,
    MCP_SQLITE_REPLACE_VALUE,
    MCP_SQLITE_DROP,
    MCP_SQLITE_EACH,
    MCP_SQLITE_EACH_INDEXED,
    MCP_SQLITE_PURGE,
    MCP_SQLITE_STATEMENTS
} mcp_store_sqlite_statement_t;

/* Parameters and result columns have the same numbers in all statements. */
enum {
    MCP_SQLITE_KIND = 1,
    MCP_SQLITE_KEY,
    MCP_SQLITE_NOW,
    MCP_SQLITE_VALUE,
    MCP_SQLITE_INDEX,
    MCP_SQLITE_EXPIRES,
    MCP_SQLITE_VERSION /* MCP_SQLITE_EACH...: the id behind which to go on */
};
enum {
    MCP_SQLITE_OUT_VALUE,
    MCP_SQLITE_OUT_INDEX,
    MCP_SQLITE_OUT_EXPIRES,
    MCP_SQLITE_OUT_VERSION,
    MCP_SQLITE_OUT_SPENT,
    MCP_SQLITE_OUT_ID, /* MCP_SQLITE_EACH... only */
    MCP_SQLITE_OUT_KEY
};

#define MCP_SQLITE_EACH_ROWS 100
#define MCP_SQLITE_PURGE_ROWS 500
#define MCP_SQLITE_BUSY_MILLISECONDS 5000

struct sqlite3;
struct sqlite3_stmt;

typedef struct mcp_store_sqlite_connection_t mcp_store_sqlite_connection_t;
struct mcp_store_sqlite_connection_t {
    struct sqlite3 *db; /* NULL = closed */
    struct sqlite3_stmt *statements[MCP_SQLITE_STATEMENTS];
    mcp_store_sqlite_connection_t *next; /* the pool's */
};

typedef struct mcp_store_sqlite_target_t {
    const char *path;
    int sync_full;
    int *wal_pages; /* atomic: set by every commit to the length of the WAL */
} mcp_store_sqlite_target_t;

/* Opens a file that mcp_store_sqlite_prepare made. */
const mcp_error_t *
mcp_store_sqlite_connection_open(mcp_store_sqlite_connection_t *connection,
                                 const mcp_store_sqlite_target_t *target,
                                 mcp_ctx_t *cx);
void mcp_store_sqlite_connection_close(
    mcp_store_sqlite_connection_t *connection);

/* The last failure of db as UNAVAILABLE, with the remedy. */
const mcp_error_t *mcp_store_sqlite_connection_fault(struct sqlite3 *db,
                                                     const char *path,
                                                     mcp_ctx_t *cx);

#endif
