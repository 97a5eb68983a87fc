/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Tools that may become tasks (io.modelcontextprotocol/tasks). */

#include "conformance.h"

#define BEGUN "begun"

/* Whether this is the call in the request: the work is done later, which makes
 * it a task for whoever knows tasks. */
static int is_put_off(mcp_call_t *call)
{
    if (call->api->remembered(call))
        return 0;
    call->api->remember(call, BEGUN);
    call->api->later(call, 0);
    return 1;
}

/* Asks in the task, which goes on with the answers. */
static mcp_outcome_t ask_in_task(mcp_call_t *call)
{
    call->api->remember(call, BEGUN);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t greet(mcp_call_t *call, void *baton)
{
    conformance_say(call, "Hello, ", call->api->string(call, "/name"), "!",
                    NULL);
    return MCP_CALL_DONE;
}

static mcp_outcome_t slow_compute(mcp_call_t *call, void *baton)
{
    const char *label = call->api->string(call, "/label");
    double seconds = 0;

    if (is_put_off(call))
        return MCP_CALL_LATER;
    call->api->number(call, "/seconds", &seconds);
    if (!conformance_pause(call, (int)(seconds * 1000))) {
        call->api->text(call, "It was cancelled.");
        return MCP_CALL_FAILED;
    }
    conformance_say(call, "Computed ", label ? label : "it", NULL);
    return MCP_CALL_DONE;
}

static mcp_outcome_t failing_job(mcp_call_t *call, void *baton)
{
    if (is_put_off(call))
        return MCP_CALL_LATER;
    conformance_pause(call, 1000);
    call->api->text(call, "The job failed, as it always does.");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t protocol_error_job(mcp_call_t *call, void *baton)
{
    if (is_put_off(call))
        return MCP_CALL_LATER;
    conformance_pause(call, 200);
    call->api->error(call, -32603, "The job met with an internal error.");
    return MCP_CALL_ERROR;
}

#define CONFIRM                                                               \
    JSON({                                                                    \
        "message" : "Shall it be deleted?",                                   \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {"confirm" : {"type" : "boolean"}},                \
            "required" : ["confirm"]                                          \
        }                                                                     \
    })
#define NAME                                                                  \
    JSON({                                                                    \
        "message" : "What is your name?",                                     \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {"name" : {"type" : "string"}},                    \
            "required" : ["name"]                                             \
        }                                                                     \
    })

static mcp_outcome_t confirm_delete(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "confirm");

    if (is_put_off(call))
        return MCP_CALL_LATER;
    if (!answer) {
        call->api->ask(call, "confirm", "elicitation/create", CONFIRM);
        return ask_in_task(call);
    }
    conformance_say(call, call->api->string(call, "/filename"), ": ", answer,
                    NULL);
    return MCP_CALL_DONE;
}

static mcp_outcome_t multi_input(mcp_call_t *call, void *baton)
{
    const char *first = call->api->answer(call, "first");
    const char *second = call->api->answer(call, "second");

    if (is_put_off(call))
        return MCP_CALL_LATER;
    if (first && second) {
        conformance_say(call, first, " and ", second, NULL);
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "first", "elicitation/create", NAME);
    call->api->ask(call, "second", "elicitation/create", CONFIRM);
    return ask_in_task(call);
}

/* Asks first, in the request, and then is a task. */
static mcp_outcome_t tool_with_task(mcp_call_t *call, void *baton)
{
    const char *name = call->api->remembered(call);
    const char *answer = call->api->answer(call, "user_name");

    if (name) {
        conformance_pause(call, 200);
        conformance_say(call, "It was done for ", name, NULL);
        return MCP_CALL_DONE;
    }
    if (!answer) {
        call->api->ask(call, "user_name", "elicitation/create", NAME);
        return MCP_CALL_INPUT_REQUIRED;
    }
    call->api->remember(call, answer);
    call->api->later(call, 0);
    return MCP_CALL_LATER;
}

#define GREET                                                                 \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" : {"name" : {"type" : "string"}},                        \
        "required" : ["name"]                                                 \
    })
#define COMPUTE                                                               \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" : {                                                      \
            "seconds" : {"type" : "number", "minimum" : 0, "maximum" : 60},   \
            "label" : {"type" : "string"}                                     \
        },                                                                    \
        "required" : ["seconds"]                                              \
    })
#define DELETE                                                                \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" : {"filename" : {"type" : "string"}},                    \
        "required" : ["filename"]                                             \
    })
#define TASK(tool_name, function, schema, support)                            \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = DESCRIPTION, .input_schema = schema, .call = function, \
        .task = support                                                       \
    }

const mcp_tool_t conformance_task_tools[] = {
    TOOL("greet", greet, GREET),
    TASK("slow_compute", slow_compute, COMPUTE, MCP_TASK_OPTIONAL),
    TASK("failing_job", failing_job, NULL, MCP_TASK_REQUIRED),
    TASK("protocol_error_job", protocol_error_job, NULL, MCP_TASK_REQUIRED),
    TASK("confirm_delete", confirm_delete, DELETE, MCP_TASK_OPTIONAL),
    TASK("multi_input", multi_input, NULL, MCP_TASK_OPTIONAL),
    TASK("test_tool_with_task", tool_with_task, NULL, MCP_TASK_REQUIRED),
    {.name = NULL},
};
