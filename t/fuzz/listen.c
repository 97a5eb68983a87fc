/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "live/change.h"

/* The filter of subscriptions/listen, with a task whose id stands for "TASK":
 * what is acknowledged was asked for, and nothing else is told (2026-07-28
 * patterns/subscriptions). */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REFUSED, NOTHING, LISTS, URIS, TASKS };
target_goal_t target_goals[] = {
    {"a filter is refused", 0}, {"nothing is left of a filter", 0},
    {"a list is told of", 0},   {"a resource is told of", 0},
    {"a task is told of", 0},   {NULL, 0}};

/* So many that nobody knows what did not change: all is told. */
static void change_all(wire_t *w)
{
    const mcp_change_t change = {1, 0};
    int i;

    w->on_send = NULL;
    for (i = 0; i < 5000; i++)
        mcp_live_change_tell(w->works.shared, MCP_RING_NEWS, &change);
}

/* The params of the first event. */
static const mcp_json_t *acknowledged(const wire_t *w)
{
    const mcp_json_t *message;

    PROMISE(!strncmp(w->out, "data: ", 6));
    PROMISE(!mcp_json_read(&message, w->out + 6, strcspn(w->out, "\n") - 6,
                           w->cx));
    return mcp_json_pointer(message, "/params/notifications");
}

static int has(const mcp_json_t *texts, const mcp_json_t *text)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(texts); i++)
        if (mcp_json_equal(mcp_json_at(texts, i), text))
            return 1;
    return 0;
}

/* Whether the member name of what was acknowledged is a part of what was asked
 * for. */
static void check_member(const mcp_json_t *asked, const mcp_json_t *got,
                         const char *name)
{
    apr_size_t i;

    asked = mcp_json_get(asked, name);
    got = mcp_json_get(got, name);
    if (mcp_json_type(got) == MCP_JSON_BOOLEAN)
        PROMISE(mcp_json_is_true(asked) && mcp_json_is_true(got));
    for (i = 0; i < mcp_json_size(got); i++)
        PROMISE(has(asked, mcp_json_at(got, i)));
}

static void check(const wire_t *w, const mcp_json_t *asked)
{
    const mcp_json_t *got;
    mcp_json_iter_t *i;

    PROMISE(wire_code(w) == 0 || wire_code(w) == -32602);
    if (wire_code(w)) {
        target_goals[REFUSED].is_reached = 1;
        return;
    }
    got = acknowledged(w);
    for (i = mcp_json_first(got); i; i = mcp_json_next(got, i))
        check_member(asked, got, mcp_json_iter_name(i));
    target_goals[NOTHING].is_reached |= !mcp_json_size(got);
    PROMISE(
        !mcp_json_get(got, "toolsListChanged") ==
        !strstr(w->out, "\"method\":\"notifications/tools/list_changed\""));
    target_goals[LISTS].is_reached |= mcp_json_get(got, "toolsListChanged") !=
                                      NULL;
    PROMISE(!mcp_json_get(got, "resourceSubscriptions") ==
            !strstr(w->out, "\"method\":\"notifications/resources/updated\""));
    target_goals[URIS].is_reached |=
        mcp_json_get(got, "resourceSubscriptions") != NULL;
    PROMISE(!mcp_json_get(got, "taskIds") ==
            !strstr(w->out, "\"method\":\"notifications/tasks\""));
    target_goals[TASKS].is_reached |= mcp_json_get(got, "taskIds") != NULL;
}

/* The input with the id wherever TASK stands. */
static const char *with_id(const uint8_t *data, size_t size, const char *id,
                           apr_pool_t *pool)
{
    const char *text = apr_pstrmemdup(pool, (const char *)data, size), *at;

    while ((at = strstr(text, "TASK")))
        text = apr_pstrcat(pool,
                           apr_pstrmemdup(pool, text, (apr_size_t)(at - text)),
                           id, at + 4, NULL);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *asked;
    const char *text;
    wire_t w;

    wire_open(&w, &cx);
    wire_task(&w);
    text = with_id(data, size < 500 ? size : 500,
                   mcp_json_string(wire_at(&w, "/result/taskId")), cx.pool);
    if (!mcp_json_read(&asked, text, strlen(text), &cx)) {
        w.on_send = change_all;
        wire_ask(&w, "subscriptions/listen",
                 apr_pstrcat(cx.pool, "\"notifications\":",
                             mcp_json_text(asked, cx.pool), NULL));
        check(&w, asked);
    }
    target_end(&cx);
    return 0;
}
