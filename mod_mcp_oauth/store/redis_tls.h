/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_TLS_H
#define MCP_STORE_REDIS_TLS_H

#include "store/redis.h"

/* TLS to Redis, where hiredis has it (1.0 and later). */

struct redisContext;

typedef struct mcp_store_redis_tls_t mcp_store_redis_tls_t;

/* The authorities and what the certificate must be for; lives in cx->pool. */
const mcp_error_t *
mcp_store_redis_tls_make(mcp_store_redis_tls_t **tls,
                         const mcp_store_redis_config_t *config,
                         mcp_ctx_t *cx);
/* The handshake, on a connection that never waits. */
const mcp_error_t *mcp_store_redis_tls_start(struct redisContext *context,
                                             mcp_store_redis_tls_t *tls,
                                             apr_time_t deadline,
                                             mcp_ctx_t *cx);
/* NULL, or what is missing for it and the cure. */
const char *mcp_store_redis_tls_missing(void);

#endif
