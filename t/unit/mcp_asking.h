/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_MCP_ASKING_H
#define MCP_T_UNIT_MCP_ASKING_H

#include "mcp_world.h"

/* Tools that ask, called by clients of 2026-07-28. */

#define TOOL(what, function)                                                  \
    static const mcp_tool_t function##_tool = {                               \
        .size = sizeof(mcp_tool_t),                                           \
        .name = what,                                                         \
        .description = "d",                                                   \
        .input_schema = "{\"type\":\"object\"}",                              \
        .call = function}

#define ALL "{\"sampling\":{},\"elicitation\":{},\"roots\":{}}"

/* more: further members of params, each with a comma behind it */
static inline void call_tool(mcp_exchange_t *x, const world_t *w,
                             const char *tool, const char *capabilities,
                             const char *more, mcp_ctx_t *cx)
{
    world_call(x, w, tool,
               apr_pstrcat(cx->pool, more,
                           "\"_meta\":{\"" CLAIM
                           "\":\"2026-07-28\",\"" CAPABILITIES "\":",
                           capabilities, "}", NULL),
               cx);
}

#endif
