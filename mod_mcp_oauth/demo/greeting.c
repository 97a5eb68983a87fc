/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"

/* -- hello: an argument with a default, one that may be null -- */

static mcp_outcome_t call_hello(mcp_call_t *call, void *baton)
{
    const char *name = call->api->string(call, "/name");
    const char *description = call->api->string(call, "/description");
    const char *greeting =
        apr_pstrcat(call->pool, "Hello, ", name ? name : "world", "!", NULL);

    if (description && *description)
        greeting = apr_pstrcat(call->pool, greeting, " ", description, NULL);
    return mcp_demo_answer_say(call, greeting, "result", greeting);
}

const mcp_tool_t mcp_demo_greeting_hello = {
    .size = sizeof(mcp_tool_t),
    .name = "hello",
    .title = "Say hello",
    .description = "Say hello to someone. Optional description adds context "
                   "after the greeting.",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{"
                    "\"name\":{\"type\":\"string\",\"default\":\"world\"},"
                    "\"description\":{\"anyOf\":[{\"type\":\"string\"},"
                    "{\"type\":\"null\"}],\"default\":null}}}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"string\"}},"
                     "\"required\":[\"result\"],"
                     "\"x-fastmcp-wrap-result\":true}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_hello,
};

/* -- data://cities: a resource that is always the same -- */

static const char *const cities[] = {"London", "Paris", "Tokyo"};
#define CITIES (sizeof(cities) / sizeof(cities[0]))

static mcp_outcome_t read_cities(mcp_call_t *call, void *baton)
{
    const char *json = "[";
    apr_size_t i;

    for (i = 0; i < CITIES; i++)
        json = apr_pstrcat(call->pool, json, i ? "," : "",
                           call->api->quote(call, cities[i]), NULL);
    call->api->text(call, apr_pstrcat(call->pool, json, "]", NULL));
    return MCP_CALL_DONE;
}

const mcp_resource_t mcp_demo_greeting_cities = {
    .size = sizeof(mcp_resource_t),
    .uri = "data://cities",
    .name = "cities",
    .title = "Cities",
    .description = "List supported cities.",
    .media_type = "text/plain",
    .fresh = apr_time_from_sec(3600),
    .read = read_cities,
};

/* -- greeting://{name}: a template; its variable is an argument -- */

static mcp_outcome_t read_greeting(mcp_call_t *call, void *baton)
{
    call->api->text(call,
                    apr_pstrcat(call->pool, "Welcome to TinyMCP, ",
                                call->api->string(call, "/name"), "!", NULL));
    return MCP_CALL_DONE;
}

const mcp_resource_t mcp_demo_greeting_of = {
    .size = sizeof(mcp_resource_t),
    .uri = "greeting://{name}",
    .name = "greeting",
    .title = "Greeting",
    .description = "Get a personalized greeting.",
    .media_type = "text/plain",
    .fresh = apr_time_from_sec(3600),
    .read = read_greeting,
};
