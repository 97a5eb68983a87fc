/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_PLACE_H
#define MCP_NET_PLACE_H

#include "net/shelf.h"

/* How long what is in a place of the shelf can be used. A clock that was set
 * back makes nothing last longer. The caller holds the mutex. */

/* Its copy need not be fetched again. */
int mcp_net_place_is_fresh(const mcp_net_shelf_place_t *place,
                           apr_int64_t now);
/* Its copy is better than none. */
int mcp_net_place_is_servable(const mcp_net_shelf_place_t *place,
                              apr_int64_t now);
/* Its copy serves at once while it is renewed: it was fresh not long ago, or
 * nothing newer could be had last time. */
int mcp_net_place_is_recent(const mcp_net_shelf_place_t *place,
                            apr_int64_t now);
/* The last attempt failed less than so many seconds ago. */
int mcp_net_place_is_paused(const mcp_net_shelf_place_t *place,
                            apr_int64_t seconds, apr_int64_t now);
/* What came: a new copy, or a failure, which leaves the copy of before. The
 * place is busy. */
void mcp_net_place_keep(mcp_net_shelf_t *shelf, mcp_net_shelf_place_t *place,
                        const mcp_net_reply_t *reply, apr_int64_t now);
/* The copy lasts no longer than a failure would; 0 when it did not before. */
int mcp_net_place_blame(mcp_net_shelf_place_t *place);

#endif
