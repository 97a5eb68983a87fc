/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Resources, and prompts. */

#include <string.h>

#include <apr_strings.h>

#include "conformance.h"

/* -- resources -- */

static mcp_outcome_t read_text(mcp_call_t *call, void *text)
{
    call->api->text(call, text);
    return MCP_CALL_DONE;
}

static mcp_outcome_t read_binary(mcp_call_t *call, void *baton)
{
    conformance_png(call, "blob");
    return MCP_CALL_DONE;
}

static mcp_outcome_t read_template(mcp_call_t *call, void *baton)
{
    const char *id = call->api->quote(call, call->api->string(call, "/id"));

    conformance_say(call, "{\"id\":", id, ",\"templateTest\":true}", NULL);
    return MCP_CALL_DONE;
}

static void complete(mcp_call_t *call, const char *argument, const char *value,
                     void *baton)
{
    static const char *const values[] = {"paris",   "park", "party", "test",
                                         "testing", "123",  NULL};
    int i;

    for (i = 0; values[i]; i++)
        if (!strncmp(values[i], value, strlen(value)))
            call->api->value(call, values[i]);
}

#define RESOURCE(resource_uri, resource_name, type, function)                 \
    .size = sizeof(mcp_resource_t), .uri = resource_uri,                      \
    .name = resource_name, .description = DESCRIPTION, .media_type = type,    \
    .read = function

static char static_text[] = "This is the content of the static text resource.";
static char watched[] = "What is watched.";

const mcp_resource_t conformance_resources[] = {
    {RESOURCE("test://static-text", "static-text", "text/plain", read_text),
     .baton = static_text},
    {RESOURCE("test://static-binary", "static-binary", "image/png",
              read_binary)},
    {RESOURCE("test://template/{id}/data", "template", "application/json",
              read_template),
     .complete = complete},
    {RESOURCE("test://watched-resource", "watched-resource", "text/plain",
              read_text),
     .baton = watched},
    {.name = NULL},
};

/* -- prompts -- */

static mcp_outcome_t simple(mcp_call_t *call, void *baton)
{
    call->api->text(call, "This is a simple prompt for testing.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t with_arguments(mcp_call_t *call, void *baton)
{
    conformance_say(call, "Prompt with arguments: arg1='",
                    call->api->string(call, "/arg1"), "', arg2='",
                    call->api->string(call, "/arg2"), "'", NULL);
    return MCP_CALL_DONE;
}

static mcp_outcome_t with_resource(mcp_call_t *call, void *baton)
{
    const char *uri = call->api->string(call, "/resourceUri");

    call->api->content(
        call, apr_pstrcat(call->pool,
                          "{\"type\":\"resource\",\"resource\":{\"uri\":",
                          call->api->quote(call, uri),
                          ",\"mimeType\":\"text/plain\","
                          "\"text\":\"Embedded resource content.\"}}",
                          NULL));
    call->api->text(call, "Please process the embedded resource above.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t with_image(mcp_call_t *call, void *baton)
{
    conformance_png(call, "image");
    call->api->text(call, "Please analyze the image above.");
    return MCP_CALL_DONE;
}

#define CONTEXT                                                               \
    JSON({                                                                    \
        "message" : "What context should the prompt use?",                    \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {"context" : {"type" : "string"}},                 \
            "required" : ["context"]                                          \
        }                                                                     \
    })

static mcp_outcome_t with_question(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "user_context");

    if (!answer) {
        call->api->ask(call, "user_context", "elicitation/create", CONTEXT);
        return MCP_CALL_INPUT_REQUIRED;
    }
    conformance_say(call, "The context is ", answer, NULL);
    return MCP_CALL_DONE;
}

static const mcp_prompt_argument_t two[] = {
    {.name = "arg1", .description = "The first", .required = 1},
    {.name = "arg2", .description = "The second", .required = 1},
    {.name = NULL},
};
static const mcp_prompt_argument_t uri_only[] = {
    {.name = "resourceUri", .description = "What is embedded", .required = 1},
    {.name = NULL},
};

#define PROMPT(prompt_name, function)                                         \
    .size = sizeof(mcp_prompt_t), .name = prompt_name,                        \
    .description = DESCRIPTION, .get = function

const mcp_prompt_t conformance_prompts[] = {
    {PROMPT("test_simple_prompt", simple)},
    {PROMPT("test_prompt_with_arguments", with_arguments), .arguments = two,
     .complete = complete},
    {PROMPT("test_prompt_with_embedded_resource", with_resource),
     .arguments = uri_only},
    {PROMPT("test_prompt_with_image", with_image)},
    {PROMPT("test_input_required_result_prompt", with_question)},
    {.name = NULL},
};
