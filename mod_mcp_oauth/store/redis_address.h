/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_ADDRESS_H
#define MCP_STORE_REDIS_ADDRESS_H

#include <sys/socket.h>

#include "store/redis.h"

/* Where a Redis server is. Nobody can say how long the system takes to resolve
 * a name: so one thread does, and the others use what it found last. */

#define MCP_REDIS_ADDRESSES 4

typedef struct mcp_store_redis_endpoint_t {
    struct sockaddr_storage address;
    socklen_t len;
} mcp_store_redis_endpoint_t;

typedef struct mcp_store_redis_address_t mcp_store_redis_address_t;

/* A path or a numeric address is known at once. config lives as long. */
const mcp_error_t *
mcp_store_redis_address_make(mcp_store_redis_address_t **address,
                             const mcp_store_redis_config_t *config,
                             mcp_ctx_t *cx);
/* Resolves the name anew, and keeps what was found before when it cannot. */
void mcp_store_redis_address_resolve(mcp_store_redis_address_t *address);
/* *count of the endpoints, of MCP_REDIS_ADDRESSES; waits until deadline for
 * the first time that the name is resolved. */
const mcp_error_t *
mcp_store_redis_address_get(mcp_store_redis_endpoint_t *endpoints, int *count,
                            mcp_store_redis_address_t *address,
                            apr_time_t deadline, mcp_ctx_t *cx);
/* For the log: "redis.example.com:6379" or the path. */
const char *
mcp_store_redis_address_name(const mcp_store_redis_address_t *address);

#endif
