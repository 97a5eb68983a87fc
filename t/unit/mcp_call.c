/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

/* What becomes of what a tool does. One tool plays all parts: its baton is
 * the part. */

typedef mcp_outcome_t (*part_t)(mcp_call_t *call);
static part_t now_playing;

static mcp_outcome_t play(mcp_call_t *call, void *baton)
{
    return now_playing(call);
}

#define RESULT_SCHEMA                                                         \
    "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"integer\"}}" \
    ",\"required\":[\"result\"]}"

static const mcp_tool_t plain = {.size = sizeof(mcp_tool_t),
                                 .name = "plain",
                                 .description = "d",
                                 .input_schema = "{\"type\":\"object\"}",
                                 .call = play},
                        typed = {.size = sizeof(mcp_tool_t),
                                 .name = "typed",
                                 .description = "d",
                                 .input_schema = "{\"type\":\"object\"}",
                                 .output_schema = RESULT_SCHEMA,
                                 .call = play},
                        bare = {.size = sizeof(mcp_tool_t),
                                .name = "bare",
                                .description = "d",
                                .call = play};

static const mcp_tool_t *const tools[] = {&plain, &typed, &bare, NULL};

/* -- the parts -- */

static mcp_outcome_t writes_text(mcp_call_t *call)
{
    call->api->text(call, "a \"quoted\"\nline \xe2\x82\xac");
    call->api->text(call, "");
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_media(mcp_call_t *call)
{
    call->api->media(call, "image", "image/png", "\x89PNG", 4);
    call->api->media(call, "audio", "audio/wav", "", 0);
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_content(mcp_call_t *call)
{
    call->api->content(call, "{ \"type\": \"resource_link\",\n\"uri\": "
                             "\"file:///x\", \"name\": \"x\" }");
    call->api->text(call, "behind");
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_structured(mcp_call_t *call)
{
    char own[] = "{\"result\":5}";

    call->api->structured(call, own);
    memset(own, 'x', sizeof(own) - 1);
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_both(mcp_call_t *call)
{
    call->api->structured(call, "{\r\n\"result\":\t5 }");
    call->api->text(call, "five");
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_nothing(mcp_call_t *call)
{
    return MCP_CALL_DONE;
}

static mcp_outcome_t fails_with_text(mcp_call_t *call)
{
    call->api->text(call, "no such city");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t fails_with_structured(mcp_call_t *call)
{
    call->api->structured(call, "{\"why\":\"full\"}");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t notifies(mcp_call_t *call)
{
    call->api->progress(call, 1, 2, "half");
    call->api->log(call, "info", "{\"x\":1}");
    call->api->text(call, call->api->cancelled(call) ? "gone" : "there");
    return MCP_CALL_DONE;
}

static mcp_outcome_t quotes(mcp_call_t *call)
{
    call->api->text(call, call->api->quote(call, "a\"\\\n\xff"));
    call->api->text(call, call->api->quote(call, NULL));
    return MCP_CALL_DONE;
}

static mcp_outcome_t tells_who(mcp_call_t *call)
{
    call->api->text(call, call->principal ? call->principal->user : "nobody");
    call->api->text(call, call->name);
    return MCP_CALL_DONE;
}

static mcp_outcome_t tells_claims(mcp_call_t *call)
{
    static const char *const pointers[] = {"/a~1b", "/c", "/c/0", "/d", ""};
    const char *claim;
    int i;

    for (i = 0; i < 5; i++) {
        claim = call->api->claim(call, pointers[i]);
        call->api->text(call, claim ? claim : "none");
    }
    return MCP_CALL_DONE;
}

static mcp_outcome_t writes_enough(mcp_call_t *call)
{
    char *text = apr_palloc(call->pool, 1048577);

    memset(text, 'a', 1048576);
    text[1048576] = '\0';
    call->api->text(call, text);
    return MCP_CALL_DONE;
}

/* -- answers -- */

static const struct {
    const char *name;
    const char *tool;
    part_t part;
    const char *content;    /* of the result, as JSON */
    const char *structured; /* NULL: none */
    int is_error;
} answers[] = {
    {"text", "plain", writes_text,
     "[{\"type\":\"text\",\"text\":\"a \\\"quoted\\\"\\nline \xe2\x82\xac\"},"
     "{\"type\":\"text\",\"text\":\"\"}]",
     NULL, 0},
    {"image and audio", "plain", writes_media,
     "[{\"type\":\"image\",\"data\":\"iVBORw==\",\"mimeType\":\"image/png\"},"
     "{\"type\":\"audio\",\"data\":\"\",\"mimeType\":\"audio/wav\"}]",
     NULL, 0},
    {"a rendered block, and text behind it", "plain", writes_content,
     "[{\"type\":\"resource_link\",\"uri\":\"file:///x\",\"name\":\"x\"},"
     "{\"type\":\"text\",\"text\":\"behind\"}]",
     NULL, 0},
    {"structured content is a text too where there is none", "typed",
     writes_structured,
     "[{\"type\":\"text\",\"text\":\"{\\\"result\\\":5}\"}]", "{\"result\":5}",
     0},
    {"structured content beside a text", "typed", writes_both,
     "[{\"type\":\"text\",\"text\":\"five\"}]", "{\"result\":5}", 0},
    {"structured content needs no schema", "plain", writes_both,
     "[{\"type\":\"text\",\"text\":\"five\"}]", "{\"result\":5}", 0},
    {"nothing", "plain", writes_nothing, "[]", NULL, 0},
    {"a failure", "plain", fails_with_text,
     "[{\"type\":\"text\",\"text\":\"no such city\"}]", NULL, 1},
    {"a failure need not be as the schema of success", "typed",
     fails_with_structured,
     "[{\"type\":\"text\",\"text\":\"{\\\"why\\\":\\\"full\\\"}\"}]",
     "{\"why\":\"full\"}", 1},
    {"a failure without structured content", "typed", fails_with_text,
     "[{\"type\":\"text\",\"text\":\"no such city\"}]", NULL, 1},
    {"progress and log lines are dropped", "plain", notifies,
     "[{\"type\":\"text\",\"text\":\"there\"}]", NULL, 0},
    {"quote() makes a JSON string of anything", "plain", quotes,
     "[{\"type\":\"text\",\"text\":\"\\\"a\\\\\\\"\\\\\\\\\\\\n\xef\xbf\xbd"
     "\\\"\"},{\"type\":\"text\",\"text\":\"\\\"\\\"\"}]",
     NULL, 0},
    {"the principal", "plain", tells_who,
     "[{\"type\":\"text\",\"text\":\"alice\"},{\"type\":\"text\",\"text\":"
     "\"plain\"}]",
     NULL, 0},
};

static void call_tool(mcp_exchange_t *x, const world_t *w, const char *tool,
                      part_t part, const char *arguments, mcp_ctx_t *cx)
{
    now_playing = part;
    world_call(
        x, w, tool,
        apr_pstrcat(cx->pool, "\"arguments\":", arguments, "," META, NULL),
        cx);
}

static void test_answers(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        call_tool(&x, w, answers[i].tool, answers[i].part, "{}", cx);
        ok(x.status == 200 && !strchr(x.json, '\n'), "%s: one line",
           answers[i].name);
        is(world_at(&x, "/result/content", cx), answers[i].content,
           answers[i].name);
        is(world_at(&x, "/result/structuredContent", cx),
           answers[i].structured, "its structured content");
        is(world_at(&x, "/result/isError", cx),
           answers[i].is_error ? "true" : NULL, "whether it failed");
    }
}

static void test_size(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    call_tool(&x, w, "plain", writes_enough, "{}", cx);
    ok(x.status == 200 && !world_at(&x, "/result/isError", cx) &&
           x.json_len > 1048576,
       "1 MiB is not too much");
}

/* -- arguments -- */

static char seen[2000];

#define SEE(...)                                                              \
    snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), __VA_ARGS__)

static mcp_outcome_t reads(mcp_call_t *call)
{
    static const char *const pointers[] = {
        "/s", "/i", "/r", "/b", "/n", "/o/x", "/a/1", "/none", "", "bad"};
    const char *text, *json;
    apr_int64_t integer;
    double number;
    int boolean, is_integer, is_number, is_boolean;
    apr_size_t i;

    for (i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        text = call->api->string(call, pointers[i]);
        is_integer = call->api->integer(call, pointers[i], &integer);
        is_number = call->api->number(call, pointers[i], &number);
        is_boolean = call->api->boolean(call, pointers[i], &boolean);
        json = call->api->json(call, pointers[i]);
        SEE("%s: %s %d/%d %d/%g %d/%d %s\n", pointers[i], text ? text : "-",
            is_integer, (int)integer, is_number, number, is_boolean, boolean,
            json ? json : "-");
    }
    return MCP_CALL_DONE;
}

static void test_arguments(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    call_tool(&x, w, "plain", reads,
              "{\"s\":\"t\",\"i\":3,\"r\":2.5,\"b\":true,\"n\":null,\"o\":{"
              "\"x\":\"y\"},\"a\":[1,2]}",
              cx);
    is(seen,
       "/s: t 0/0 0/0 0/0 \"t\"\n"
       "/i: - 1/3 1/3 0/0 3\n"
       "/r: - 0/0 1/2.5 0/0 2.5\n"
       "/b: - 0/0 0/0 1/1 true\n"
       "/n: - 0/0 0/0 0/0 null\n"
       "/o/x: y 0/0 0/0 0/0 \"y\"\n"
       "/a/1: - 1/2 1/2 0/0 2\n"
       "/none: - 0/0 0/0 0/0 -\n"
       ": - 0/0 0/0 0/0 {\"s\":\"t\",\"i\":3,\"r\":2.5,\"b\":true,\"n\":null,"
       "\"o\":{\"x\":\"y\"},\"a\":[1,2]}\n"
       "bad: - 0/0 0/0 0/0 -\n",
       "arguments by pointer and type");
    call_tool(&x, w, "bare", writes_nothing, "{}", cx);
    is(world_at(&x, "/result/content", cx), "[]",
       "a tool without a schema takes no arguments");
    call_tool(&x, w, "bare", writes_nothing, "{\"a\":1}", cx);
    is(world_at(&x, "/result/isError", cx), "true", "and refuses any");
}

/* claims: of who calls; NULL: nobody does */
static const char *claims_told(const world_t *w, const char *claims,
                               mcp_ctx_t *cx)
{
    mcp_principal_t who = w->alice;
    mcp_exchange_t x = {.principal = claims ? &who : NULL};
    const mcp_json_t *content;
    const char *all = "";
    apr_size_t i;

    who.claims = claims && *claims ? claims : NULL;
    call_tool(&x, w, "plain", tells_claims, "{}", cx);
    mcp_json_read(&content, x.json, strlen(x.json), cx);
    content = mcp_json_pointer(content, "/result/content");
    for (i = 0; i < mcp_json_size(content); i++)
        all = apr_pstrcat(
            cx->pool, all, i ? "|" : "",
            mcp_json_string(mcp_json_get(mcp_json_at(content, i), "text")),
            NULL);
    return all;
}

static void test_claims(const world_t *w, mcp_ctx_t *cx)
{
    is(claims_told(w, "{\"a/b\":\"x \\\"y\\\"\",\"c\":[1,{}]}", cx),
       "x \"y\"|[1,{}]|1|none|{\"a/b\":\"x \\\"y\\\"\",\"c\":[1,{}]}",
       "claims by their pointers");
    is(claims_told(w, "", cx), "none|none|none|none|none",
       "of whom nothing is said");
    is(claims_told(w, "{\"a/b\":", cx), "none|none|none|none|none",
       "what is no JSON");
    is(claims_told(w, NULL, cx), "none|none|none|none|none", "of nobody");
}

static void test_cancelled(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = NULL};

    now_playing = notifies;
    world_stream_begin(99);
    world_stream.gone = 1;
    x.server = &w->server;
    x.works = &w->works;
    x.method = "POST";
    x.body = BODY("tools/call", "\"name\":\"plain\"," META);
    x.body_len = strlen(x.body);
    x.header = world_header;
    x.outlet = &world_outlet;
    x.baton = cx->pool;
    world_headers = MODERN_CALL("plain");
    mcp_dispatch(&x, cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"gone\"",
       "a tool can learn that nobody waits");
    x.outlet = NULL;
    call_tool(&x, w, "plain", tells_who, "{}", cx);
    is(world_at(&x, "/result/content/0/text", cx), "\"nobody\"",
       "where nobody signs in there is no principal");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    test_answers(&w, cx);
    test_size(&w, cx);
    is(tap_log, "", "nothing of this is worth a line in the log");
    test_arguments(&w, cx);
    test_claims(&w, cx);
    test_cancelled(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
