/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_FILE_H
#define MCP_STORE_SQLITE_FILE_H

#include "store/sqlite.h"

/* state.db as a file: whose it is, and what is in it. */

#define MCP_SQLITE_FILE_NAME "state.db"

struct sqlite3;

/* Makes it (0600), or checks that what is there is whole and ours. */
const mcp_error_t *mcp_store_sqlite_file_prepare(const char *path,
                                                 mcp_ctx_t *cx);
/* Whether db is a file of ours, of this version. */
const mcp_error_t *mcp_store_sqlite_file_check(struct sqlite3 *db,
                                               const char *path,
                                               mcp_ctx_t *cx);

#endif
