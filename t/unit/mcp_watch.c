/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/change.h"
#include "live/place.h"
#include "mcp/news.h"
#include "mcp/watch.h"
#include "mcp_world.h"

/* A stream that its outlet takes over: the server looks after it then. */

static mcp_outcome_t puts_off(mcp_call_t *call, void *baton)
{
    if (call->api->remembered(call)) {
        call->api->text(call, "done");
        return MCP_CALL_DONE;
    }
    call->api->remember(call, "it");
    call->api->later(call, apr_time_from_sec(30));
    return MCP_CALL_LATER;
}

static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t),
                                .name = "t",
                                .description = "d",
                                .input_schema = "{\"type\":\"object\"}",
                                .call = puts_off};
static const mcp_tool_t *const tools[] = {&tool, NULL};

static mcp_watch_t *parked;
static int is_entitled;

static int out_park(void *baton, mcp_watch_t *watch)
{
    parked = watch;
    return 1;
}

static int out_entitled(void *baton)
{
    return is_entitled;
}

static const mcp_outlet_t parks = {world_out_send,     world_out_end,
                                   world_out_accept,   world_out_gone,
                                   world_out_stopping, apr_time_from_sec(60),
                                   out_entitled,       out_park};

#define LISTEN                                                                \
    BODY("subscriptions/listen",                                              \
         "\"notifications\":{\"toolsListChanged\":true}," META)

static mcp_exchange_t *post(const world_t *w, const char *headers,
                            const char *body, mcp_ctx_t *cx)
{
    mcp_exchange_t *x = apr_pcalloc(cx->pool, sizeof(*x));

    parked = NULL;
    is_entitled = 1;
    world_stream_begin(1000000);
    world_headers = headers;
    x->server = &w->server;
    x->works = &w->works;
    x->principal = &w->alice;
    x->method = "POST";
    x->body = body;
    x->body_len = strlen(x->body);
    x->header = world_header;
    x->outlet = &parks;
    x->baton = cx->pool;
    mcp_dispatch(x, cx);
    return x;
}

static mcp_exchange_t *open_stream(const world_t *w, mcp_ctx_t *cx)
{
    return post(w,
                "Accept: application/json, text/event-stream|"
                "MCP-Protocol-Version: 2026-07-28|"
                "Mcp-Method: subscriptions/listen",
                LISTEN, cx);
}

static void tell(const world_t *w, const char *what)
{
    mcp_news_t news = {"test", what, 0};

    mcp_news_tell(w->works.shared, &news);
}

static int said(const char *text)
{
    return strstr(world_stream.bytes, text) != NULL;
}

static void test_step(const world_t *w, mcp_ctx_t *cx)
{
    apr_pool_t *scratch;

    apr_pool_create(&scratch, cx->pool);
    open_stream(w, cx);
    ok(parked && said("acknowledged") && !world_stream.ended,
       "it is begun, and goes on when its request was dispatched");
    ok(mcp_live_place_taken(w->works.shared, MCP_PLACE_STREAM) == 1 &&
           !mcp_live_place_taken(w->works.shared, MCP_PLACE_THREAD),
       "it has a place among those without a thread");
    ok(mcp_watch_due(parked) > mcp_ctx_now(cx), "it is due later");
    tell(w, "tools");
    tell(w, "tools");
    tell(w, "prompts");
    ok(mcp_watch_step(parked, scratch) && said("tools/list_changed") &&
           !said("prompts"),
       "a step tells what it asked for");
    ok(!strstr(strstr(world_stream.bytes, "list_changed") + 1, "list_changed"),
       "what changed twice is told once");
    mcp_watch_end(parked, scratch);
    ok(world_stream.ended && said("\"resultType\":\"complete\""),
       "it ends with its result");
    ok(!mcp_live_place_taken(w->works.shared, MCP_PLACE_STREAM),
       "its place is free");
}

static int hears(apr_uint64_t key)
{
    int i;

    for (i = 0; i < parked->keys->nelts; i++) {
        const mcp_watch_key_t *each =
            &APR_ARRAY_IDX(parked->keys, i, mcp_watch_key_t);

        if (each->ring == MCP_RING_NEWS && each->key == key)
            return 1;
    }
    return 0;
}

static void test_keys(const world_t *w, mcp_ctx_t *cx)
{
    apr_array_header_t *keys =
        apr_array_make(cx->pool, 4, sizeof(apr_uint64_t));
    apr_pool_t *scratch;
    int i, hears_all = 1;

    apr_pool_create(&scratch, cx->pool);
    open_stream(w, cx);
    mcp_news_keys(keys, &w->server, "tools");
    for (i = 0; i < keys->nelts; i++)
        hears_all &= hears(APR_ARRAY_IDX(keys, i, apr_uint64_t));
    ok(hears_all && parked->keys->nelts == keys->nelts,
       "it is woken by what it asked for, and nothing else");
    mcp_watch_end(parked, scratch);
}

/* A call of which nothing was said yet: no comment may go before its answer.
 */
static void test_call(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t *x = post(w, MODERN_CALL("t"),
                             BODY("tools/call", "\"name\":\"t\"," META), cx);
    apr_time_t now = mcp_ctx_now(cx);
    apr_pool_t *scratch;

    apr_pool_create(&scratch, cx->pool);
    ok(parked && x->closes && !x->status, "a call that is put off is parked");
    ok(mcp_watch_due(parked) <= now + apr_time_from_sec(15),
       "it is looked at as often as a stream");
    parked->wait.comment = 1;
    ok(mcp_watch_step(parked, scratch) && mcp_watch_due(parked) > now &&
           !world_stream.len,
       "it goes on, is due later, and nothing is said");
    parked->due = 1;
    ok(!mcp_watch_step(parked, scratch) && parked->is_over,
       "when it is due it is called again, and over");
    mcp_watch_end(parked, scratch);
    ok(x->status == 200 && strstr(x->json, "\"text\":\"done\"") &&
           !world_stream.len,
       "its answer is a body");
}

static void test_over(const world_t *w, mcp_ctx_t *cx)
{
    apr_pool_t *scratch;

    apr_pool_create(&scratch, cx->pool);
    open_stream(w, cx);
    is_entitled = 0;
    ok(!mcp_watch_step(parked, scratch) && !parked->is_over,
       "a token that was revoked ends it");
    is(parked->wait.why, "its access token is not good any more",
       "and it says why");
    mcp_watch_end(parked, scratch);
    open_stream(w, cx);
    world_stream.gone = 1;
    ok(!mcp_watch_step(parked, scratch), "so does a client that has gone");
    is(parked->wait.why, "its client has gone", "and it says so");
    mcp_watch_end(parked, scratch);
}

static void test_hold(world_t *w, mcp_ctx_t *cx)
{
    apr_pool_t *scratch;

    apr_pool_create(&scratch, cx->pool);
    open_stream(w, cx);
    ok(mcp_wait_hold(&parked->wait) &&
           mcp_live_place_taken(w->works.shared, MCP_PLACE_THREAD) == 1 &&
           !mcp_live_place_taken(w->works.shared, MCP_PLACE_STREAM),
       "one that goes on with a thread changes its place");
    mcp_watch_end(parked, scratch);
    w->works.places[MCP_PLACE_THREAD].child = 0;
    open_stream(w, cx);
    ok(!mcp_wait_hold(&parked->wait) &&
           mcp_live_place_taken(w->works.shared, MCP_PLACE_STREAM) == 1,
       "where no thread is free it keeps it");
    mcp_watch_end(parked, scratch);
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    w.works.places[MCP_PLACE_STREAM] = w.works.places[MCP_PLACE_THREAD];
    test_step(&w, cx);
    test_keys(&w, cx);
    test_call(&w, cx);
    test_over(&w, cx);
    test_hold(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
