/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* Tools that ask the client before they act: those that the suite calls over a
 * session, and those of the multi round-trip requests of 2026-07-28. All work
 * in both eras. */

#include <string.h>

#include <apr_strings.h>

#include "conformance.h"

/* one field, as the suite fills it in */
#define FORM(what, name, is)                                                  \
    JSON({                                                                    \
        "message" : what,                                                     \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {name : {"type" : is}},                            \
            "required" : [name]                                               \
        }                                                                     \
    })
#define NAME_FORM FORM("What is your name?", "name", "string")
#define COLOR_FORM FORM("What is your favorite color?", "color", "string")
#define OK_FORM FORM("Please confirm", "ok", "boolean")
#define CAPITAL                                                               \
    JSON({                                                                    \
        "messages" : [ {                                                      \
            "role" : "user",                                                  \
            "content" :                                                       \
                {"type" : "text", "text" : "What is the capital of France?"}  \
        } ],                                                                  \
        "maxTokens" : 100                                                     \
    })

static void ask_user(mcp_call_t *call, const char *key, const char *form)
{
    call->api->ask(call, key, "elicitation/create", form);
}

static void ask_model(mcp_call_t *call, const char *key)
{
    call->api->ask(call, key, "sampling/createMessage", CAPITAL);
}

/* One question; params as rendered JSON, before what is said ahead of the
 * answer. */
typedef struct question_t {
    const char *key;
    const char *method;
    const char *params;
    const char *before;
} question_t;

static mcp_outcome_t ask_one(mcp_call_t *call, const question_t *q)
{
    const char *answer = call->api->answer(call, q->key);

    if (!answer) {
        call->api->ask(call, q->key, q->method, q->params);
        return MCP_CALL_INPUT_REQUIRED;
    }
    conformance_say(call, q->before, answer, NULL);
    return MCP_CALL_DONE;
}

static mcp_outcome_t ask_of_baton(mcp_call_t *call, void *baton)
{
    return ask_one(call, baton);
}

/* -- the suite over a session -- */

static mcp_outcome_t sampling(mcp_call_t *call, void *baton)
{
    const char *prompt = call->api->string(call, "/prompt");
    question_t q = {"sample", "sampling/createMessage", NULL,
                    "LLM response: "};

    q.params = apr_pstrcat(
        call->pool,
        "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
        "\"text\":",
        call->api->quote(call, prompt), "}}],\"maxTokens\":100}", NULL);
    return ask_one(call, &q);
}

#define WHO                                                                   \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" : {                                                      \
            "username" :                                                      \
                {"type" : "string", "description" : "User's response"},       \
            "email" :                                                         \
                {"type" : "string", "description" : "User's email address"}   \
        },                                                                    \
        "required" : [ "username", "email" ]                                  \
    })

static mcp_outcome_t elicitation(mcp_call_t *call, void *baton)
{
    const char *message = call->api->string(call, "/message");
    question_t q = {"who", "elicitation/create", NULL, "User response: "};

    q.params = apr_pstrcat(call->pool,
                           "{\"message\":", call->api->quote(call, message),
                           ",\"requestedSchema\":", WHO, "}", NULL);
    return ask_one(call, &q);
}

#define DEFAULTS                                                              \
    JSON({                                                                    \
        "message" : "Please review and update the form fields with defaults", \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {                                                  \
                "name" : {"type" : "string", "default" : "John Doe"},         \
                "age" : {"type" : "integer", "default" : 30},                 \
                "score" : {"type" : "number", "default" : 95.5},              \
                "status" : {                                                  \
                    "type" : "string",                                        \
                    "enum" : [ "active", "inactive", "pending" ],             \
                    "default" : "active"                                      \
                },                                                            \
                "verified" : {"type" : "boolean", "default" : true}           \
            }                                                                 \
        }                                                                     \
    })
#define ENUMS                                                                 \
    JSON({                                                                    \
        "message" : "Please select options from the enum fields",             \
        "requestedSchema" : {                                                 \
            "type" : "object",                                                \
            "properties" : {                                                  \
                "untitledSingle" : {                                          \
                    "type" : "string",                                        \
                    "enum" : [ "option1", "option2", "option3" ]              \
                },                                                            \
                "titledSingle" : {                                            \
                    "type" : "string",                                        \
                    "oneOf" : [                                               \
                        {"const" : "value1", "title" : "First Option"},       \
                        {"const" : "value2", "title" : "Second Option"},      \
                        {"const" : "value3", "title" : "Third Option"}        \
                    ]                                                         \
                },                                                            \
                "legacyEnum" : {                                              \
                    "type" : "string",                                        \
                    "enum" : [ "opt1", "opt2", "opt3" ],                      \
                    "enumNames" : [ "One", "Two", "Three" ]                   \
                },                                                            \
                "untitledMulti" : {                                           \
                    "type" : "array",                                         \
                    "items" : {                                               \
                        "type" : "string",                                    \
                        "enum" : [ "option1", "option2", "option3" ]          \
                    }                                                         \
                },                                                            \
                "titledMulti" : {                                             \
                    "type" : "array",                                         \
                    "items" : {                                               \
                        "anyOf" : [                                           \
                            {"const" : "value1", "title" : "First Choice"},   \
                            {"const" : "value2", "title" : "Second Choice"},  \
                            {"const" : "value3", "title" : "Third Choice"}    \
                        ]                                                     \
                    }                                                         \
                }                                                             \
            }                                                                 \
        }                                                                     \
    })

static question_t defaults = {"form", "elicitation/create", DEFAULTS,
                              "Elicitation completed: "};
static question_t enums = {"form", "elicitation/create", ENUMS,
                           "Elicitation completed: "};

/* -- multi round-trip requests -- */

static question_t user_name = {"user_name", "elicitation/create", NAME_FORM,
                               "Hello: "};
static question_t capital = {"capital_question", "sampling/createMessage",
                             CAPITAL, "The model said: "};
static question_t roots = {"client_roots", "roots/list", NULL, "The roots: "};

static mcp_outcome_t request_state(mcp_call_t *call, void *baton)
{
    const char *state = call->api->remembered(call);

    if (state && call->api->answer(call, "confirm")) {
        conformance_say(call, "state-ok: ", state, NULL);
        return MCP_CALL_DONE;
    }
    ask_user(call, "confirm", OK_FORM);
    call->api->remember(call, "the state");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t multiple_inputs(mcp_call_t *call, void *baton)
{
    const char *name = call->api->answer(call, "user_name");
    const char *greeting = call->api->answer(call, "greeting");
    const char *where = call->api->answer(call, "client_roots");

    if (name && greeting && where) {
        conformance_say(call, "All there: ", name, greeting, where, NULL);
        return MCP_CALL_DONE;
    }
    ask_user(call, "user_name", NAME_FORM);
    ask_model(call, "greeting");
    call->api->ask(call, "client_roots", "roots/list", NULL);
    call->api->remember(call, "three");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t multi_round(mcp_call_t *call, void *baton)
{
    const char *round = call->api->remembered(call);

    if (round && !strcmp(round, "2") && call->api->answer(call, "step2")) {
        conformance_say(call, "Done after round ", round, NULL);
        return MCP_CALL_DONE;
    }
    if (round && !strcmp(round, "1") && call->api->answer(call, "step1")) {
        ask_user(call, "step2", COLOR_FORM);
        call->api->remember(call, "2");
    }
    else {
        ask_user(call, "step1", NAME_FORM);
        call->api->remember(call, "1");
    }
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t capabilities(mcp_call_t *call, void *baton)
{
    if (call->api->answer(call, "user") || call->api->answer(call, "model")) {
        conformance_say(call, "Answered", NULL);
        return MCP_CALL_DONE;
    }
    if (call->api->can(call, "/elicitation/form"))
        ask_user(call, "user", NAME_FORM);
    if (call->api->can(call, "/sampling"))
        ask_model(call, "model");
    call->api->remember(call, "asked");
    return MCP_CALL_INPUT_REQUIRED;
}

#define ONE(argument)                                                         \
    JSON({                                                                    \
        "type" : "object",                                                    \
        "properties" : {argument : {"type" : "string"}},                      \
        "required" : [argument]                                               \
    })
#define ASK(tool_name, question)                                              \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = DESCRIPTION, .call = ask_of_baton, .baton = question   \
    }
#define MRTR "test_input_required_result_"

const mcp_tool_t conformance_asking_tools[] = {
    TOOL("test_sampling", sampling, ONE("prompt")),
    TOOL("test_elicitation", elicitation, ONE("message")),
    ASK("test_elicitation_sep1034_defaults", &defaults),
    ASK("test_elicitation_sep1330_enums", &enums),
    ASK("test_missing_capability", &capital),
    ASK("test_streaming_elicitation", &user_name),
    ASK(MRTR "elicitation", &user_name),
    ASK(MRTR "sampling", &capital),
    ASK(MRTR "list_roots", &roots),
    TOOL(MRTR "request_state", request_state, NULL),
    TOOL(MRTR "multiple_inputs", multiple_inputs, NULL),
    TOOL(MRTR "multi_round", multi_round, NULL),
    TOOL(MRTR "tampered_state", request_state, NULL),
    TOOL(MRTR "capabilities", capabilities, NULL),
    {.name = NULL},
};
