/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"

/* A tool at its smallest: a function and a struct. */

static mcp_outcome_t call_echo(mcp_call_t *call, void *baton)
{
    const char *message = call->api->string(call, "/message");

    return mcp_demo_answer_say(
        call, apr_pstrcat(call->pool, "Echo: ", message, NULL),
        "echoed_message", message);
}

const mcp_tool_t mcp_demo_echo = {
    .size = sizeof(mcp_tool_t),
    .name = "echo",
    .title = "Echo",
    .description = "Echo back any input provided to it",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{\"message\":{\"type\":\"string\","
                    "\"description\":\"The message to echo back\"}},"
                    "\"required\":[\"message\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"echoed_message\":{\"type\":\"string\"}},"
                     "\"required\":[\"echoed_message\"],"
                     "\"additionalProperties\":false}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_echo,
};
