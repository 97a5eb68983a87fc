/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

/* Streams of answers: what becomes of them when the clock goes on, when nobody
 * reads, and when they cannot be kept. */

typedef mcp_outcome_t (*part_t)(mcp_call_t *call);
static part_t now_playing;

static mcp_outcome_t play(mcp_call_t *call, void *baton)
{
    return now_playing(call);
}

static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t),
                                .name = "tool",
                                .description = "d",
                                .call = play};
static const mcp_tool_t *const tools[] = {&tool, NULL};

#define STREAM "Accept: application/json, text/event-stream|"
#define CALL_WITH(token)                                                      \
    BODY("tools/call",                                                        \
         "\"name\":\"tool\",\"_meta\":{\"progressToken\":" token "}")
#define CALL CALL_WITH("1")
#define COMMENT "\n\n: \n\n"
#define SAID(n) "\"data\":\"" n "\""
#define RESULT "\"result\":"
/* of the event without data, for it names what is kept first: who is at work
 */
#define FIRST ".1"

typedef struct session_t {
    const world_t *w;
    const char *headers;
    mcp_ctx_t *cx;
} session_t;

static session_t session_of(const world_t *w, const char *version,
                            mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    session_t s = {w, NULL, cx};

    world_send(&x, w, "POST", "",
               apr_pstrcat(cx->pool,
                           "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                           "\"initialize\",\"params\":{\"capabilities\":{},"
                           "\"protocolVersion\":\"",
                           version, "\"}}", NULL),
               cx);
    s.headers = apr_pstrcat(cx->pool, STREAM "Mcp-Session-Id: ", x.session_id,
                            "|", NULL);
    return s;
}

static mcp_exchange_t call(const session_t *s, part_t part)
{
    mcp_exchange_t x = {.principal = &s->w->alice, .outlet = &world_outlet};

    now_playing = part;
    world_send(&x, s->w, "POST", s->headers, CALL, s->cx);
    return x;
}

static mcp_exchange_t resume(const session_t *s, const char *name,
                             const char *number, int waits)
{
    mcp_exchange_t x = {.principal = &s->w->alice, .outlet = &world_outlet};

    world_stream_begin(waits);
    world_send(&x, s->w, "GET",
               apr_pstrcat(s->cx->pool, s->headers, "Last-Event-ID: ", name,
                           ".", number, NULL),
               NULL, s->cx);
    return x;
}

/* of the stream that was just sent */
static const char *name_of(const session_t *s)
{
    const char *name = world_between("id: ", FIRST "\n", s->cx->pool);

    return name ? name : "none";
}

static mcp_outcome_t says_two(mcp_call_t *call)
{
    call->api->log(call, "info", "\"1\"");
    call->api->log(call, "info", "\"2\"");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

/* -- the clock -- */

/* What it goes on by before each question whether the server stops; ends with
 * 0. */
static const int *steps;

static void step(void *unused)
{
    if (*steps)
        tap_now += apr_time_from_sec(*steps++);
}

static mcp_outcome_t naps(mcp_call_t *call)
{
    call->api->remember(call, "");
    call->api->later(call, apr_time_from_sec(3600));
    return MCP_CALL_LATER;
}

static mcp_outcome_t says_and_naps(mcp_call_t *call)
{
    call->api->log(call, "info", "\"1\"");
    return naps(call);
}

static const struct {
    const char *name;
    part_t part;
    int steps[5];
    int comments;
} clocks[] = {
    {"14 s need no comment", says_and_naps, {14, 0}, 0},
    {"15 s do", says_and_naps, {15, 0}, 1},
    {"each 15 s", says_and_naps, {15, 14, 1, 15, 0}, 3},
    {"a stream that is not begun needs none", naps, {20, 0}, 0},
};

static void test_comments(const session_t *s)
{
    mcp_exchange_t x;
    apr_size_t i;
    int waits;

    for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        for (waits = 0; clocks[i].steps[waits]; waits++)
            ;
        /* it looks once more behind the last step */
        world_stream_begin(waits + 1);
        world_stream.on_wait = step;
        steps = clocks[i].steps;
        x = call(s, clocks[i].part);
        ok(world_sent(COMMENT) == clocks[i].comments, "%s", clocks[i].name);
        ok(clocks[i].part == naps ? x.status == 200 && x.json : !x.status,
           "its answer");
    }
    ok(strstr(x.json, "The server stops or restarts") != NULL,
       "what is put off is told when the server stops");
}

static void test_patience(const session_t *s)
{
    static const int minute[] = {59, 1, 1, 0};

    world_stream_begin(99);
    world_stream.on_wait = step;
    steps = minute;
    call(s, says_and_naps);
    ok(world_stream.waits == 97, "a call is put off for a minute at most");
    ok(world_sent("longer than this server waits") == 1 && world_stream.ended,
       "then its stream ends, with the result");
}

/* -- nobody reads -- */

static void test_lost(const session_t *s)
{
    mcp_exchange_t x;
    const char *name;

    world_stream_begin(0);
    world_stream.reads = 2; /* the first event, and one more */
    x = call(s, says_two);
    name = name_of(s);
    ok(!x.status && world_sent(SAID("1")) == 1 && !world_sent(SAID("2")),
       "nobody reads any more");
    resume(s, name, "2", 0);
    ok(!world_sent(SAID("1")) && world_sent(SAID("2")) == 1 &&
           world_sent(RESULT) == 1 && world_stream.ended,
       "what was not read is told when the client comes back");
    resume(s, name, "1", 0);
    ok(world_sent(SAID("1")) == 1 && world_sent(RESULT) == 1,
       "from any event on, again and again");
    x = resume(s, name, "4", 9);
    ok(x.status == 204 && !world_stream.len && world_stream.waits == 9,
       "who has all is told so: 204");
    tap_now += apr_time_from_sec(359);
    x = resume(s, name, "1", 0);
    ok(!x.status && world_sent(RESULT) == 1, "before 6 minutes");
    tap_now += apr_time_from_sec(1);
    x = resume(s, name, "1", 0);
    ok(x.status == 400 && world_code(&x, s->cx) == -32600,
       "after 6 minutes it is gone");
}

static void test_older(const world_t *w, mcp_ctx_t *cx)
{
    session_t s = session_of(w, "2025-06-18", cx);

    world_stream_begin(0);
    world_stream.reads = 1;
    call(&s, says_two);
    ok(world_sent(SAID("1")) == 1 && !world_sent("id: "),
       "a stream of before 2025-11-25 has no ids");
}

/* -- what cannot be kept -- */

static const char *big; /* 1 MiB */

static mcp_outcome_t says_much(mcp_call_t *call)
{
    int i;

    call->api->log(call, "info", "\"1\"");
    for (i = 0; i < 5; i++)
        call->api->log(call, "info", big);
    call->api->log(call, "info", "\"2\"");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static void test_too_much(const session_t *s)
{
    char *text = apr_palloc(s->cx->pool, 1024 * 1024 + 1);
    mcp_exchange_t x;

    memset(text, 'x', 1024 * 1024);
    text[0] = text[1024 * 1024 - 1] = '"';
    text[1024 * 1024] = '\0';
    big = text;
    world_stream_begin(0);
    call(s, says_much);
    x = resume(s, name_of(s), "1", 0);
    ok(x.status == 400 && world_code(&x, s->cx) == -32600,
       "a stream of more than 4 MiB is not kept");
}

/* -- floods -- */

static mcp_outcome_t says_no_end(mcp_call_t *call)
{
    int i;

    for (i = 0; i < 300; i++)
        call->api->log(call, "info", "1");
    call->api->progress(call, 1, 0, NULL);
    ok(world_sent("notifications/message") == 200 &&
           !world_sent("notifications/progress"),
       "logging: servers SHOULD rate limit log messages, as progress");
    tap_now += apr_time_from_msec(25);
    for (i = 0; i < 10; i++)
        call->api->progress(call, i, 0, NULL);
    ok(world_sent("notifications/progress") == 2, "to 100 a second");
    tap_now += apr_time_from_msec(5);
    call->api->log(call, "info", "2");
    ok(world_sent("notifications/message") == 201, "as time goes by");
    tap_now -= apr_time_from_sec(3600);
    call->api->log(call, "info", "3");
    tap_now += apr_time_from_msec(10);
    call->api->log(call, "info", "4");
    ok(world_sent("notifications/message") == 202,
       "a clock that is set back silences nobody");
    tap_now += apr_time_from_sec(3600);
    world_stream.len = 0;
    for (i = 0; i < 300; i++)
        call->api->log(call, "info", "5");
    ok(world_sent("notifications/message") == 200, "after a rest 200 at once");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static void test_flood(const session_t *s)
{
    world_stream_begin(0);
    call(s, says_no_end);
    ok(world_sent(RESULT) == 1, "the result is sent all the same");
}

/* -- tokens -- */

static mcp_outcome_t progresses(mcp_call_t *call)
{
    call->api->progress(call, 1, 0, NULL);
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static void test_tokens(const session_t *s)
{
    static const struct {
        const char *body;
        int is_one;
    } rows[] = {
        {CALL_WITH("7"), 1},    {CALL_WITH("\"\""), 1}, {CALL_WITH("1.5"), 0},
        {CALL_WITH("null"), 0}, {CALL_WITH("[]"), 0},   {CALL_WITH("true"), 0},
    };
    mcp_exchange_t x = {.principal = &s->w->alice, .outlet = &world_outlet};
    apr_size_t i;

    now_playing = progresses;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_stream_begin(0);
        world_send(&x, s->w, "POST", s->headers, rows[i].body, s->cx);
        ok(rows[i].is_one
               ? world_sent("notifications/progress") == 1
               : world_at(&x, "/result", s->cx) && !world_stream.len,
           "progress tokens MUST be a string or integer value: %s",
           rows[i].body);
    }
}

/* -- letting go -- */

static const session_t *parted;

static mcp_outcome_t parts(mcp_call_t *call)
{
    world_stream_t before;
    mcp_ctx_t *cx = parted->cx;
    const char *name;

    call->api->log(call, "info", "\"1\"");
    call->api->part(call, apr_time_from_msec(1500));
    ok(world_stream.ended && world_sent(".2\nretry: 1500\n") == 1,
       "a call lets its stream go, and says behind what to come back");
    before = world_stream;
    name = name_of(parted);
    resume(parted, name, "1", 2);
    ok(world_sent(SAID("1")) == 1 && !world_sent(RESULT) &&
           world_stream.waits < 0,
       "who comes back waits for what is still to come");
    ok(world_sent(".2\nretry: 1000\n") == 1 && world_stream.ended,
       "and is told to come again: the connection ends, not the stream");
    world_stream = before;
    call->api->part(call, apr_time_from_msec(1500));
    ok(world_sent("retry: ") == 1, "once");
    call->api->log(call, "info", "\"2\"");
    call->api->text(call, cx ? "done" : "");
    return MCP_CALL_DONE;
}

static void test_parting(const session_t *s)
{
    mcp_exchange_t x;

    parted = s;
    world_stream_begin(0);
    x = call(s, parts);
    ok(!x.status && !world_sent(SAID("2")) && !world_sent(RESULT),
       "nothing follows on it");
    resume(s, name_of(s), "2", 0);
    ok(world_sent(SAID("2")) == 1 && world_sent(RESULT) == 1,
       "all the rest is there");
}

static void body(mcp_ctx_t *cx)
{
    session_t s;
    world_t w;

    world_make(&w, tools, cx);
    s = session_of(&w, "2025-11-25", cx);
    test_comments(&s);
    test_patience(&s);
    test_lost(&s);
    test_older(&w, cx);
    test_too_much(&s);
    test_tokens(&s);
    test_flood(&s);
    test_parting(&s);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
