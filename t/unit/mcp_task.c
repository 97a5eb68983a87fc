/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_tasks.h"

/* Tasks (ext-tasks, draft): what becomes of them, and who finds them. */

/* -- tools -- */

/* what happens while a tool runs */
static void (*meanwhile)(tasks_t *t);
static tasks_t *meanwhile_of;
static int was_cancelled;

static mcp_outcome_t work(mcp_call_t *call, void *baton)
{
    const char *parent = call->api->request_meta(call, "/traceparent");

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->progress(call, 1, 2, NULL);
    call->api->log(call, "error", "\"log line\"");
    if (meanwhile)
        meanwhile(meanwhile_of);
    was_cancelled = call->api->cancelled(call);
    call->api->text(call,
                    apr_pstrcat(call->pool, call->principal->subject, " ",
                                parent ? parent : "-", " ",
                                call->api->can(call, "/roots") ? "roots" : "-",
                                NULL));
    return MCP_CALL_DONE;
}

/* Goes on later again and again. */
static mcp_outcome_t ever(mcp_call_t *call, void *baton)
{
    call->api->remember(call, "on");
    call->api->later(call, apr_time_from_sec(1));
    return MCP_CALL_LATER;
}

static mcp_outcome_t fail(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->text(call, "not today");
    return MCP_CALL_FAILED;
}

static mcp_outcome_t error(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->error(call, -32603, "a \"fault\"");
    return MCP_CALL_ERROR;
}

static mcp_outcome_t forbidden(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->require_scope(call, "more");
    return MCP_CALL_FORBIDDEN;
}

static mcp_outcome_t broken(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->text(call, "\xff");
    return MCP_CALL_DONE;
}

static mcp_outcome_t at_once(mcp_call_t *call, void *baton)
{
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

TASKS_TOOL("work", work, MCP_TASK_REQUIRED);
TASKS_TOOL("ever", ever, MCP_TASK_OPTIONAL);
TASKS_TOOL("fail", fail, MCP_TASK_OPTIONAL);
TASKS_TOOL("error", error, MCP_TASK_OPTIONAL);
TASKS_TOOL("forbidden", forbidden, MCP_TASK_OPTIONAL);
TASKS_TOOL("broken", broken, MCP_TASK_OPTIONAL);
TASKS_TOOL("at_once", at_once, MCP_TASK_OPTIONAL);

static const mcp_tool_t *const tools[] = {
    &work_tool,      &ever_tool,   &fail_tool,    &error_tool,
    &forbidden_tool, &broken_tool, &at_once_tool, NULL};

/* -- beginning -- */

static void test_begin(tasks_t *t)
{
    const char *id;

    tasks_call(t, "work");
    id = tasks_at(t, "/result/taskId");
    is(tasks_at(t, "/result/resultType"), "task", "the result is a task");
    ok(id && strlen(id) >= 22, "whose id nobody guesses: %s", id);
    is(tasks_at(t, "/result/status"), "working", "which is worked on");
    is(tasks_at(t, "/result/createdAt"), "2027-01-15T08:00:00.000000Z",
       "since now");
    is(tasks_at(t, "/result/lastUpdatedAt"), "2027-01-15T08:00:00.000000Z",
       "as it is");
    is(tasks_at(t, "/result/ttlMs"), "600000", "for as long as MCPLifetime");
    ok(tasks_at(t, "/result/pollIntervalMs") != NULL, "with an interval");
    ok(!tasks_at(t, "/result/content") && !tasks_at(t, "/result/task"),
       "and nothing else");
    is(tasks_status(t, id), "working",
       "\"until a tasks/get for the returned taskId would resolve\"");
    is(tasks_at(t, "/result/resultType"), "complete",
       "what tasks/get gives is complete");
    is(tasks_at(t, "/result/createdAt"), "2027-01-15T08:00:00.000000Z",
       "it is the same");
    is(tasks_at(t, "/result/ttlMs"), "600000", "with the same time to live");
    ok(tasks_work(t->cx) == 1, "the work was given to a thread");
    is(tasks_status(t, id), "completed", "then it is completed");
    is(tasks_at(t, "/result/result/content/0/text"), "alice 00-trace roots",
       "the tool knew who asked, and with what");
    ok(strcmp(tasks_begin(t, "work"), id) != 0, "another one has another id");
    tasks_work(t->cx);
    tasks_call(t, "at_once");
    is(tasks_at(t, "/result/resultType"), "complete",
       "what is done in the request is no task");
}

static void test_who_knows_none(tasks_t *t)
{
    static const char *const capabilities[] = {
        "{}", TASKS_NONE, "{\"extensions\":{}}",
        "{\"extensions\":{\"" TASKS "\":true}}", "{\"extensions\":[]}"};
    static const char *const methods[] = {"get", "update", "cancel"};
    int i, j;

    for (i = 0; i < 5; i++) {
        tasks_capabilities = capabilities[i];
        tasks_call(t, "work");
        ok(t->x.status == 400 && world_code(&t->x, t->cx) == -32021,
           "who did not declare the extension gets no task: %s",
           capabilities[i]);
        is(tasks_at(t, "/error/data"), TASKS_NEEDED, "but is told so");
        for (j = 0; j < 3; j++) {
            tasks_ask(t, methods[j], "unknown", "\"inputResponses\":3,");
            ok(t->x.status == 400 && world_code(&t->x, t->cx) == -32021,
               "tasks/%s: that comes before anything else", methods[j]);
            is(tasks_at(t, "/error/data"), TASKS_NEEDED, "it says which");
        }
    }
    world_stream_begin(0);
    tasks_send(t, "subscriptions/listen", "",
               "\"notifications\":{\"taskIds\":[\"x\"]},");
    ok(t->x.status == 400 && world_code(&t->x, t->cx) == -32021,
       "nor do they listen for one");
    tasks_capabilities = TASKS_ALL;
    ok(!tasks_waiting, "nothing was begun");
}

static void test_header(tasks_t *t)
{
    const char *id = tasks_begin(t, "work");
    const char *task =
        apr_pstrcat(t->cx->pool, "\"taskId\":\"", id, "\",", NULL);

    tasks_work(t->cx);
    tasks_send(t, "tasks/get", "other", task);
    ok(t->x.status == 400 && world_code(&t->x, t->cx) == -32020,
       "Mcp-Name must be the taskId");
    tasks_send(t, "tasks/cancel", "", task);
    ok(t->x.status == 400 && world_code(&t->x, t->cx) == -32020,
       "also where it is empty");
    tasks_send(t, "tasks/get", id, "\"taskId\":1,");
    ok(t->x.status == 400, "a number is no taskId");
    is(tasks_status(t, id), "completed", "so it is found");
}

/* -- whose it is -- */

static void test_principal(tasks_t *t)
{
    static const char *const methods[] = {"get", "update", "cancel"};
    const char *id = tasks_begin(t, "ever"), *unknown;
    mcp_principal_t client = t->w->alice, issuer = t->w->alice;
    const mcp_principal_t *others[] = {&t->w->bob, &client, &issuer, NULL};
    const char *const responses = "\"inputResponses\":{},";
    const world_t *here = t->w;
    world_t elsewhere = *here;
    int i, j;

    client.client = "client-2";
    issuer.issuer = "https://other.example";
    elsewhere.server.url = "https://mcp.example/other";
    for (j = 0; j < 3; j++) {
        tasks_ask(t, methods[j], "unknown", responses);
        unknown = t->x.json;
        ok(t->x.status == 200 && world_code(&t->x, t->cx) == -32602,
           "tasks/%s: one that does not exist is -32602", methods[j]);
        for (i = 0; i < 4; i++) {
            t->x.principal = others[i];
            tasks_ask(t, methods[j], id, responses);
            is(t->x.json, unknown, "and so is another principal's");
        }
        t->x.principal = &t->w->alice;
        t->w = &elsewhere;
        tasks_ask(t, methods[j], id, responses);
        is(t->x.json, unknown, "and another server's");
        t->w = here;
    }
    is(tasks_status(t, id), "working", "nothing has happened to it");
    tasks_ask(t, "cancel", id, "");
    tasks_work(t->cx);
}

/* -- outcomes -- */

static const struct {
    const char *tool;
    const char *status;
    const char *pointer;
    const char *at;
    const char *log; /* a number, or NULL */
} outcomes[] = {
    {"fail", "completed", "/result/result",
     "{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\",\"text\":"
     "\"not today\"}],\"isError\":true,\"_meta\":{"
     "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"test\",\"title\":"
     "\"A test\",\"version\":\"1.0\"}}}",
     NULL},
    {"error", "failed", "/result/error",
     "{\"code\":-32603,\"message\":\"a \\\"fault\\\"\"}", "MCP00794"},
    {"forbidden", "failed", "/result/error",
     "{\"code\":-32600,\"message\":\"The access token does not carry the "
     "scope needed.\"}",
     "MCP00794"},
    {"broken", "completed", "/result/result/isError", "true", "MCP00250"},
};

static void test_outcomes(tasks_t *t)
{
    const char *id;
    apr_size_t i;

    for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        *tap_log = '\0';
        id = tasks_begin(t, outcomes[i].tool);
        tasks_work(t->cx);
        is(tasks_status(t, id), outcomes[i].status, outcomes[i].tool);
        is(tasks_at(t, outcomes[i].pointer), outcomes[i].at,
           "has what the request would have returned");
        ok(!tasks_at(t, "/result/result") != !tasks_at(t, "/result/error"),
           "a result or an error");
        is(tasks_at(t, "/result/statusMessage"),
           tasks_at(t, "/result/error/message"),
           "and where it failed, a statusMessage that says why");
        ok(outcomes[i].log ? strstr(tap_log, outcomes[i].log) != NULL
                           : !*tap_log,
           "the log says what has to be said: %s", tap_log);
    }
}

/* -- cancelling -- */

static const char *cancelled_id;

static void cancel_it(tasks_t *t)
{
    tasks_ask(t, "cancel", cancelled_id, "");
}

static void test_cancel(tasks_t *t)
{
    const char *id = tasks_begin(t, "work"), *since;

    tasks_ask(t, "cancel", id, "");
    ok(tasks_is_acknowledged(t), "a task is cancelled before it was begun");
    is(tasks_status(t, id), "cancelled", "and is that");
    since = tasks_at(t, "/result/lastUpdatedAt");
    tap_now += apr_time_from_sec(1);
    tasks_ask(t, "cancel", id, "");
    ok(tasks_is_acknowledged(t), "to cancel it again is no error");
    tasks_update(t, id, "{\"q\":{}}");
    ok(tasks_is_acknowledged(t), "nor is it to answer it");
    tasks_work(t->cx);
    is(tasks_status(t, id), "cancelled", "it is not worked on");
    is(tasks_at(t, "/result/lastUpdatedAt"), since, "and stays as it was");

    cancelled_id = id = tasks_begin(t, "work");
    meanwhile = cancel_it;
    meanwhile_of = t;
    tasks_work(t->cx);
    meanwhile = NULL;
    ok(tasks_is_acknowledged(t) && was_cancelled,
       "a tool hears while it runs that its task was cancelled");
    is(tasks_status(t, id), "cancelled", "what it gives then is dropped");
    ok(!tasks_at(t, "/result/result"), "there is no result");

    id = tasks_begin(t, "work");
    tasks_work(t->cx);
    ok(!was_cancelled, "another task was not cancelled");
    tasks_ask(t, "cancel", id, "");
    ok(tasks_is_acknowledged(t), "one that has ended can be cancelled");
    is(tasks_status(t, id), "completed", "and keeps its result");
}

static void body(mcp_ctx_t *cx)
{
    tasks_t t;
    world_t w;

    tasks_open(&t, &w, tools, cx);
    test_begin(&t);
    test_who_knows_none(&t);
    test_header(&t);
    test_principal(&t);
    test_outcomes(&t);
    test_cancel(&t);
    world_end(&w);
}

TAP_MAIN(body)
