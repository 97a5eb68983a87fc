/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_TELL_H
#define MCP_STORE_REDIS_TELL_H

#include "store/redis_pool.h"
#include "store/store.h"

/* The thread of a child that tells other nodes what has changed, so that
 * nobody who changes something waits for Redis. What comes faster than Redis
 * takes it is told together. */
typedef struct mcp_store_redis_tell_t mcp_store_redis_tell_t;

/* Ends before cx->pool is cleared, when it has tried once more to tell what
 * waits; pool and target live as long. */
const mcp_error_t *mcp_store_redis_tell_start(
    mcp_store_redis_tell_t **tell, mcp_store_redis_pool_t *pool,
    const mcp_store_redis_target_t *target, mcp_ctx_t *cx);
/* By any thread. */
void mcp_store_redis_tell(mcp_store_redis_tell_t *tell,
                          const mcp_note_t *note);
/* The channel of the nodes that share a database. A message is the notes, one
 * behind the other. */
const char *
mcp_store_redis_tell_channel(const mcp_store_redis_target_t *target,
                             apr_pool_t *pool);
#define MCP_STORE_REDIS_NOTES 256 /* most of a message */
/* How many a message of len bytes has; -1: it is none. */
int mcp_store_redis_tell_count(apr_size_t len);

#endif
