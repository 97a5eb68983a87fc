/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* Two of tasks/update, [inputResponses, inputResponses]: what is not asked is
 * ignored, what is missing is asked for still, and no key is asked twice in
 * the life of a task (ext-tasks, Task Update Requests). */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REFUSED, PARTIAL, COMPLETED };
target_goal_t target_goals[] = {{"answers are refused", 0},
                                {"some answers are missing", 0},
                                {"a task is completed", 0},
                                {NULL, 0}};

/* inputRequests of the task; NULL: it is not waiting for any. */
static const mcp_json_t *asked_get(wire_t *w, const char *task)
{
    wire_ask(w, "tasks/get", task);
    PROMISE(w->x.status == 200 && !wire_code(w));
    return wire_at(w, "/result/inputRequests");
}

/* Whether each of what is asked was answered, and nothing else. */
static void check(const mcp_json_t *before, const mcp_json_t *after,
                  const mcp_json_t *given)
{
    int is_answered = 1;
    mcp_json_iter_t *i;

    for (i = mcp_json_first(before); i; i = mcp_json_next(before, i)) {
        const char *key = mcp_json_iter_name(i);

        if (!mcp_json_get(given, key))
            is_answered = 0;
        PROMISE(!mcp_json_get(given, key) || !mcp_json_get(after, key));
    }
    for (i = mcp_json_first(after); i; i = mcp_json_next(after, i)) {
        int is_old = mcp_json_get(before, mcp_json_iter_name(i)) != NULL;

        PROMISE(is_old != is_answered);
    }
    if (!is_answered)
        target_goals[PARTIAL].is_reached = 1;
}

/* Whether they are a map, and no answer in it is none to what is asked. */
static int are_answers(const mcp_json_t *given, const mcp_json_t *asked)
{
    mcp_json_iter_t *i;

    if (!wire_is_map(given))
        return 0;
    for (i = mcp_json_first(asked); i; i = mcp_json_next(asked, i)) {
        const mcp_json_t *answer = mcp_json_get(given, mcp_json_iter_name(i));
        int is_form = mcp_json_get(mcp_json_iter_value(i), "params") != NULL;

        if (answer &&
            !(is_form ? wire_is_elicited(answer) : wire_is_roots(answer)))
            return 0;
    }
    return 1;
}

static void update(wire_t *w, const char *task, const mcp_json_t *given)
{
    const mcp_json_t *before = asked_get(w, task), *after;

    wire_ask(w, "tasks/update",
             apr_pstrcat(w->cx->pool, task, ",\"inputResponses\":",
                         mcp_json_text(given, w->cx->pool), NULL));
    PROMISE(w->x.status == 200);
    if (!are_answers(given, before)) {
        PROMISE(wire_code(w) == -32602);
        PROMISE(mcp_json_equal(before, asked_get(w, task)));
        target_goals[REFUSED].is_reached = 1;
        return;
    }
    PROMISE(!wire_code(w));
    after = asked_get(w, task);
    check(before, after, given);
    PROMISE(after || wire_at(w, "/result/result"));
    if (!after)
        target_goals[COMPLETED].is_reached = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *both;
    const char *task;
    wire_t w;

    if (!mcp_json_read(&both, (const char *)data, size, &cx)) {
        wire_open(&w, &cx);
        task = wire_task(&w);
        update(&w, task, mcp_json_at(both, 0));
        update(&w, task, mcp_json_at(both, 1));
    }
    target_end(&cx);
    return 0;
}
