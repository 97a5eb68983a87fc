/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_MOMENT_H
#define MCP_CTL_MOMENT_H

#include <apr_pools.h>

/* Seconds since the epoch in words: "2026-11-28 02:03:04Z", or "never". */
const char *mcp_ctl_moment_text(apr_int64_t seconds, apr_pool_t *pool);
/* Seen from now: "5 min ago", "in 3 h". */
const char *mcp_ctl_moment_distance(apr_int64_t seconds, apr_int64_t now,
                                    apr_pool_t *pool);

#endif
