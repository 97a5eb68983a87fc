/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_asking.h"

/* Answers to what a tool asked: "Servers SHOULD validate received data matches
 * the requested schema" (client/elicitation). */

#define FIELDS                                                                \
    "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\","            \
    "\"properties\":{\"age\":{\"type\":\"integer\",\"minimum\":18},"          \
    "\"pet\":{\"type\":\"string\",\"enum\":[\"cat\",\"dog\"],\"enumNames\":"  \
    "[\"Cat\",\"Dog\"]}},\"required\":[\"age\"]}}"

/* asks for three things, and remembers nothing */
static mcp_outcome_t ask_fields(mcp_call_t *call, void *baton)
{
    if (!call->api->answer(call, "form")) {
        call->api->ask(call, "form", "elicitation/create", FIELDS);
        call->api->ask(call, "model", "sampling/createMessage",
                       "{\"messages\":[],\"maxTokens\":1}");
        call->api->ask(call, "roots", "roots/list", NULL);
        return MCP_CALL_INPUT_REQUIRED;
    }
    call->api->text(call, "thanks");
    return MCP_CALL_DONE;
}

TOOL("fields", ask_fields);

static const mcp_tool_t *const tools[] = {&ask_fields_tool, NULL};

static const struct {
    const char *answers;
    const char *wrong; /* what is said of it; NULL: nothing is wrong */
} given[] = {
    {"\"form\":{\"action\":\"accept\",\"content\":{\"age\":18}}", NULL},
    {"\"form\":{\"action\":\"accept\",\"content\":{\"age\":20,\"pet\":"
     "\"cat\",\"more\":1}}",
     NULL},
    {"\"form\":{\"action\":\"decline\"}", NULL},
    {"\"form\":{\"action\":\"cancel\",\"content\":{\"age\":1}}", NULL},
    {"\"form\":{\"action\":\"accept\",\"content\":{\"age\":17}}",
     "form: content/age: must be at least 18"},
    {"\"form\":{\"action\":\"accept\",\"content\":{\"age\":\"18\"}}",
     "form: content/age: must be "},
    {"\"form\":{\"action\":\"accept\",\"content\":{\"age\":18,\"pet\":"
     "\"cow\"}}",
     "form: content/pet: must be "},
    {"\"form\":{\"action\":\"accept\",\"content\":{}}", "form: content/: "},
    {"\"form\":{\"action\":\"accept\",\"content\":null}", "form: content/: "},
    {"\"form\":{\"action\":\"accept\"}", "form: content/: "},
    {"\"form\":{\"action\":\"accept\",\"content\":[]}", "form: content/: "},
    {"\"form\":{\"action\":\"yes\",\"content\":{\"age\":18}}",
     "form: action must be accept, decline or cancel"},
    {"\"form\":{\"content\":{\"age\":18}}", "form: action must be "},
    {"\"form\":{\"action\":\"decline\"},\"model\":{\"role\":\"assistant\","
     "\"content\":{\"type\":\"text\",\"text\":\"x\"},\"model\":\"m\"},"
     "\"roots\":{\"roots\":[{\"uri\":\"file:///\"}]},\"other\":{}",
     NULL},
    {"\"form\":{\"action\":\"decline\"},\"model\":{\"role\":\"assistant\","
     "\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
     NULL},
    {"\"model\":{\"role\":\"assistant\",\"content\":\"x\"}",
     "model: content must be "},
    {"\"model\":{\"role\":\"system\",\"content\":[]}", "model: role must be "},
    {"\"roots\":{}", "roots: roots must be a list"},
    {"\"roots\":{\"roots\":[{}]}", "roots: each of roots must have a uri"},
};

static void test_given(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *state, *want;
    apr_size_t i;

    call_tool(&x, w, "fields", ALL, "", cx);
    state = world_at(&x, "/result/requestState", cx);
    ok(state && strlen(state) < 600, "a form is known again by its state");
    for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        call_tool(&x, w, "fields", ALL,
                  apr_pstrcat(cx->pool, "\"requestState\":", state,
                              ",\"inputResponses\":{", given[i].answers, "},",
                              NULL),
                  cx);
        want = given[i].wrong ? apr_pstrcat(cx->pool, "inputResponses.",
                                            given[i].wrong, NULL)
                              : "thanks";
        ok(strstr(x.json, want) != NULL &&
               world_code(&x, cx) == (given[i].wrong ? -32602 : 0),
           "%s: %s", given[i].answers, x.json);
    }
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    test_given(&w, cx);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
