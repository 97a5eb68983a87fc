/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_POOL_H
#define MCP_STORE_SQLITE_POOL_H

#include "store/sqlite_connection.h"

/* The connections of one child. They open when they are first needed and
 * belong to this process: after a fork the pool refuses to serve. */
typedef struct mcp_store_sqlite_pool_t mcp_store_sqlite_pool_t;

/* target must live as long as pool; the connections close with it. */
const mcp_error_t *
mcp_store_sqlite_pool_make(mcp_store_sqlite_pool_t **out, int connections,
                           const mcp_store_sqlite_target_t *target,
                           mcp_ctx_t *cx);
/* Waits while all are in use. */
const mcp_error_t *
mcp_store_sqlite_pool_acquire(mcp_store_sqlite_connection_t **connection,
                              mcp_store_sqlite_pool_t *pool, mcp_ctx_t *cx);
/* broken: it is closed, and opened anew when it is next needed */
void mcp_store_sqlite_pool_release(mcp_store_sqlite_pool_t *pool,
                                   mcp_store_sqlite_connection_t *connection,
                                   int broken);

#endif
