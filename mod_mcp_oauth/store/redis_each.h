/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_EACH_H
#define MCP_STORE_REDIS_EACH_H

#include "store/redis_pool.h"

/* mcp_store_each over Redis, in pages: no connection is held while the
 * caller's function works, and each page has the whole timeout. */
typedef struct mcp_store_redis_each_t {
    mcp_store_redis_pool_t *pool;
    const mcp_store_redis_target_t *target;
    mcp_record_kind_t kind;
    const char *index; /* NULL = all */
    mcp_store_each_fn *fn;
    void *baton;
} mcp_store_redis_each_t;

const mcp_error_t *mcp_store_redis_each(const mcp_store_redis_each_t *each,
                                        mcp_ctx_t *cx);

#endif
