/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_POOL_H
#define MCP_STORE_REDIS_POOL_H

#include "store/redis_connection.h"

/* The connections of one child. They open when they are first needed and
 * belong to this process: after a fork the pool refuses to serve. When Redis
 * did not answer, or let nobody in, all fail at once for a moment; then one
 * tries, and the others fail until it knows. */
typedef struct mcp_store_redis_pool_t mcp_store_redis_pool_t;

/* target must live as long as pool; the connections close with it. */
const mcp_error_t *mcp_store_redis_pool_make(mcp_store_redis_pool_t **pool,
                                             mcp_store_redis_target_t *target,
                                             mcp_ctx_t *cx);
/* Waits until deadline while all are in use. */
const mcp_error_t *
mcp_store_redis_pool_acquire(mcp_store_redis_connection_t **connection,
                             mcp_store_redis_pool_t *pool, apr_time_t deadline,
                             mcp_ctx_t *cx);
/* failure: what became of the work, NULL for good; else it is closed */
void mcp_store_redis_pool_release(mcp_store_redis_pool_t *pool,
                                  mcp_store_redis_connection_t *connection,
                                  const mcp_error_t *failure);
/* One command and its answer, which lives in cx->pool. What Redis refuses is a
 * fault. */
const mcp_error_t *mcp_store_redis_pool_ask(
    const struct redisReply **reply, mcp_store_redis_pool_t *pool,
    const mcp_store_redis_command_t *command, mcp_ctx_t *cx);

#endif
