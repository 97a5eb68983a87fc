/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "live/process.h"
#include "mcp/method.h"
#include "mcp/question.h"
#include "mcp/question_answer.h"
#include "mcp/task.h"

/* tasks/get, tasks/update, tasks/cancel */

#define MAX_TRIES 100 /* against others who change it at the same time */

/* Whose it is not is told what one is told who made it up. */
static const mcp_error_t *task_get(mcp_task_t *task, const mcp_turn_t *t)
{
    const char *id = mcp_json_string(mcp_json_get(t->rpc.params, "taskId"));

    MCP_TRY(mcp_task_check_client(t));
    if (!id)
        return mcp_turn_refuse(t, "taskId must be a string");
    t->x->rpc_target = mcp_turn_shown(t, id);
    return mcp_task_read(task, id, t)
               ? NULL
               : mcp_turn_refuse(t, "there is no such task");
}

const mcp_error_t *mcp_tasks_get(mcp_turn_t *t)
{
    mcp_task_t task;

    MCP_TRY(task_get(&task, t));
    mcp_turn_begin(t, "complete");
    mcp_task_write(t->w, &task, 0, t);
    return NULL;
}

/* -- changing one -- */

/* What is to become of the task as it is now; 0: it stays. */
typedef int (*change_t)(mcp_task_t *task, const mcp_turn_t *t);

static const mcp_error_t *busy(const mcp_turn_t *t)
{
    return mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                          "there is no room for what the task becomes, or too "
                          "many tasks wait for a thread");
}

static const mcp_error_t *change(mcp_turn_t *t, change_t make)
{
    mcp_box_status_t status = MCP_BOX_CHANGED;
    mcp_task_t task, before;
    int tries;

    for (tries = 0; status == MCP_BOX_CHANGED && tries < MAX_TRIES; tries++) {
        MCP_TRY(task_get(&task, t));
        before = task;
        if (!make(&task, t))
            break;
        status = mcp_task_store(&task, t);
        if (status == MCP_BOX_OK && task.status == MCP_TASK_WORKING &&
            !mcp_task_go_on(&task, t)) {
            before.version = task.version;
            mcp_task_store(&before, t); /* the client may say it again */
            return busy(t);
        }
    }
    if (status == MCP_BOX_FULL)
        return busy(t);
    mcp_turn_begin(t, "complete");
    return NULL;
}

static int cancel(mcp_task_t *task, const mcp_turn_t *t)
{
    if (task->status != MCP_TASK_WORKING &&
        task->status != MCP_TASK_INPUT_REQUIRED)
        return 0;
    task->status = MCP_TASK_CANCELLED;
    task->requests = NULL;
    return 1;
}

const mcp_error_t *mcp_tasks_cancel(mcp_turn_t *t)
{
    return change(t, cancel);
}

/* -- answers -- */

/* The members of a whose name b has, too, or has not; those of more are added.
 */
static const mcp_json_t *members(const mcp_json_t *a, const mcp_json_t *b,
                                 int has, const mcp_json_t *more,
                                 const mcp_turn_t *t)
{
    mcp_writer_t *w = mcp_writer_make(t->cx->pool);
    const mcp_json_t *selected = NULL;
    mcp_json_iter_t *i;
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '{');
    for (i = mcp_json_first(more); i; i = mcp_json_next(more, i)) {
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    for (i = mcp_json_first(a); i; i = mcp_json_next(a, i)) {
        if ((mcp_json_get(b, mcp_json_iter_name(i)) != NULL) != has)
            continue;
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    return mcp_json_read(&selected, text, len, t->cx) ? NULL : selected;
}

/* Answers to what is not asked, or not any more, are ignored. */
static int take_answers(mcp_task_t *task, const mcp_turn_t *t)
{
    const mcp_json_t *given = mcp_json_get(t->rpc.params, "inputResponses");
    apr_size_t had = mcp_json_size(task->answers);

    if (task->status != MCP_TASK_INPUT_REQUIRED)
        return 0;
    task->answers = members(given, task->requests, 1, task->answers, t);
    if (mcp_json_size(task->answers) == had)
        return 0;
    task->requests = members(task->requests, given, 0, NULL, t);
    if (mcp_json_size(task->requests))
        return 1;
    task->requests = NULL;
    task->status = MCP_TASK_WORKING;
    task->worker = mcp_live_process_self();
    return 1;
}

const mcp_error_t *mcp_tasks_update(mcp_turn_t *t)
{
    const mcp_json_t *given;
    mcp_task_t task;

    MCP_TRY(mcp_task_check_client(t));
    MCP_TRY(mcp_question_answers_read(&given, t));
    if (!given)
        return mcp_turn_refuse(t, "inputResponses must be an object");
    MCP_TRY(task_get(&task, t));
    MCP_TRY(mcp_question_answers_check(task.requests, given, t));
    return change(t, take_answers);
}
