/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_NODES_H
#define MCP_SERVER_NODES_H

#include "live/shared.h"
#include "store/store.h"

/* What has changed, from node to node, over the store that they share: the
 * streams of one hear what is changed at another. */

/* This child tells others from here on, until pool is cleared. */
void mcp_server_nodes_open(mcp_store_t *store, apr_pool_t *pool);
/* What others told (mcp_store_redis_config_t.told). */
void mcp_server_nodes_hear(mcp_live_shared_t *shared, const mcp_note_t *notes,
                           apr_size_t count);

#endif
