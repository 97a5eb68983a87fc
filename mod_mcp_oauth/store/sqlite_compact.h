/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_COMPACT_H
#define MCP_STORE_SQLITE_COMPACT_H

#include "store/sqlite.h"

typedef struct mcp_store_sqlite_compact_t {
    apr_int64_t before; /* bytes of state.db and its write-ahead log */
    apr_int64_t after;
    apr_int64_t purged; /* records */
    int is_log_kept;    /* others have it open and are reading */
} mcp_store_sqlite_compact_t;

/* Removes what may be purged and writes state.db anew without the room that is
 * free in it. Beside a running server too, whose writers wait meanwhile;
 * UNAVAILABLE while one of them goes on for too long. Needs as much space
 * again as the file has. */
const mcp_error_t *
mcp_store_sqlite_compact(mcp_store_sqlite_compact_t *compact,
                         const char *directory, mcp_ctx_t *cx);

#endif
