/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_RATION_H
#define MCP_LIVE_RATION_H

#include "live/throttle.h"

/* So many in a window of time and no more, and how many were left out. Lies in
 * memory that all children share; zeroed it is a fresh one. Lock-free; the
 * limit is exact over all who use it. live/throttle counts by key and may
 * forget one; this counts one thing and forgets nothing. */
typedef struct mcp_live_ration_t {
    apr_uint64_t window; /* when it began, and how many it had */
    apr_uint64_t left_out;
} mcp_live_ration_t;

/* Whether one more may pass; if not it is counted. *left_out: how many were
 * left out in windows that are over and nobody was told of yet; who asks is
 * told, once. */
int mcp_live_ration_take(apr_uint64_t *left_out, mcp_live_ration_t *ration,
                         const mcp_live_rate_t *rate, apr_int64_t now);
/* The same number when nobody asks for more. */
apr_uint64_t mcp_live_ration_settle(mcp_live_ration_t *ration,
                                    const mcp_live_rate_t *rate,
                                    apr_int64_t now);
/* And at the end, whatever the time. */
apr_uint64_t mcp_live_ration_end(mcp_live_ration_t *ration);

#endif
