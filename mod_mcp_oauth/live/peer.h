/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_PEER_H
#define MCP_LIVE_PEER_H

#include "live/shared.h"

/* Notes between nodes, each of which has shared memory of its own. Each child
 * of a node hears all of them, and what one has heard is news to no other. */

/* Which note it is: by a name that a node's shared memory gets when it is
 * made, and numbers from 1. */
typedef struct mcp_peer_mark_t {
    apr_uint64_t node;
    apr_uint64_t number;
} mcp_peer_mark_t;

/* Of the next note of this node. */
mcp_peer_mark_t mcp_live_peer_next(mcp_live_shared_t *shared);
/* 0: this node told it, or a child has heard it before. Once 1 for each mark,
 * unless some thousand others of its node, or those of more than
 * MCP_LIVE_PEERS nodes came in between: then perhaps once more. */
int mcp_live_peer_is_new(mcp_live_shared_t *shared,
                         const mcp_peer_mark_t *mark);

#endif
