/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_tasks.h"

/* What a task asks while it goes on (ext-tasks, Task Update Requests). */

#define FORM                                                                  \
    "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\","            \
    "\"properties\":{}}}"

#define ANSWER(n) "{\"action\":\"cancel\",\"n\":" n "}"
#define SHOWN(n) "{\\\"action\\\":\\\"cancel\\\",\\\"n\\\":" n "}"

#define ROOTS "{\"roots\":[]}"

/* Asks with the same key three times, and tells all answers. */
static mcp_outcome_t again(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    const char *answer = call->api->answer(call, "q");

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    if (answer)
        so_far = apr_pstrcat(call->pool, so_far, " ", answer, NULL);
    if (strlen(so_far) > strlen("begun " ANSWER("1") " " ANSWER("2"))) {
        call->api->text(call, so_far);
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "q", "elicitation/create", FORM);
    call->api->remember(call, so_far);
    return MCP_CALL_INPUT_REQUIRED;
}

/* Its keys are like those that a second round has. */
static mcp_outcome_t marks(mcp_call_t *call, void *baton)
{
    const char *one = call->api->answer(call, "q#2");
    const char *two = call->api->answer(call, "q");

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    if (two) {
        call->api->text(call, two);
        return MCP_CALL_DONE;
    }
    call->api->remember(call, "on");
    call->api->ask(call, one ? "q" : "q#2", "roots/list", NULL);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t two(mcp_call_t *call, void *baton)
{
    const char *a = call->api->answer(call, "a");
    const char *b = call->api->answer(call, "b");

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    if (a || b) {
        call->api->text(call, apr_pstrcat(call->pool, a ? a : "none", " ",
                                          b ? b : "none", NULL));
        return MCP_CALL_DONE;
    }
    call->api->remember(call, "on");
    call->api->ask(call, "a", "roots/list", NULL);
    call->api->ask(call, "b", "elicitation/create", FORM);
    return MCP_CALL_INPUT_REQUIRED;
}

/* Asks in the request, and is a task when it knows. */
static mcp_outcome_t first(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "q");

    if (call->api->remembered(call)) {
        call->api->text(call, answer ? "an old answer" : "no old answer");
        return MCP_CALL_DONE;
    }
    if (answer) {
        call->api->remember(call, answer);
        return MCP_CALL_LATER;
    }
    call->api->ask(call, "q", "roots/list", NULL);
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t cannot(mcp_call_t *call, void *baton)
{
    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    call->api->ask(call, "q", "sampling/createMessage",
                   "{\"messages\":[],\"maxTokens\":1}");
    return MCP_CALL_INPUT_REQUIRED;
}

/* Remembers, three times, and asks nothing. */
static mcp_outcome_t only_remember(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);

    if (tasks_is_put_off(call))
        return MCP_CALL_LATER;
    if (!strcmp(so_far, "begun...")) {
        call->api->text(call, so_far);
        return MCP_CALL_DONE;
    }
    call->api->remember(call, apr_pstrcat(call->pool, so_far, ".", NULL));
    return MCP_CALL_INPUT_REQUIRED;
}

static mcp_outcome_t ask_nothing(mcp_call_t *call, void *baton)
{
    return tasks_is_put_off(call) ? MCP_CALL_LATER : MCP_CALL_INPUT_REQUIRED;
}

TASKS_TOOL("again", again, MCP_TASK_OPTIONAL);
TASKS_TOOL("marks", marks, MCP_TASK_OPTIONAL);
TASKS_TOOL("two", two, MCP_TASK_OPTIONAL);
TASKS_TOOL("first", first, MCP_TASK_OPTIONAL);
TASKS_TOOL("cannot", cannot, MCP_TASK_OPTIONAL);
TASKS_TOOL("remember", only_remember, MCP_TASK_OPTIONAL);
TASKS_TOOL("nothing", ask_nothing, MCP_TASK_OPTIONAL);

static const mcp_tool_t *const tools[] = {
    &again_tool,  &marks_tool,         &two_tool,         &first_tool,
    &cannot_tool, &only_remember_tool, &ask_nothing_tool, NULL};

/* A task of this tool that has been worked on so far. */
static const char *begin(tasks_t *t, const char *tool)
{
    const char *id = tasks_begin(t, tool);

    tasks_work(t->cx);
    return id;
}

static void test_two(tasks_t *t)
{
    const char *id = begin(t, "two"), *before;

    is(tasks_status(t, id), "input_required", "a task that asks waits");
    is(tasks_at(t, "/result/inputRequests"),
       "{\"a\":{\"method\":\"roots/list\"},\"b\":{\"method\":"
       "\"elicitation/create\",\"params\":" FORM "}}",
       "with all outstanding requests");
    is(tasks_at(t, "/result/resultType"), "complete",
       "the result of tasks/get is complete");
    before = tasks_at(t, "/result/lastUpdatedAt");
    tap_now += apr_time_from_sec(1);
    tasks_update(t, id, "{\"c\":{},\"A\":{}}");
    ok(tasks_is_acknowledged(t), "keys that were never issued are ignored");
    tasks_update(t, id, "{}");
    ok(tasks_is_acknowledged(t), "and so is nothing");
    is(tasks_status(t, id), "input_required", "it still waits");
    is(tasks_at(t, "/result/lastUpdatedAt"), before, "as it was");
    tasks_update(t, id, "{\"b\":{\"action\":\"decline\"},\"c\":{}}");
    ok(tasks_is_acknowledged(t), "a partial set of responses is accepted");
    is(tasks_status(t, id), "input_required",
       "\"the task remains in input_required until the remaining responses "
       "arrive\"");
    is(tasks_at(t, "/result/inputRequests"),
       "{\"a\":{\"method\":\"roots/list\"}}", "which it asks for alone");
    ok(strcmp(tasks_at(t, "/result/lastUpdatedAt"), before) > 0,
       "lastUpdatedAt says when");
    tasks_update(t, id, "{\"b\":{\"action\":\"accept\"}}");
    ok(tasks_is_acknowledged(t), "a key that has been answered is ignored");
    ok(!tasks_waiting, "nothing goes on yet");
    tasks_update(t, id, "{\"a\":{\"roots\":[]}}");
    is(tasks_status(t, id), "working", "with all responses it goes on");
    ok(!tasks_at(t, "/result/inputRequests"), "and asks nothing");
    tasks_update(t, id, "{\"a\":{},\"b\":{}}");
    ok(tasks_is_acknowledged(t) && tasks_work(t->cx) == 1,
       "who answers again starts the work no second time");
    is(tasks_status(t, id), "completed", "it is completed");
    is(tasks_at(t, "/result/result/content/0/text"),
       "{\\\"roots\\\":[]} {\\\"action\\\":\\\"decline\\\"}",
       "with the answers that came first");
    tasks_update(t, id, "{\"a\":{}}");
    ok(tasks_is_acknowledged(t), "an update that comes too late is ignored");
    is(tasks_status(t, id), "completed", "and changes nothing");
}

/* "Each request key in inputRequests MUST be unique over the lifetime of a
 * single task." */
static void test_keys(tasks_t *t)
{
    const char *id = begin(t, "again"), *key, *last = "";
    int i;

    for (i = 1; i <= 3; i++) {
        is(tasks_status(t, id), "input_required", "it asks with the same key");
        key = tasks_at(t, "/result/inputRequests");
        ok(strcmp(key, last) != 0, "which is another one for the client: %s",
           key);
        last = key;
        if (i > 1) {
            tasks_update(t, id, "{\"q\":" ANSWER("0") "}");
            is(tasks_status(t, id), "input_required",
               "the key of before is one that was answered");
        }
        key = apr_pstrmemdup(t->cx->pool, key + 2, strcspn(key + 2, "\""));
        tasks_update(
            t, id,
            apr_psprintf(t->cx->pool, "{\"%s\":" ANSWER("%d") "}", key, i));
        tasks_work(t->cx);
    }
    is(tasks_status(t, id), "completed", "at last it knows all");
    is(tasks_at(t, "/result/result/content/0/text"),
       "begun " SHOWN("1") " " SHOWN("2") " " SHOWN("3"),
       "and has heard each answer under its own key");
    id = begin(t, "marks");
    tasks_status(t, id);
    is(tasks_at(t, "/result/inputRequests"),
       "{\"q#2#1\":{\"method\":\"roots/list\"}}",
       "a key that looks like one of a later time is none");
    tasks_update(t, id, "{\"q#2#1\":" ROOTS "}");
    tasks_work(t->cx);
    tasks_status(t, id);
    is(tasks_at(t, "/result/inputRequests"),
       "{\"q#2\":{\"method\":\"roots/list\"}}", "for this is");
    tasks_update(t, id, "{\"q#2\":{\"roots\":[],\"x\":1}}");
    tasks_work(t->cx);
    tasks_status(t, id);
    is(tasks_at(t, "/result/result/content/0/text"),
       "{\\\"roots\\\":[],\\\"x\\\":1}", "and both are answered");
}

static void test_params(tasks_t *t)
{
    static const char *const wrong[] = {"\"inputResponses\":null,",
                                        "\"inputResponses\":[],",
                                        "\"inputResponses\":1,",
                                        "\"inputResponses\":{\"a\":1},",
                                        "\"inputResponses\":{\"a\":null},",
                                        ""};
    const char *id = begin(t, "two");
    int i;

    for (i = 0; i < 6; i++) {
        tasks_ask(t, "update", id, wrong[i]);
        ok(t->x.status == 200 && world_code(&t->x, t->cx) == -32602,
           "no responses: %s", wrong[i]);
    }
    is(tasks_status(t, id), "input_required", "nothing has changed");
    ok(tasks_at(t, "/result/inputRequests/a") != NULL, "it asks for all");
}

/* "Servers SHOULD validate received data matches the requested schema" */
static void test_checked(tasks_t *t)
{
    static const char *const wrong[] = {
        "{\"a\":{}}",
        "{\"a\":{\"roots\":{}}}",
        "{\"a\":{\"roots\":[{\"name\":\"x\"}]}}",
        "{\"a\":" ROOTS ",\"b\":{}}",
        "{\"b\":{\"action\":\"ok\"}}",
        "{\"b\":{\"action\":\"accept\",\"content\":[]}}"};
    const char *id = begin(t, "two");
    apr_size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        tasks_update(t, id, wrong[i]);
        ok(t->x.status == 200 && world_code(&t->x, t->cx) == -32602,
           "an answer that is none: %s", wrong[i]);
        is(tasks_status(t, id), "input_required", "the task waits");
        ok(tasks_at(t, "/result/inputRequests/a") &&
               tasks_at(t, "/result/inputRequests/b"),
           "for both answers");
    }
}

static void test_outcomes(tasks_t *t)
{
    const char *id;

    tasks_call(t, "first");
    is(tasks_at(t, "/result/resultType"), "input_required",
       "what is asked before there is a task is asked in the request");
    tasks_send(t, "tools/call", "first",
               "\"name\":\"first\",\"inputResponses\":{\"q\":{}},");
    id = tasks_at(t, "/result/taskId");
    tasks_work(t->cx);
    is(tasks_status(t, id), "completed", "then it is one");
    is(tasks_at(t, "/result/result/content/0/text"), "no old answer",
       "and what it knows is what it remembered");

    id = begin(t, "cannot");
    is(tasks_status(t, id), "failed", "who asks what the client cannot fails");
    is(tasks_at(t, "/result/error/code"), "-32021", "with the error for that");
    is(tasks_at(t, "/result/error/data/requiredCapabilities"),
       "{\"sampling\":{}}", "that says what it lacks");

    id = begin(t, "remember");
    is(tasks_status(t, id), "completed", "who only remembers goes on");
    is(tasks_at(t, "/result/result/content/0/text"), "begun...",
       "with what it remembered");

    *tap_log = '\0';
    id = begin(t, "nothing");
    is(tasks_status(t, id), "completed", "who asks for no input is broken");
    is(tasks_at(t, "/result/result/isError"), "true", "so it failed");
    ok(strstr(tap_log, "MCP00250") != NULL, "and the log says why");
}

static void test_busy(tasks_t *t)
{
    const char *id = begin(t, "two");

    tasks_is_refused = 1;
    tasks_update(t, id, "{\"a\":" ROOTS "}");
    ok(tasks_is_acknowledged(t), "a part needs no thread");
    tasks_update(t, id, "{\"b\":" ANSWER("1") "}");
    ok(t->x.status == 503 && world_code(&t->x, t->cx) == -32603 &&
           t->x.failure->retry_after > 0,
       "no thread is free: 503, and when to come again");
    is(tasks_status(t, id), "input_required", "the task waits as before");
    is(tasks_at(t, "/result/inputRequests"),
       "{\"b\":{\"method\":\"elicitation/create\",\"params\":" FORM "}}",
       "for what it waited");
    tasks_is_refused = 0;
    tasks_update(t, id, "{\"b\":" ANSWER("1") "}");
    ok(tasks_is_acknowledged(t) && tasks_work(t->cx) == 1,
       "the client says it again, and it goes on");
    is(tasks_status(t, id), "completed", "to its end");
}

static void body(mcp_ctx_t *cx)
{
    tasks_t t;
    world_t w;

    tasks_open(&t, &w, tools, cx);
    test_two(&t);
    test_keys(&t);
    test_params(&t);
    test_checked(&t);
    test_outcomes(&t);
    test_busy(&t);
    world_end(&w);
}

TAP_MAIN(body)
