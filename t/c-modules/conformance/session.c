/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Tools that say something while they run, or that something has changed. */

#include "conformance.h"

#define BETWEEN 50 /* ms, as the suite has it */

static mcp_outcome_t cancelled(mcp_call_t *call)
{
    call->api->text(call, "It was cancelled.");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t progress(mcp_call_t *call, void *baton)
{
    int i;

    for (i = 0; i <= 100; i += 50) {
        call->api->progress(call, i, 100, "on its way");
        if (!conformance_pause(call, BETWEEN))
            return cancelled(call);
    }
    call->api->text(call, "All of the way is done.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t logging(mcp_call_t *call, void *baton)
{
    static const char *const lines[] = {"\"Tool execution started\"",
                                        "\"Tool processing data\"",
                                        "\"Tool execution completed\""};
    int i;

    for (i = 0; i < 3; i++) {
        call->api->log(call, "info", lines[i]);
        if (i < 2 && !conformance_pause(call, BETWEEN))
            return cancelled(call);
    }
    call->api->text(call, "Three lines were logged.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t reconnection(mcp_call_t *call, void *baton)
{
    call->api->part(call, apr_time_from_msec(2 * BETWEEN));
    if (!conformance_pause(call, BETWEEN))
        return cancelled(call);
    call->api->text(call, "Reconnection test completed successfully.");
    return MCP_CALL_DONE;
}

static char tools[] = "tools", prompts[] = "prompts";

static mcp_outcome_t change(mcp_call_t *call, void *list)
{
    call->api->changed(call, list);
    conformance_say(call, "The list of ", list, " has changed.", NULL);
    return MCP_CALL_DONE;
}

#define CHANGE(tool_name, list)                                               \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = DESCRIPTION, .call = change, .baton = list             \
    }

const mcp_tool_t conformance_session_tools[] = {
    TOOL("test_tool_with_progress", progress, NULL),
    TOOL("test_tool_with_logging", logging, NULL),
    TOOL("test_logging_tool", logging, NULL),
    TOOL("test_reconnection", reconnection, NULL),
    CHANGE("test_trigger_tool_change", tools),
    CHANGE("test_trigger_prompt_change", prompts),
    {.name = NULL},
};
