/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_CHECKPOINT_H
#define MCP_STORE_SQLITE_CHECKPOINT_H

#include "store/sqlite_connection.h"

/* Starts the thread that moves the write-ahead log into the database, which
 * keeps fsync out of the requests, and purges store once a minute. It ends
 * before cx->pool is cleared; target and store live as long. */
const mcp_error_t *
mcp_store_sqlite_checkpoint_start(mcp_store_t *store,
                                  const mcp_store_sqlite_target_t *target,
                                  mcp_ctx_t *cx);

#endif
