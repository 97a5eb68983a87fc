/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

#include "live/place.h"
#include "mcp/box.h"
#include "mcp/news.h"

/* subscriptions/listen, and the stream of a session: what the clock, a client
 * that reads no more, and a full house do to them. */

static mcp_outcome_t nothing(mcp_call_t *call, void *baton)
{
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t),
                                .name = "tool",
                                .description = "d",
                                .call = nothing};
static const mcp_tool_t *const tools[] = {&tool, NULL};

#define STREAM "Accept: application/json, text/event-stream|"
#define LISTEN                                                                \
    BODY("subscriptions/listen",                                              \
         "\"notifications\":{\"toolsListChanged\":true}," META)
#define COMMENT "\n\n: \n\n"
#define ACKNOWLEDGED "subscriptions/acknowledged"
#define CHANGED "notifications/tools/list_changed"
#define COMPLETE "\"resultType\":\"complete\""

static mcp_exchange_t listen_as(const world_t *w, const mcp_principal_t *who,
                                mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who, .outlet = &world_outlet};

    world_send(&x, w, "POST", STREAM V26 M("subscriptions/listen"), LISTEN,
               cx);
    return x;
}

/* What happens before each question whether the server stops. */
typedef struct event_t {
    int seconds;        /* that pass */
    const char *module; /* something of it changes, or NULL */
    int gone;
} event_t;

typedef struct script_t {
    const world_t *w;
    const event_t *next; /* ends with one that is all 0 */
    apr_uint64_t whose;
} script_t;

static void act(void *baton)
{
    script_t *script = baton;
    const event_t *event = script->next;
    mcp_news_t news = {event->module, "tools", script->whose};

    if (!event->seconds && !event->module && !event->gone)
        return;
    script->next++;
    tap_now += apr_time_from_sec(event->seconds);
    if (event->module)
        mcp_news_tell(script->w->works.shared, &news);
    if (event->gone)
        world_stream.gone = 1;
}

static int taken(const world_t *w)
{
    return (int)mcp_live_place_taken(w->works.shared, MCP_PLACE_THREAD);
}

static const struct {
    const char *name;
    event_t events[5];
    int comments, changes, ends; /* with the result */
    int waits;                   /* that are left of 9 */
} rows[] = {
    {"14 s need no comment", {{14}, {0}}, 0, 0, 1, -1},
    {"15 s do", {{15}, {0}}, 1, 0, 1, -1},
    {"each 15 s", {{15}, {14}, {1}, {15}, {0}}, 3, 0, 1, -1},
    {"a change is told", {{0, "test"}, {0}}, 0, 1, 1, -1},
    {"each is", {{0, "test"}, {0, "test"}, {0}}, 0, 2, 1, -1},
    {"another module's is not", {{0, "other"}, {0}}, 0, 0, 1, -1},
    {"for a minute", {{59}, {1}, {0, "test"}, {0}}, 1, 0, 1, 7},
    {"as long as the client is there", {{0, NULL, 1}, {0}}, 0, 0, 0, 8},
};

static void test_rows(const world_t *w, mcp_ctx_t *cx)
{
    script_t script = {w, NULL, 0};
    mcp_exchange_t x;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_stream_begin(9);
        world_stream.on_wait = act;
        world_stream.baton = &script;
        script.next = rows[i].events;
        x = listen_as(w, &w->alice, cx);
        ok(world_sent(ACKNOWLEDGED) == 1 &&
               world_sent(COMMENT) == rows[i].comments &&
               world_sent(CHANGED) == rows[i].changes,
           "%s", rows[i].name);
        ok(!x.status && world_sent(COMPLETE) == rows[i].ends &&
               world_stream.waits == rows[i].waits,
           "and then it is over");
        ok(!taken(w), "its place is free");
    }
}

/* -- whose it is -- */

static void test_whose(const world_t *w, mcp_ctx_t *cx)
{
    static const event_t change[] = {{0, "test"}, {0}};
    script_t script = {w, change, mcp_box_principal(&w->alice, cx->pool)};

    world_stream_begin(1);
    world_stream.on_wait = act;
    world_stream.baton = &script;
    listen_as(w, &w->alice, cx);
    ok(world_sent(CHANGED) == 1, "what is hers alice is told");
    script.next = change;
    world_stream_begin(1);
    world_stream.on_wait = act;
    world_stream.baton = &script;
    listen_as(w, &w->bob, cx);
    ok(!world_sent(CHANGED), "bob is not");
    script.next = change;
    world_stream_begin(1);
    world_stream.on_wait = act;
    world_stream.baton = &script;
    listen_as(w, NULL, cx);
    ok(!world_sent(CHANGED), "nor is nobody");
}

static void test_token(const world_t *w, mcp_ctx_t *cx)
{
    static const event_t passing[] = {{9}, {1}, {0}};
    mcp_principal_t alice = w->alice;
    script_t script = {w, passing, 0};

    alice.expires = tap_now + apr_time_from_sec(10);
    world_stream_begin(9);
    world_stream.on_wait = act;
    world_stream.baton = &script;
    listen_as(w, &alice, cx);
    ok(world_stream.waits == 7 && world_sent(COMPLETE) == 1,
       "no stream outlives the access token");
}

/* -- nobody reads -- */

static void test_unread(const world_t *w, mcp_ctx_t *cx)
{
    static const event_t change[] = {{0, "test"}, {0}};
    static const event_t quarter[] = {{15}, {0}};
    script_t script = {w, change, 0};
    int reads;

    for (reads = 0; reads < 2; reads++) {
        script.next = change;
        world_stream_begin(9);
        world_stream.reads = reads;
        world_stream.on_wait = act;
        world_stream.baton = &script;
        listen_as(w, &w->alice, cx);
        ok(world_stream.waits == (reads ? 8 : 9) && !world_sent(CHANGED),
           "who reads no more is not listening any more");
    }
    script.next = quarter;
    world_stream_begin(9);
    world_stream.reads = 1;
    world_stream.on_wait = act;
    world_stream.baton = &script;
    listen_as(w, &w->alice, cx);
    ok(world_stream.waits == 7, "which a comment finds out too");
    ok(!taken(w), "nor does it hold a place");
}

/* -- a full house -- */

static void test_full(world_t *w, mcp_ctx_t *cx)
{
    mcp_place_limits_t *limits = &w->works.places[MCP_PLACE_THREAD];
    mcp_place_limits_t as_it_was = *limits;
    mcp_exchange_t x;
    int place;

    limits->server = 1;
    place = mcp_live_place_take(w->works.shared, MCP_PLACE_THREAD, limits, 0);
    world_stream_begin(9);
    x = listen_as(w, &w->alice, cx);
    ok(x.status == 503 && world_code(&x, cx) == -32603 && !world_stream.len,
       "more than may listen are told to come again");
    ok(x.failure && x.failure->retry_after == 5, "and when");
    mcp_live_place_give(w->works.shared, MCP_PLACE_THREAD, place);
    x = listen_as(w, &w->alice, cx);
    ok(!x.status, "as soon as one has gone there is room");
    *limits = as_it_was;
}

/* -- the stream of a session -- */

static void test_session(const world_t *w, mcp_ctx_t *cx)
{
    static const event_t events[] = {{15}, {0, "test"}, {0}};
    mcp_exchange_t x = {.principal = &w->alice};
    script_t script = {w, events, 0};
    const char *headers, *id;

    world_send(&x, w, "POST", "",
               BODY("initialize", "\"protocolVersion\":\"2025-11-25\""), cx);
    headers = apr_pstrcat(cx->pool, STREAM "Mcp-Session-Id: ", x.session_id,
                          "|", NULL);
    x.outlet = &world_outlet;
    world_stream_begin(3);
    world_stream.on_wait = act;
    world_stream.baton = &script;
    world_send(&x, w, "GET", headers, NULL, cx);
    ok(!x.status && world_sent(COMMENT) == 1 && world_sent(CHANGED) == 1 &&
           world_stream.ended,
       "a session's stream is kept alive, told what changes, and ended");
    id = world_between("id: ", "\n", cx->pool);
    world_stream_begin(0);
    world_send(&x, w, "GET",
               apr_pstrcat(cx->pool, headers, "Last-Event-ID: ", id, NULL),
               NULL, cx);
    ok(world_sent(CHANGED) == 1, "what changed since an event is told again");
    world_stream_begin(9);
    world_stream.reads = 0;
    world_send(&x, w, "GET", headers, NULL, cx);
    ok(!taken(w), "who does not read the first event holds no place");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    test_rows(&w, cx);
    test_whose(&w, cx);
    test_token(&w, cx);
    test_unread(&w, cx);
    test_full(&w, cx);
    test_session(&w, cx);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
