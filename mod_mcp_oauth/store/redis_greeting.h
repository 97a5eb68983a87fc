/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_REDIS_GREETING_H
#define MCP_STORE_REDIS_GREETING_H

#include "store/redis_connection.h"

/* Connects, signs in, and looks whether this Redis can be trusted with
 * records: its version, that it is a master and no part of a cluster, and that
 * it never throws keys away to make room, for a revocation that is gone would
 * be a wrong yes. Where its data does not survive a restart, or it does not
 * tell, that is logged once for target. */
const mcp_error_t *
mcp_store_redis_greeting(mcp_store_redis_connection_t *connection,
                         mcp_store_redis_target_t *target, apr_time_t deadline,
                         mcp_ctx_t *cx);

#endif
