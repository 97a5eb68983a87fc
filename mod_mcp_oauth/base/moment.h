/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_MOMENT_H
#define MCP_BASE_MOMENT_H

#include <apr_pools.h>
#include <apr_time.h>

/* A moment in words, in UTC: "2026-11-28T02:03:04.000005Z" (RFC 3339). */
const char *mcp_moment_text(apr_time_t moment, apr_pool_t *pool);

#endif
