/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_NOTICE_H
#define MCP_NET_NOTICE_H

#include "net/shelf.h"

/* All that a place of the shelf says of its document, as one block, for the
 * children of one server: nobody else can read it. The caller holds the mutex.
 */

/* in pool */
const void *mcp_net_notice_make(apr_size_t *len,
                                const mcp_net_shelf_place_t *place,
                                apr_pool_t *pool);
/* The place says the same then; without a copy when there is no memory. */
void mcp_net_notice_put(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place,
                        const void *block, apr_size_t len);

#endif
