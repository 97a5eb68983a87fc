/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_conformance: the tools that the official conformance suite asks a server
 * for, written against mod_mcp_oauth.h. List test_simple_text first: one
 * scenario calls the first tool of the list with no arguments.
 *
 *     MCPOffer conformance:test_simple_text conformance:* */

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

/* -- content -- */

static const unsigned char png[] = {
    0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0,    0,    0,    0x0d,
    'I',  'H', 'D', 'R', 0,    0,    0,    1,    0,    0,    0,    1,
    8,    6,   0,   0,   0,    0x1f, 0x15, 0xc4, 0x89, 0,    0,    0,
    0x0d, 'I', 'D', 'A', 'T',  0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0,
    0x1f, 0,   5,   0,   1,    0xff, 0x56, 0xc7, 0x2f, 0x0d, 0,    0,
    0,    0,   'I', 'E', 'N',  'D',  0xae, 'B',  0x60, 0x82};

static const unsigned char wav[] = {
    'R', 'I', 'F',  'F',  0x24, 0,   0,    0,    'W', 'A', 'V',
    'E', 'f', 'm',  't',  ' ',  16,  0,    0,    0,   1,   0,
    1,   0,   0x40, 0x1f, 0,    0,   0x40, 0x1f, 0,   0,   1,
    0,   8,   0,    'd',  'a',  't', 'a',  0,    0,   0,   0};

static mcp_outcome_t simple_text(mcp_call_t *call, void *baton)
{
    call->api->text(call, "This is a simple text response for testing.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t image_content(mcp_call_t *call, void *baton)
{
    call->api->media(call, "image", "image/png", png, sizeof(png));
    return MCP_CALL_DONE;
}

static mcp_outcome_t audio_content(mcp_call_t *call, void *baton)
{
    call->api->media(call, "audio", "audio/wav", wav, sizeof(wav));
    return MCP_CALL_DONE;
}

static mcp_outcome_t embedded_resource(mcp_call_t *call, void *baton)
{
    call->api->content(
        call, "{\"type\":\"resource\",\"resource\":{\"uri\":"
              "\"test://embedded-resource\",\"mimeType\":\"text/plain\","
              "\"text\":\"This is an embedded resource content.\"}}");
    return MCP_CALL_DONE;
}

static mcp_outcome_t multiple_content_types(mcp_call_t *call, void *baton)
{
    call->api->text(call, "Multiple content types test:");
    call->api->media(call, "image", "image/png", png, sizeof(png));
    call->api->content(
        call, "{\"type\":\"resource\",\"resource\":{\"uri\":"
              "\"test://mixed-content-resource\",\"mimeType\":"
              "\"application/json\",\"text\":\"{\\\"test\\\":\\\"data\\\","
              "\\\"value\\\":123}\"}}");
    return MCP_CALL_DONE;
}

static mcp_outcome_t error_handling(mcp_call_t *call, void *baton)
{
    call->api->text(call, "This tool intentionally returns an error for "
                          "testing");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t x_mcp_header(mcp_call_t *call, void *baton)
{
    const char *region = call->api->string(call, "/region");

    call->api->text(call, region ? region : "no region");
    return MCP_CALL_DONE;
}

/* -- questions: kind and params, asked by several tools -- */

#define FORM                                                                  \
    "{\"message\":\"What is your name?\",\"requestedSchema\":{\"type\":"      \
    "\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},"             \
    "\"required\":[\"name\"]}}"
#define SAMPLING                                                              \
    "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","       \
    "\"text\":\"What is the capital of France?\"}}],\"maxTokens\":100}"

static void ask_user(mcp_call_t *call, const char *key)
{
    call->api->ask(call, key, "elicitation/create", FORM);
}

static mcp_outcome_t tell(mcp_call_t *call, const char *before,
                          const char *answer)
{
    call->api->text(call, apr_pstrcat(call->pool, before, answer, NULL));
    return MCP_CALL_DONE;
}

static mcp_outcome_t missing_capability(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "sample", "sampling/createMessage", SAMPLING);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_elicitation(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "user_name");

    if (answer)
        return tell(call, "Hello: ", answer);
    ask_user(call, "user_name");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_sampling(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "capital");

    if (answer)
        return tell(call, "The model said: ", answer);
    call->api->ask(call, "capital", "sampling/createMessage", SAMPLING);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_list_roots(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "roots");

    if (answer)
        return tell(call, "The roots: ", answer);
    call->api->ask(call, "roots", "roots/list", NULL);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_request_state(mcp_call_t *call, void *baton)
{
    const char *state = call->api->remembered(call);

    if (state && call->api->answer(call, "confirm"))
        return tell(call, "state-ok: ", state);
    ask_user(call, "confirm");
    call->api->remember(call, "the state");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_multiple_inputs(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "user_name");

    if (answer && call->api->answer(call, "greeting") &&
        call->api->answer(call, "client_roots"))
        return tell(call, "All there: ", answer);
    ask_user(call, "user_name");
    call->api->ask(call, "greeting", "sampling/createMessage", SAMPLING);
    call->api->ask(call, "client_roots", "roots/list", NULL);
    call->api->remember(call, "three");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_multi_round(mcp_call_t *call, void *baton)
{
    const char *round = call->api->remembered(call);

    if (round && !strcmp(round, "2") && call->api->answer(call, "step2"))
        return tell(call, "Done after round ", round);
    if (round && !strcmp(round, "1") && call->api->answer(call, "step1")) {
        ask_user(call, "step2");
        call->api->remember(call, "2");
    }
    else {
        ask_user(call, "step1");
        call->api->remember(call, "1");
    }
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_capabilities(mcp_call_t *call, void *baton)
{
    if (call->api->answer(call, "user") || call->api->answer(call, "model"))
        return tell(call, "Answered", "");
    if (call->api->can(call, "/elicitation/form"))
        ask_user(call, "user");
    if (call->api->can(call, "/sampling"))
        call->api->ask(call, "model", "sampling/createMessage", SAMPLING);
    call->api->remember(call, "asked");
    return MCP_CALL_INPUT_REQUIRED;
}

/* -- the module -- */

#define TOOL(tool_name, function, schema)                                     \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = "For the conformance suite.", .input_schema = schema,  \
        .call = function                                                      \
    }
#define REGION                                                                \
    "{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\","   \
    "\"x-mcp-header\":\"Region\"}}}"

static const mcp_tool_t tools[] = {
    TOOL("test_simple_text", simple_text, NULL),
    TOOL("test_image_content", image_content, NULL),
    TOOL("test_audio_content", audio_content, NULL),
    TOOL("test_embedded_resource", embedded_resource, NULL),
    TOOL("test_multiple_content_types", multiple_content_types, NULL),
    TOOL("test_error_handling", error_handling, NULL),
    TOOL("test_x_mcp_header", x_mcp_header, REGION),
    TOOL("test_missing_capability", missing_capability, NULL),
    TOOL("test_streaming_elicitation", ask_elicitation, NULL),
    TOOL("test_logging_tool", simple_text, NULL),
    TOOL("test_input_required_result_elicitation", ask_elicitation, NULL),
    TOOL("test_input_required_result_sampling", ask_sampling, NULL),
    TOOL("test_input_required_result_list_roots", ask_list_roots, NULL),
    TOOL("test_input_required_result_request_state", ask_request_state, NULL),
    TOOL("test_input_required_result_multiple_inputs", ask_multiple_inputs,
         NULL),
    TOOL("test_input_required_result_multi_round", ask_multi_round, NULL),
    TOOL("test_input_required_result_tampered_state", ask_request_state, NULL),
    TOOL("test_input_required_result_capabilities", ask_capabilities, NULL),
};

static void register_hooks(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        ap_register_provider(
            pool, MCP_TOOL_GROUP,
            apr_pstrcat(pool, "conformance:", tools[i].name, NULL),
            MCP_OFFER_VERSION, &tools[i]);
}

AP_DECLARE_MODULE(conformance) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
