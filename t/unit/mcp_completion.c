/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_reading.h"

/* completion/complete: what can be completed, and what comes of it. */

static mcp_outcome_t many(mcp_call_t *call)
{
    int i;

    for (i = 0; i < 130; i++)
        call->api->value(call, apr_psprintf(call->pool, "v%d", i));
    return MCP_CALL_DONE;
}

PART(three, call->api->value(call, "a"); call->api->value(call, "\"b\"");
     call->api->value(call, "\xc3\xa9"); return MCP_CALL_DONE)
PART(latin1, call->api->value(call, "\xe9"); return MCP_CALL_DONE)

#define REF_PROMPT(n) "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"" n "\"}"
#define REF_URI(u) "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"" u "\"}"
#define ARGUMENT(n, v) ",\"argument\":{\"name\":\"" n "\",\"value\":\"" v "\"}"
#define THREE                                                                 \
    "{\"values\":[\"a\",\"\\\"b\\\"\",\"\xc3\xa9\"],\"total\":3,"             \
    "\"hasMore\":false}"
#define EMPTY "{\"values\":[],\"total\":0,\"hasMore\":false}"

/* want: completion as JSON; NULL: -32602. sees: what the completer is told */
static const struct {
    const char *name, *params, *want, *sees;
} completes[] = {
    {"an argument of a prompt", REF_PROMPT("review") ARGUMENT("code", "p"),
     THREE, "review {} code=p\n"},
    {"with what is settled",
     REF_PROMPT("review")
         ARGUMENT("style", "") ",\"context\":{\"arguments\":{\"code\":\"x\"}}",
     THREE, "review {\"code\":\"x\"} style=\n"},
    {"with an empty context",
     REF_PROMPT("review") ARGUMENT("style", "") ",\"context\":{}", THREE,
     "review {} style=\n"},
    {"a variable of a template", REF_URI("t://item/{id}") ARGUMENT("id", "7"),
     THREE, "t://item/{id} {} id=7\n"},
    {"of a URI that it fits", REF_URI("t://item/8") ARGUMENT("id", "7"), THREE,
     "t://item/{id} {} id=7\n"},
    {"a prompt without completer", REF_PROMPT("mutes") ARGUMENT("code", "p"),
     EMPTY, ""},
    {"a template without one", REF_URI("t://mute/{id}") ARGUMENT("id", "p"),
     EMPTY, ""},
    {"a resource", REF_URI("t://plain") ARGUMENT("id", "p"), EMPTY, ""},
    {"an unknown prompt", REF_PROMPT("none") ARGUMENT("code", "p"), NULL, ""},
    {"an unknown argument", REF_PROMPT("review") ARGUMENT("cod", "p"), NULL,
     ""},
    {"an unknown variable", REF_URI("t://item/{id}") ARGUMENT("i", "p"), NULL,
     ""},
    {"an unknown resource", REF_URI("t://none") ARGUMENT("id", "p"), NULL, ""},
    {"an unknown template", REF_URI("t://item/{no}") ARGUMENT("no", "p"), NULL,
     ""},
    {"an unknown type",
     "\"ref\":{\"type\":\"ref/tool\",\"name\":\"x\"}" ARGUMENT("a", "b"), NULL,
     ""},
    {"a ref without type", "\"ref\":{\"name\":\"review\"}" ARGUMENT("a", "b"),
     NULL, ""},
    {"a ref without name",
     "\"ref\":{\"type\":\"ref/prompt\"}" ARGUMENT("a", "b"), NULL, ""},
    {"a ref without uri",
     "\"ref\":{\"type\":\"ref/resource\"}" ARGUMENT("a", "b"), NULL, ""},
    {"no ref", "\"argument\":{\"name\":\"a\",\"value\":\"b\"}", NULL, ""},
    {"no argument", REF_PROMPT("review"), NULL, ""},
    {"no value", REF_PROMPT("review") ",\"argument\":{\"name\":\"code\"}",
     NULL, ""},
    {"a value that is a number",
     REF_PROMPT("review") ",\"argument\":{\"name\":\"code\",\"value\":7}",
     NULL, ""},
    {"a context that is a list",
     REF_PROMPT("review") ARGUMENT("code", "p") ",\"context\":[]", NULL, ""},
    {"settled arguments that are a list",
     REF_PROMPT("review")
         ARGUMENT("code", "p") ",\"context\":{\"arguments\":[]}",
     NULL, ""},
    {"one that is a number",
     REF_PROMPT("review")
         ARGUMENT("code", "p") ",\"context\":{\"arguments\":{\"a\":1}}",
     NULL, ""},
};

static void test_completes(const world_t *w, int modern, mcp_ctx_t *cx)
{
    const char *era = modern ? "modern" : "legacy";
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    now_playing = three;
    for (i = 0; i < sizeof(completes) / sizeof(completes[0]); i++) {
        *seen = '\0';
        ask(&x, w, modern, "completion/complete", NULL, completes[i].params,
            cx);
        if (completes[i].want)
            is(world_at(&x, "/result/completion", cx), completes[i].want,
               completes[i].name);
        else
            ok(x.status == 200 && world_code(&x, cx) == -32602,
               "%s: %s is -32602", era, completes[i].name);
        is(seen, completes[i].sees, "and the completer was told so much");
    }
    now_playing = many;
    ask(&x, w, modern, "completion/complete", NULL,
        REF_PROMPT("review") ARGUMENT("code", "v"), cx);
    is(world_at(&x, "/result/completion/values/99", cx), "\"v99\"",
       "100 values are sent");
    ok(!world_at(&x, "/result/completion/values/100", cx), "and no more");
    is(world_at(&x, "/result/completion/total", cx), "130", "of so many");
    is(world_at(&x, "/result/completion/hasMore", cx), "true",
       "so there are more");
}

static void test_broken_completion(const world_t *w, mcp_ctx_t *cx)
{
    static const part_t parts[] = {latin1, text, image, linked};
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        now_playing = parts[i];
        *tap_log = '\0';
        ask(&x, w, 1, "completion/complete", NULL,
            REF_PROMPT("review") ARGUMENT("code", "v"), cx);
        ok(world_code(&x, cx) == -32603 &&
               strstr(tap_log, "MCP00250: the completion review"),
           "a completion that is broken is told of");
    }
}

static void test_capability(mcp_ctx_t *cx)
{
    static const mcp_prompt_t *const silent[] = {&simple, NULL};
    static const mcp_tool_t *const none[] = {NULL};
    mcp_exchange_t x = {0};
    world_t w;

    world_make(&w, none, cx);
    world_offer(&w, NULL, silent, cx);
    ask(&x, &w, 1, "completion/complete", NULL,
        REF_PROMPT("simple") ARGUMENT("a", "b"), cx);
    ok(x.status == 404 && world_code(&x, cx) == -32601,
       "\"Method not found: -32601 (Capability not supported)\"");
    read_uri(&x, &w, 1, "t://plain", cx);
    ok(x.status == 404 && world_code(&x, cx) == -32601,
       "so is resources/read where there are none");
    world_end(&w);
}

static void body(mcp_ctx_t *cx)
{
    world_t w;
    int modern;

    reading_make(&w, cx);
    for (modern = 0; modern < 2; modern++) {
        test_completes(&w, modern, cx);
    }
    test_broken_completion(&w, cx);
    test_capability(cx);
    world_end(&w);
}

TAP_MAIN(body)
