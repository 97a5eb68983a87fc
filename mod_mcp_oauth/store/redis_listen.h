/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_LISTEN_H
#define MCP_STORE_REDIS_LISTEN_H

#include "store/redis_connection.h"

/* The thread of a child that listens to what other nodes announce. It also
 * resolves the name of the server, for all connections of the child. */
typedef struct mcp_store_redis_listen_t mcp_store_redis_listen_t;

/* Ends before cx->pool is cleared; target lives as long. */
const mcp_error_t *
mcp_store_redis_listen_start(mcp_store_redis_listen_t **listen,
                             mcp_store_redis_target_t *target, mcp_ctx_t *cx);
/* Whether all that was announced until a moment ago has come here: at most 2
 * seconds and the timeout. By any thread. */
int mcp_store_redis_listen_is_hearing(const mcp_store_redis_listen_t *listen);
/* The channel of the nodes that share a database. */
const char *
mcp_store_redis_listen_channel(const mcp_store_redis_target_t *target,
                               apr_pool_t *pool);

#endif
