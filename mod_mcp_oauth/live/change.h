/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_CHANGE_H
#define MCP_LIVE_CHANGE_H

#include "live/shared.h"

/* What changed lately, told to all children: rings of the last changes, each
 * under a lock of its own, numbered from 1. Who listens remembers up to where
 * it has read; who comes too late for some must take it that anything changed,
 * and so must all where a child was killed while it told or read one. The
 * caller raises the signal (live/signal). */

typedef enum {
    MCP_RING_NEWS,    /* what modules say has changed */
    MCP_RING_LETTERS, /* boxes (live/mailbox) */
    MCP_RINGS
} mcp_ring_t;

#define MCP_CHANGE_ANYTHING 0

typedef struct mcp_change_t {
    apr_uint64_t what;  /* a part of a digest: of a list, a resource or a box;
                         * or MCP_CHANGE_ANYTHING */
    apr_uint64_t whose; /* the same of a principal; 0: everybody's */
} mcp_change_t;

/* The number of the last change: who begins to listen now reads from here on.
 */
apr_uint64_t mcp_live_change_last(const mcp_live_shared_t *shared,
                                  mcp_ring_t ring);
void mcp_live_change_tell(mcp_live_shared_t *shared, mcp_ring_t ring,
                          const mcp_change_t *change);
/* Up to max changes behind *last, which is moved; returns how many. -1: some
 * behind *last are not there any more, or *last is not a number of this ring;
 * then *last is the newest. */
int mcp_live_change_read(mcp_change_t *changes, int max, apr_uint64_t *last,
                         mcp_live_shared_t *shared, mcp_ring_t ring);

#endif
