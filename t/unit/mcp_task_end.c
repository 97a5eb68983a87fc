/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_tasks.h"

#include <sys/wait.h>
#include <unistd.h>

#include "live/mailbox.h"
#include "mcp/box.h"

/* Tasks that do not come to their end, or not here; and who listens for them.
 */

static mcp_outcome_t work(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->progress(call, 1, 2, NULL);
    call->api->log(call, "error", "\"a line\"");
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static mcp_outcome_t ask(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->ask(call, "q", "roots/list", NULL);
    call->api->remember(call, "asked");
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ever(mcp_call_t *call, void *baton)
{
    call->api->remember(call, "on");
    call->api->later(call, apr_time_from_sec(1));
    return MCP_CALL_LATER;
}

TASKS_TOOL("work", work, MCP_TASK_OPTIONAL);
TASKS_TOOL("ask", ask, MCP_TASK_OPTIONAL);
TASKS_TOOL("ever", ever, MCP_TASK_OPTIONAL);

static const mcp_tool_t large_tool = {.size = sizeof(mcp_tool_t),
                                      .name = "large",
                                      .description = "d",
                                      .input_schema = "{\"type\":\"object\"}",
                                      .call = work,
                                      .task = MCP_TASK_OPTIONAL};

static const mcp_tool_t *const tools[] = {&work_tool, &ask_tool, &ever_tool,
                                          &large_tool, NULL};
static const mcp_tool_t *const fewer[] = {&ever_tool, NULL};

static apr_uint32_t boxes(const tasks_t *t)
{
    mcp_mailbox_use_t use;

    mcp_live_mailbox_use(&use, t->w->works.shared);
    return use.boxes;
}

static void test_no_thread(tasks_t *t)
{
    apr_uint32_t before = boxes(t);

    tasks_is_refused = 1;
    tasks_call(t, "work");
    ok(t->x.status == 503 && world_code(&t->x, t->cx) == -32603 &&
           t->x.failure->retry_after > 0,
       "no thread is free: 503, and when to come again");
    tasks_is_refused = 0;
    ok(boxes(t) == before, "nothing is left of it");
}

/* A process that begins a task and is killed. */
static const char *begin_elsewhere(tasks_t *t)
{
    char id[100] = "";
    int channel[2];
    ssize_t len;
    pid_t child;

    if (pipe(channel))
        return "no pipe";
    child = fork();
    if (child == 0) {
        const char *mine = tasks_begin(t, "work");

        _exit(write(channel[1], mine, strlen(mine)) < 0);
    }
    close(channel[1]);
    len = read(channel[0], id, sizeof(id) - 1);
    close(channel[0]);
    waitpid(child, NULL, 0);
    return apr_pstrmemdup(t->cx->pool, id, len > 0 ? (apr_size_t)len : 0);
}

static void test_killed(tasks_t *t)
{
    const char *id = begin_elsewhere(t);

    is(tasks_status(t, id), "failed", "a task whose process has died failed");
    is(tasks_at(t, "/result/error/code"), "-32603", "by an internal error");
    is(tasks_at(t, "/result/error/message"),
       "The server ended before the task did.", "that says why");
    tasks_ask(t, "cancel", id, "");
    ok(tasks_is_acknowledged(t), "it can be cancelled");
    is(tasks_status(t, id), "failed", "and has failed all the same");
}

static void test_stopping(tasks_t *t)
{
    const char *id = tasks_begin(t, "ever");

    tasks_is_stopping = 1;
    ok(tasks_work(t->cx) == 1, "who goes on later ends with the server");
    tasks_is_stopping = 0;
    is(tasks_status(t, id), "failed", "its task has failed");
    is(tasks_at(t, "/result/error/code"), "-32603", "by an internal error");
}

static void test_expiry(tasks_t *t)
{
    const char *id = tasks_begin(t, "work"), *late = tasks_begin(t, "ask");

    tasks_work(t->cx);
    tap_now += apr_time_from_sec(599);
    is(tasks_status(t, id), "completed", "before its ttlMs a task is there");
    tap_now += apr_time_from_sec(1);
    ok(!tasks_status(t, id) && world_code(&t->x, t->cx) == -32602,
       "afterwards it is as if it had never been");
    tasks_update(t, late, "{\"q\":{\"roots\":[]}}");
    ok(world_code(&t->x, t->cx) == -32602 && !tasks_waiting,
       "and does not go on");
}

/* The tools of a server that was restarted meanwhile. */
static void test_tool_gone(tasks_t *t)
{
    const char *id = tasks_begin(t, "ask");
    const world_t *before = t->w;
    world_t after = *before;
    mcp_tools_t *made = NULL;

    tasks_work(t->cx);
    is(tasks_status(t, id), "input_required", "a task waits for its client");
    fine(mcp_tools_make(&made,
                        offer_of("test", (const void *const *)fewer, t->cx),
                        t->cx),
         "while its tool is taken out of the server");
    after.server.tools = made;
    t->w = &after;
    *tap_log = '\0';
    tasks_update(t, id, "{\"q\":{\"roots\":[]}}");
    tasks_work(t->cx);
    is(tasks_status(t, id), "failed", "when it goes on it fails");
    is(tasks_at(t, "/result/error/code"), "-32603", "by an internal error");
    ok(strstr(tap_log, "MCP00794") &&
           strstr(tap_log, "the tool ask failed: it is not offered any more"),
       "and the log says why");
    t->w = before;
}

/* -- no room -- */

static tasks_t *crowded;

/* All that this principal may have. */
static void fill(void)
{
    mcp_live_shared_t *shared = crowded->w->works.shared;
    mcp_box_terms_t terms = {mcp_ctx_seconds(crowded->cx), 0, 0x7fffffff, 0};
    unsigned char id[MCP_DIGEST_SIZE] = "what fills";
    char text[200] = "";
    mcp_letter_t letter = {0, 1, text, sizeof(text)};

    terms.expires = terms.now + 60;
    terms.owner = mcp_box_principal(&crowded->w->alice, crowded->cx->pool);
    mcp_live_mailbox_open(shared, id, &terms);
    while (!mcp_live_mailbox_post(shared, id, &letter, terms.now))
        ;
}

static mcp_outcome_t big(mcp_call_t *call, void *baton)
{
    char *text = apr_pcalloc(call->pool, 10001);

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    fill();
    memset(text, 'x', 10000);
    call->api->text(call, text);
    return MCP_CALL_DONE;
}

TASKS_TOOL("big", big, MCP_TASK_OPTIONAL);
static const mcp_tool_t *const big_tools[] = {&big_tool, NULL};

static void test_full(mcp_ctx_t *cx)
{
    tasks_t t = {NULL, cx};
    const char *id;
    world_t w;

    tasks_world(&w, big_tools, cx);
    t.w = &w;
    t.x.principal = &w.alice;
    t.x.outlet = &world_outlet;
    crowded = &t;
    *tap_log = '\0';
    id = tasks_begin(&t, "big");
    tasks_work(cx);
    is(tasks_status(&t, id), "failed", "a task without room fails");
    is(tasks_at(&t, "/result/error/code"), "-32603", "by an internal error");
    ok(strstr(tap_log, "MCP00794") && strstr(tap_log, "no room"),
       "and the log says why");
    tasks_call(&t, "big");
    ok(t.x.status == 503 && world_code(&t.x, cx) == -32603,
       "there is no room for another");
    t.x.principal = &w.bob;
    tasks_call(&t, "big");
    is(tasks_at(&t, "/result/resultType"), "task",
       "but for another principal's");
    world_end(&w);
}

/* -- what is kept -- */

static apr_uint64_t kept(const world_t *w)
{
    mcp_mailbox_use_t use;

    mcp_live_mailbox_use(&use, w->works.shared);
    return use.bytes;
}

static const char *begin_large(tasks_t *t)
{
    char *text = apr_pcalloc(t->cx->pool, 100001);

    memset(text, 'x', 100000);
    tasks_send(t, "tools/call", "large",
               apr_pstrcat(t->cx->pool,
                           "\"name\":\"large\",\"arguments\":{\"x\":\"", text,
                           "\"},", NULL));
    return tasks_at(t, "/result/taskId");
}

static void test_over(tasks_t *t)
{
    apr_uint64_t before = kept(t->w);
    const char *done = begin_large(t), *cancelled;

    cancelled = begin_large(t);
    ok(kept(t->w) - before > 200000, "the arguments of tasks are kept");
    tasks_ask(t, "cancel", cancelled, "");
    tasks_work(t->cx);
    is(tasks_status(t, done), "completed", "until one is completed");
    is(tasks_status(t, cancelled), "cancelled", "and one is cancelled");
    ok(kept(t->w) - before < 4096, "then there is only what became of them");
}

/* -- listening -- */

static tasks_t *listener;

/* Each time it may wait, what waits is done. */
static int work_and_stop(void *baton)
{
    return !tasks_work(listener->cx);
}

static const mcp_outlet_t outlet = {world_out_send,   world_out_end,
                                    world_out_accept, world_out_gone,
                                    work_and_stop,    apr_time_from_sec(60)};

static const char *said(const char *text)
{
    return strstr(world_stream.bytes, text);
}

static void test_listen(tasks_t *t)
{
    const char *id = tasks_begin(t, "work"), *ask_id, *bobs, *first, *second;

    ask_id = tasks_begin(t, "ask");
    t->x.principal = &t->w->bob;
    bobs = tasks_begin(t, "work");
    t->x.principal = &t->w->alice;
    t->x.outlet = &outlet;
    listener = t;
    world_stream_begin(0);
    tasks_send(t, "subscriptions/listen", "",
               apr_pstrcat(t->cx->pool, "\"notifications\":{\"taskIds\":[\"",
                           id, "\",\"unknown\",\"", bobs, "\",\"", ask_id,
                           "\"]},", NULL));
    ok(said(apr_pstrcat(t->cx->pool,
                        "\"params\":{\"_meta\":{\"io.modelcontextprotocol/"
                        "subscriptionId\":7},\"notifications\":{\"taskIds\":"
                        "[\"",
                        id, "\",\"", ask_id, "\"]}}", NULL)) != NULL,
       "one listens for one's own tasks alone");
    first = said(apr_pstrcat(t->cx->pool, "\"taskId\":\"", id,
                             "\",\"status\":\"working\"", NULL));
    ok(first != NULL, "at first a task is told as it is");
    second = said(apr_pstrcat(t->cx->pool, "\"taskId\":\"", id,
                              "\",\"status\":\"completed\"", NULL));
    ok(first && second > first, "then what became of it");
    ok(second && strstr(second, "\"result\":{\"resultType\":\"complete\","
                                "\"content\":[{\"type\":\"text\",\"text\":"
                                "\"done\"}]"),
       "\"a complete DetailedTask\", with its result");
    ok(said("\"status\":\"input_required\"") &&
           said("\"inputRequests\":{\"q\":{\"method\":\"roots/list\"}}"),
       "or with what it asks");
    ok(!said(bobs), "nothing is told of another principal's");
    ok(!said("notifications/progress") && !said("notifications/message"),
       "\"notifications/progress and notifications/message MUST NOT be sent "
       "on the stream\"");
    ok(said("\"id\":7,\"result\":") != NULL, "it ends with a result");
    is(tasks_status(t, bobs), NULL, "though it has been worked on");
}

static void body(mcp_ctx_t *cx)
{
    tasks_t t;
    world_t w;

    tasks_open(&t, &w, tools, cx);
    test_no_thread(&t);
    test_killed(&t);
    test_stopping(&t);
    test_expiry(&t);
    test_tool_gone(&t);
    test_over(&t);
    test_listen(&t);
    world_end(&w);
    test_full(cx);
}

TAP_MAIN(body)
