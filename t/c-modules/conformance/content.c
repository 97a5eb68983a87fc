/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Tools that give each kind of content, and two that are asked for because of
 * their schemas. */

#include "conformance.h"

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

void conformance_png(mcp_call_t *call, const char *kind)
{
    call->api->media(call, kind, "image/png", png, sizeof(png));
}

static mcp_outcome_t simple_text(mcp_call_t *call, void *baton)
{
    call->api->text(call, "This is a simple text response for testing.");
    return MCP_CALL_DONE;
}

static mcp_outcome_t image(mcp_call_t *call, void *baton)
{
    conformance_png(call, "image");
    return MCP_CALL_DONE;
}

static mcp_outcome_t audio(mcp_call_t *call, void *baton)
{
    call->api->media(call, "audio", "audio/wav", wav, sizeof(wav));
    return MCP_CALL_DONE;
}

#define EMBEDDED                                                              \
    JSON({                                                                    \
        "type" : "resource",                                                  \
        "resource" : {                                                        \
            "uri" : "test://embedded-resource",                               \
            "mimeType" : "text/plain",                                        \
            "text" : "This is an embedded resource content."                  \
        }                                                                     \
    })
#define MIXED                                                                 \
    JSON({                                                                    \
        "type" : "resource",                                                  \
        "resource" : {                                                        \
            "uri" : "test://mixed-content-resource",                          \
            "mimeType" : "application/json",                                  \
            "text" : "{\"test\":\"data\",\"value\":123}"                      \
        }                                                                     \
    })

static mcp_outcome_t embedded_resource(mcp_call_t *call, void *baton)
{
    call->api->content(call, EMBEDDED);
    return MCP_CALL_DONE;
}

static mcp_outcome_t multiple_types(mcp_call_t *call, void *baton)
{
    call->api->text(call, "Multiple content types test:");
    conformance_png(call, "image");
    call->api->content(call, MIXED);
    return MCP_CALL_DONE;
}

static mcp_outcome_t error_handling(mcp_call_t *call, void *baton)
{
    call->api->text(call, "This tool intentionally returns an error for "
                          "testing");
    return MCP_CALL_FAILED;
}

/* also: arguments that a schema with every keyword lets pass */
static mcp_outcome_t what_came(mcp_call_t *call, void *baton)
{
    call->api->text(call, call->api->json(call, ""));
    return MCP_CALL_DONE;
}

static mcp_outcome_t x_mcp_header(mcp_call_t *call, void *baton)
{
    const char *region = call->api->string(call, "/region");

    call->api->text(call, region ? region : "no region");
    return MCP_CALL_DONE;
}

#define REGION                                                                \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" :                                                        \
            {"region" : {"type" : "string", "x-mcp-header" : "Region"}}       \
    })

/* word for word that of the suite */
#define SCHEMA_2020_12                                                        \
    JSON({                                                                    \
        "$schema" : "https://json-schema.org/draft/2020-12/schema",           \
        "type" : "object",                                                    \
        "$defs" : {                                                           \
            "address" : {                                                     \
                "$anchor" : "addressDef",                                     \
                "type" : "object",                                            \
                "properties" : {                                              \
                    "street" : {"type" : "string"},                           \
                    "city" : {"type" : "string"}                              \
                }                                                             \
            }                                                                 \
        },                                                                    \
        "properties" : {                                                      \
            "name" : {"type" : "string"},                                     \
            "address" : {"$ref" : "#/$defs/address"},                         \
            "contactMethod" :                                                 \
                {"type" : "string", "enum" : [ "phone", "email" ]},           \
            "phone" : {"type" : "string"},                                    \
            "email" : {"type" : "string"}                                     \
        },                                                                    \
        "allOf" : [ {                                                         \
            "anyOf" :                                                         \
                [ {"required" : ["phone"]}, {"required" : ["email"]} ]        \
        } ],                                                                  \
        "if" : {                                                              \
            "properties" : {"contactMethod" : {"const" : "phone"}},           \
            "required" : ["contactMethod"]                                    \
        },                                                                    \
        "then" : {"required" : ["phone"]},                                    \
        "else" : {"required" : ["email"]},                                    \
        "additionalProperties" : false                                        \
    })

const mcp_tool_t conformance_content_tools[] = {
    TOOL("test_simple_text", simple_text, NULL),
    TOOL("test_image_content", image, NULL),
    TOOL("test_audio_content", audio, NULL),
    TOOL("test_embedded_resource", embedded_resource, NULL),
    TOOL("test_multiple_content_types", multiple_types, NULL),
    TOOL("test_error_handling", error_handling, NULL),
    TOOL("test_x_mcp_header", x_mcp_header, REGION),
    TOOL("json_schema_2020_12_tool", what_came, SCHEMA_2020_12),
    {.name = NULL},
};
