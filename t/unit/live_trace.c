/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/trace.h"
#include "tap.h"

static void body(mcp_ctx_t *cx)
{
    unsigned char one[MCP_DIGEST_SIZE] = {1}, other[MCP_DIGEST_SIZE] = {255};
    mcp_live_limits_t limits = {8, 8};
    mcp_live_shared_t *shared = NULL;

    ok(!mcp_live_shared_make(&shared, &limits, cx->pool, cx), "it is made");
    ok(!mcp_live_trace_find(shared, one), "at first it happened to nobody");
    mcp_live_trace_leave(shared, one, 1700000000);
    ok(mcp_live_trace_find(shared, one) == 1700000000, "it has its time");
    ok(!mcp_live_trace_find(shared, other), "it did not happen to another");
    mcp_live_trace_leave(shared, one, 1700000007);
    ok(mcp_live_trace_find(shared, one) == 1700000007, "the last time counts");
}

TAP_MAIN(body)
