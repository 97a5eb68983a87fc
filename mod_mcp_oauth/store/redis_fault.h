/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_FAULT_H
#define MCP_STORE_REDIS_FAULT_H

#include "base/error.h"

/* What can be wrong with a Redis server, as UNAVAILABLE with the remedy. where
 * is its name for the log. */

struct redisReply;

/* NULL, unless the answer is an error. */
const mcp_error_t *
mcp_store_redis_fault_of_reply(const struct redisReply *reply,
                               const char *where, mcp_ctx_t *cx);
/* An answer that no Redis gives to what was asked. */
const mcp_error_t *mcp_store_redis_fault_of_shape(const char *where,
                                                  mcp_ctx_t *cx);
/* error: an errno, ETIMEDOUT where the time was over; what: was tried */
const mcp_error_t *mcp_store_redis_fault_of_system(int error, const char *what,
                                                   const char *where,
                                                   mcp_ctx_t *cx);

#endif
