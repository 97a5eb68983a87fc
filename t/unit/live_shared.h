/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_LIVE_SHARED_H
#define MCP_T_UNIT_LIVE_SHARED_H

#include "tap.h"

#include "live/shared.h"

/* Shared memory of its own, as the parent makes it, or NULL. */
static inline mcp_live_shared_t *make(mcp_live_limits_t limits, mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = NULL;

    mcp_live_shared_make(&shared, &limits, cx->pool, cx);
    return shared;
}

#define LIMITS(...) ((mcp_live_limits_t){__VA_ARGS__})
/* For tests in which the limits have no part. */
#define SMALL LIMITS(8, 8, 8)

#endif
