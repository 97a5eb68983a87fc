/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "mcp/era.h"
#include "mcp/task.h"

/* What another version of this module may have left of a task in shared
 * memory: it is a task that can be asked for, gone on with and cancelled, or
 * there is none. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READ, NOT_READ, COMPLETED };
target_goal_t target_goals[] = {{"a record is read", 0},
                                {"a record is no task's", 0},
                                {"a task is completed", 0},
                                {NULL, 0}};

/* Puts the input in the place of the task's record. */
static void put(wire_t *w, const char *id, const uint8_t *data, size_t size)
{
    mcp_letter_t letter = {0, 1, (const char *)data, size};
    mcp_task_t task;
    mcp_turn_t t;

    memset(&t, 0, sizeof(t));
    t.x = &w->x;
    t.cx = w->cx;
    t.pool = w->cx->pool;
    t.era = &mcp_era_modern;
    PROMISE(mcp_task_read(&task, id, &t));
    PROMISE(!mcp_live_mailbox_replace(w->works.shared, task.box.id, &letter,
                                      task.version, mcp_ctx_seconds(w->cx)));
}

/* Asks for it; 0: there is none. */
static int ask(wire_t *w, const char *method, const char *params)
{
    wire_ask(w, method, params);
    PROMISE(w->x.status == 200 && (!wire_code(w) || wire_code(w) == -32602));
    return !wire_code(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *task, *id;
    wire_t w;
    int is_read;

    wire_open(&w, &cx);
    task = wire_task(&w);
    id = mcp_json_string(wire_at(&w, "/result/taskId"));
    if (size <= 100000) {
        put(&w, id, data, size);
        is_read = ask(&w, "tasks/get", task);
        target_goals[is_read ? READ : NOT_READ].is_reached = 1;
        ask(&w, "tasks/update",
            apr_pstrcat(cx.pool, task,
                        ",\"inputResponses\":{\"a\":{},\"b\":{}}", NULL));
        if (ask(&w, "tasks/get", task) && wire_at(&w, "/result/result"))
            target_goals[COMPLETED].is_reached = 1;
        PROMISE(ask(&w, "tasks/cancel", task) == is_read);
    }
    target_end(&cx);
    return 0;
}
