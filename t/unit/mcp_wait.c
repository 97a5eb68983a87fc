/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_thread_proc.h>
#include <sys/resource.h>

#include "live/mailbox.h"
#include "live/signal.h"
#include "mcp/box.h"
#include "mcp_world.h"

/* Calls and streams that last: they see when their time is over, and however
 * often they are woken, and whatever their client sent, they do not grow. */

#define FORM                                                                  \
    "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\","         \
    "\"properties\":{}}}"
#define LARGE (1024 * 1024) /* bytes of an id, or of a token */
#define OFTEN 200
#define MOST (50 * 1024) /* KiB, where each time took LARGE it is 200 MiB */

static mcp_live_shared_t *shared;

/* -- tools -- */

static mcp_outcome_t asks(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "q", "elicitation/create", FORM);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t talks(mcp_call_t *call, void *baton)
{
    int i;

    for (i = 1; i <= OFTEN; i++)
        call->api->progress(call, i, OFTEN, NULL);
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static mcp_outcome_t puts_off(mcp_call_t *call, void *baton)
{
    call->api->later(call, apr_time_from_sec(5));
    return MCP_CALL_LATER;
}

#define TOOL(called, function)                                                \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = called, .description = "d",       \
        .input_schema = "{\"type\":\"object\"}", .call = function             \
    }

static const mcp_tool_t asking = TOOL("asks", asks),
                        talking = TOOL("talks", talks),
                        late = TOOL("late", puts_off);
static const mcp_tool_t *const tools[] = {&asking, &talking, &late, NULL};

/* -- a client that reads all, and a server where much happens -- */

static int sent;

static int out_send(void *baton, const char *bytes, apr_size_t len)
{
    sent++;
    return 1;
}

static const mcp_outlet_t reads_all = {
    out_send,       world_out_end,      world_out_accept,
    world_out_gone, world_out_stopping, apr_time_from_sec(60)};

static volatile int is_busy;

static void *APR_THREAD_FUNC wake_all(apr_thread_t *thread, void *unused)
{
    while (is_busy) {
        mcp_live_signal_raise(shared);
        apr_sleep(20);
    }
    return NULL;
}

/* ASan keeps what is freed, by default more than is measured here. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1";
}

static long resident(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static const char *large(mcp_ctx_t *cx)
{
    char *text = apr_palloc(cx->pool, LARGE + 1);

    memset(text, 'x', LARGE);
    text[LARGE] = '\0';
    return text;
}

static void request(mcp_exchange_t *x, const world_t *w, int waits,
                    mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;

    apr_pool_create(&own.pool, cx->pool);
    world_stream_begin(waits);
    sent = 0;
    x->server = &w->server;
    x->works = &w->works;
    x->header = world_header;
    x->body_len = x->body ? strlen(x->body) : 0;
    x->outlet = &reads_all;
    x->baton = own.pool;
    mcp_dispatch(x, &own);
}

static void busy_request(mcp_exchange_t *x, const world_t *w, int waits,
                         mcp_ctx_t *cx)
{
    apr_thread_t *thread;
    apr_status_t status;

    is_busy = 1;
    apr_thread_create(&thread, NULL, wake_all, NULL, cx->pool);
    request(x, w, waits, cx);
    is_busy = 0;
    apr_thread_join(&status, thread);
}

static const char *session_of(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    world_send(&x, w, "POST", NULL,
               BODY("initialize",
                    "\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
                    "{\"elicitation\":{}},\"clientInfo\":{\"name\":\"c\","
                    "\"version\":\"1\"}"),
               cx);
    return apr_pstrcat(cx->pool,
                       "Accept: application/json, text/event-stream|"
                       "Mcp-Session-Id: ",
                       x.session_id, NULL);
}

/* -- time -- */

static void test_late(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.method = "POST", .principal = &w->alice};
    apr_time_t begin = apr_time_now();

    x.body = BODY("tools/call", "\"name\":\"late\"," META);
    world_headers = MODERN_CALL("late");
    request(&x, w, 2, cx);
    is(world_at(&x, "/result/content/0/text", cx),
       "\"The server stops or restarts.\"",
       "what is put off does not outlast the server");
    ok(apr_time_now() - begin < apr_time_from_sec(4),
       "which is seen before it would go on");
}

/* -- memory -- */

static void test_listener(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.method = "GET", .principal = &w->alice};
    long before;

    world_headers = session_of(w, cx);
    before = resident();
    busy_request(&x, w, 20000, cx);
    ok(world_stream.ended && world_stream.waits < 0,
       "a stream of a session is woken 20000 times");
    ok(resident() - before < 10 * 1024, "and takes no more memory");
}

static void test_asked(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.method = "POST", .principal = &w->alice};
    long before;

    x.body = apr_pstrcat(cx->pool, "{\"jsonrpc\":\"2.0\",\"id\":\"", large(cx),
                         "\",\"method\":\"tools/call\",\"params\":{\"name\":"
                         "\"asks\"}}",
                         NULL);
    world_headers = session_of(w, cx);
    before = resident();
    busy_request(&x, w, OFTEN, cx);
    ok(sent > 1 && world_stream.waits < 0,
       "a request with a large id waits for an answer");
    ok(resident() - before < MOST, "and takes no more memory each time");
}

static void test_progress(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.method = "POST", .principal = &w->alice};
    long before = resident();

    x.body = apr_pstrcat(
        cx->pool, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",",
        "\"params\":{\"name\":\"talks\",\"_meta\":{\"" CLAIM
        "\":\"2026-07-28\",\"" CAPABILITIES "\":{},\"progressToken\":\"",
        large(cx), "\"}}}", NULL);
    world_headers =
        "Accept: text/event-stream, application/json|" MODERN_CALL("talks");
    request(&x, w, 0, cx);
    ok(sent == OFTEN + 1, "progress is told 200 times, with a large token");
    ok(resident() - before < MOST, "which is not kept each time");
}

static void test_cancelled(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *headers = session_of(w, cx);
    mcp_mailbox_use_t once = {0}, often = {0};
    int i;

    for (i = 0; i < OFTEN; i++) {
        world_send(&x, w, "POST", headers,
                   NOTE("notifications/cancelled", "\"requestId\":5"), cx);
        if (!i)
            mcp_live_mailbox_use(&once, shared);
    }
    mcp_live_mailbox_use(&often, shared);
    ok(x.status == 202 && often.bytes == once.bytes,
       "one request is cancelled 200 times, and noted once");
}

/* All that alice may have: MCPLimit messages=. */
static void fill(const world_t *w, mcp_ctx_t *cx)
{
    mcp_box_terms_t terms = {mcp_ctx_seconds(cx), 0, 0x7fffffff, 0};
    unsigned char id[MCP_DIGEST_SIZE] = "what fills";
    char text[200] = "";
    mcp_letter_t letter = {0, 1, text, sizeof(text)};

    terms.expires = terms.now + 60;
    terms.owner = mcp_box_principal(&w->alice, cx->pool);
    mcp_live_mailbox_open(shared, id, &terms);
    while (!mcp_live_mailbox_post(shared, id, &letter, terms.now))
        continue;
}

/* A call that ran on though 202 was said would never be cancelled again. */
static void test_crowded(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *headers = session_of(w, cx);

    world_send(&x, w, "POST", headers,
               NOTE("notifications/cancelled", "\"requestId\":5"), cx);
    fill(w, cx);
    world_send(&x, w, "POST", headers,
               NOTE("notifications/cancelled", "\"requestId\":6"), cx);
    ok(x.status == 503, "a cancellation that cannot be noted is not accepted");
    world_send(&x, w, "POST", headers,
               NOTE("notifications/cancelled", "\"requestId\":5"), cx);
    ok(x.status == 202, "one that is noted already is");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    shared = w.works.shared;
    test_late(&w, cx);
    test_listener(&w, cx);
    test_asked(&w, cx);
    test_progress(&w, cx);
    test_cancelled(&w, cx);
    test_crowded(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
