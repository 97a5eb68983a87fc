/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

#include "live/mailbox.h"
#include "live/place.h"

/* HTTP+SSE from within: what is posted while the stream is open, and what
 * becomes of it when the stream cannot take it. */

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

#define CALL BODY("tools/call", "\"name\":\"tool\"")
#define COMMENT "\n\n: \n\n"

/* One stream, and what is done while it waits. */
typedef struct stage_t {
    world_t *w;
    mcp_ctx_t *cx;
    const mcp_principal_t *who;        /* posts */
    int (*act)(struct stage_t *stage); /* at each wait; 0: no more */
    int acts;
    mcp_exchange_t posted; /* the last one */
    int accepted;          /* with 202 before it was answered */
} stage_t;

static void on_wait(void *baton)
{
    stage_t *stage = baton;

    if (stage->act && !stage->act(stage))
        stage->act = NULL;
}

/* While the stream is open: its own is kept aside. */
static void post(stage_t *stage, const char *body)
{
    static world_stream_t stream;
    mcp_exchange_t x = {.principal = stage->who, .outlet = &world_outlet};

    world_session_key = world_between("sessionId=", "\n", stage->cx->pool);
    stream = world_stream;
    world_stream_begin(0);
    world_send(&x, stage->w, "POST", "", body, stage->cx);
    stage->accepted = world_stream.accepted;
    stage->posted = x;
    world_stream = stream;
}

static mcp_exchange_t run(stage_t *stage, int waits,
                          int (*act)(stage_t *stage))
{
    mcp_exchange_t x = {.principal = &stage->w->alice,
                        .outlet = &world_outlet};

    stage->act = act;
    stage->acts = 0;
    world_session_key = NULL;
    world_stream_begin(waits);
    world_stream.on_wait = on_wait;
    world_stream.baton = stage;
    world_send(&x, stage->w, "GET", "", NULL, stage->cx);
    return x;
}

/* -- what is posted -- */

static mcp_outcome_t speaks(mcp_call_t *call)
{
    call->api->log(call, "info", "\"said\"");
    call->api->text(call, call->api->cancelled(call) ? "gone" : "there");
    return MCP_CALL_DONE;
}

static int calls(stage_t *stage)
{
    now_playing = speaks;
    post(stage, CALL);
    ok(stage->accepted && !stage->posted.status && !stage->posted.json,
       "a request is accepted; its answer comes elsewhere");
    return 0;
}

static int posts_batch(stage_t *stage)
{
    switch (stage->acts++) {
    case 0:
        post(stage, BODY("initialize", "\"protocolVersion\":\"2025-03-26\""));
        return 1;
    default:
        post(stage, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},"
                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]");
        ok(stage->accepted && !stage->posted.status,
           "so is a batch of requests");
        return 0;
    }
}

static int posts_nonsense(stage_t *stage)
{
    post(stage, "{");
    ok(!stage->accepted && stage->posted.status == 400, "what is none is not");
    return 0;
}

static void test_posts(stage_t *stage)
{
    mcp_exchange_t x = run(stage, 2, calls);

    ok(!x.status && !strncmp(world_stream.bytes,
                             "event: endpoint\ndata: /mcp?sessionId=", 37),
       "the stream begins with its endpoint");
    ok(world_sent("event: message\ndata: {") == 2 &&
           world_sent("\"data\":\"said\"") == 1 &&
           world_sent("\"text\":\"there\"") == 1 && !world_sent("id: "),
       "then come messages, without ids");
    run(stage, 3, posts_batch);
    ok(world_sent("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},"
                  "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]") == 1,
       "the answers to a batch are one message");
    run(stage, 2, posts_nonsense);
    ok(!world_sent("event: message"), "and none is sent");
}

/* -- the end -- */

static int is_strange(stage_t *stage)
{
    stage->who = &stage->w->bob;
    post(stage, CALL);
    ok(stage->posted.status == 404 &&
           world_code(&stage->posted, stage->cx) == -32001,
       "a session is no other principal's");
    stage->who = &stage->w->alice;
    return 0;
}

static void test_end(stage_t *stage)
{
    mcp_exchange_t x = {.principal = &stage->w->alice,
                        .outlet = &world_outlet};

    run(stage, 2, is_strange);
    ok(!world_sent("event: message"), "nor hears it of that");
    run(stage, 2, calls);
    world_stream_begin(0);
    world_send(&x, stage->w, "POST", "", CALL, stage->cx);
    ok(x.status == 404 && world_code(&x, stage->cx) == -32001,
       "with its stream a session ends");
    ok(!mcp_live_place_taken(stage->w->works.shared, MCP_PLACE_THREAD),
       "its place is free");
}

static int reads_no_more(stage_t *stage)
{
    now_playing = speaks;
    post(stage, CALL);
    world_stream.reads = 0;
    return 0;
}

static int leaves(stage_t *stage)
{
    world_stream.gone = 1;
    return 0;
}

static int passes(stage_t *stage)
{
    tap_now += apr_time_from_sec(15);
    return ++stage->acts < 2;
}

static void test_reader(stage_t *stage)
{
    run(stage, 9, reads_no_more);
    ok(world_stream.waits == 8, "who reads no more has no stream any more");
    run(stage, 9, leaves);
    ok(world_stream.waits == 8, "nor has who is gone");
    run(stage, 3, passes);
    ok(world_sent(COMMENT) == 2, "a stream is kept alive");
}

/* -- a queue that is full -- */

static const char *big; /* 1 MiB */

static mcp_outcome_t says_much(mcp_call_t *call)
{
    int i;

    for (i = 0; i < 5; i++)
        call->api->log(call, "info", big);
    call->api->text(call, call->api->cancelled(call) ? "gone" : "there");
    return MCP_CALL_DONE;
}

static int overflows(stage_t *stage)
{
    now_playing = says_much;
    post(stage, CALL);
    ok(stage->accepted && !stage->posted.status, "a call says too much");
    return 0;
}

static void test_full(stage_t *stage)
{
    char *text = apr_palloc(stage->cx->pool, 1024 * 1024 + 1);
    mcp_mailbox_use_t use;

    memset(text, 'x', 1024 * 1024);
    text[0] = text[1024 * 1024 - 1] = '"';
    text[1024 * 1024] = '\0';
    big = text;
    run(stage, 9, overflows);
    ok(world_stream.waits == 8 && world_stream.ended &&
           !world_sent("event: message"),
       "a queue of more than 4 MiB ends its stream");
    mcp_live_mailbox_use(&use, stage->w->works.shared);
    ok(!use.boxes, "and nothing stays behind");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;
    stage_t stage = {&w, cx, &w.alice};

    world_make(&w, tools, cx);
    w.server.is_sse = 1;
    test_posts(&stage);
    test_end(&stage);
    test_reader(&stage);
    test_full(&stage);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
