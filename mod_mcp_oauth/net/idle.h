/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_IDLE_H
#define MCP_NET_IDLE_H

#include <apr_pools.h>

/* Handles that wait for the next request: a bounded number, shared by all
 * threads of a process. */
typedef struct mcp_net_idle_t mcp_net_idle_t;

/* Freed with pool; end is called for each handle then, unless this is the copy
 * of a process that forked. NULL when there is no memory. */
mcp_net_idle_t *mcp_net_idle_make(apr_uint32_t most, void (*end)(void *handle),
                                  apr_pool_t *pool);
/* NULL when there is none */
void *mcp_net_idle_take(mcp_net_idle_t *idle);
/* Ends it where enough wait already. */
void mcp_net_idle_keep(mcp_net_idle_t *idle, void *handle);

#endif
