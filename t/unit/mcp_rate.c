/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

/* server/tools: "Servers MUST rate limit tool invocations"; completion: "MUST
 * implement appropriate rate limiting". */

static int calls;

static mcp_outcome_t counted(mcp_call_t *call, void *baton)
{
    calls++;
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static void completes(mcp_call_t *call, const char *argument,
                      const char *value, void *baton)
{
    call->api->value(call, "x");
}

static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t),
                                .name = "tool",
                                .description = "d",
                                .call = counted};
static const mcp_tool_t *const tools[] = {&tool, NULL};
static const mcp_prompt_argument_t arguments[] = {{.name = "a"}, {NULL}};
static const mcp_prompt_t prompt = {.size = sizeof(mcp_prompt_t),
                                    .name = "prompt",
                                    .description = "d",
                                    .arguments = arguments,
                                    .get = counted,
                                    .complete = completes};
static const mcp_prompt_t *const prompts[] = {&prompt, NULL};

#define CALL BODY("tools/call", "\"name\":\"tool\"," META)
#define BAD BODY("tools/call", "\"name\":\"none\"," META)
#define COMPLETE                                                              \
    BODY("completion/complete",                                               \
         "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"prompt\"},"             \
         "\"argument\":{\"name\":\"a\",\"value\":\"\"}," META)

static mcp_exchange_t ask(const world_t *w, const mcp_principal_t *who,
                          const char *headers, const char *text, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who};

    world_send(&x, w, "POST", headers, text, cx);
    return x;
}

static mcp_exchange_t call(const world_t *w, const mcp_principal_t *who,
                           mcp_ctx_t *cx)
{
    return ask(w, who, MODERN_CALL("tool"), CALL, cx);
}

static mcp_exchange_t complete(const world_t *w, const mcp_principal_t *who,
                               mcp_ctx_t *cx)
{
    return ask(w, who, V26 M("completion/complete"), COMPLETE, cx);
}

static int is_limited(const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    return x->status == 429 && world_code(x, cx) == -32603 && x->failure &&
           x->failure->retry_after > 0 && x->failure->retry_after <= 120;
}

static void test_calls(world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x;
    int i;

    w->works.calls.count = 3;
    w->works.calls.window = 60;
    for (i = 0; i < 2; i++)
        ok(call(w, &w->alice, cx).status == 200, "a call within the rate");
    x = ask(w, &w->alice, MODERN_CALL("none"), BAD, cx);
    ok(world_code(&x, cx) == -32602, "one of a tool that is not there");
    x = call(w, &w->alice, cx);
    ok(is_limited(&x, cx) && calls == 2, "counts, too: what comes beyond the "
                                         "rate is 429 and when to come again");
    ok(call(w, &w->bob, cx).status == 200, "another user has a rate of their "
                                           "own");
    ok(complete(w, &w->alice, cx).status == 200,
       "and so have other things than calls");
    tap_now += apr_time_from_sec(x.failure->retry_after);
    ok(call(w, &w->alice, cx).status == 200, "who comes again then is heard");
    x = call(w, NULL, cx);
    ok(x.status == 200, "where nobody signs in and no address is known");
}

static void test_completions(world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x;

    w->works.completions.count = 1;
    w->works.completions.window = 60;
    ok(complete(w, &w->bob, cx).status == 200, "a completion within the rate");
    x = complete(w, &w->bob, cx);
    ok(is_limited(&x, cx), "completions beyond the rate are 429");
    w->works.completions.count = 0;
    ok(complete(w, &w->bob, cx).status == 200, "no rate is no limit");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    world_offer(&w, NULL, prompts, cx);
    test_calls(&w, cx);
    test_completions(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
