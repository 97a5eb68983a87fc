/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include <apr_strings.h>

#include "demo/offers.h"
#include "demo/task_call.h"
#include "demo/task_store.h"

/* -- tasks://all -- */

static mcp_outcome_t read_all(mcp_call_t *call, void *baton)
{
    const apr_array_header_t *tasks = mcp_demo_task_call_list(call);
    apr_array_header_t *lines =
        apr_array_make(call->pool, tasks->nelts + 1, sizeof(const char *));
    int i;

    for (i = 0; i < tasks->nelts; i++) {
        const mcp_demo_task_t *task =
            APR_ARRAY_IDX(tasks, i, const mcp_demo_task_t *);

        APR_ARRAY_PUSH(lines, const char *) = apr_psprintf(
            call->pool, "[%u] %s — %s (%s)", task->id, task->title,
            mcp_demo_task_status(task), mcp_demo_task_priority(task));
    }
    call->api->text(call, tasks->nelts
                              ? apr_array_pstrcat(call->pool, lines, '\n')
                              : "No tasks yet.");
    return MCP_CALL_DONE;
}

const mcp_resource_t mcp_demo_task_resources_all = {
    .size = sizeof(mcp_resource_t),
    .uri = "tasks://all",
    .name = "all_tasks",
    .title = "All tasks",
    .description = "All tasks, one on each line.",
    .media_type = "text/plain",
    .read = read_all,
};

/* -- tasks://{id} -- */

/* What is another's is not there, as far as the caller can tell. */
static mcp_outcome_t read_one(mcp_call_t *call, void *baton)
{
    const mcp_demo_task_t *task = mcp_demo_task_store_find(
        mcp_demo_task_call_owner(call), call->api->string(call, "/id"));

    if (!task)
        return MCP_CALL_NOT_FOUND;
    call->api->text(call, mcp_demo_task_call_json(call, task, ""));
    return MCP_CALL_DONE;
}

static void complete_id(mcp_call_t *call, const char *argument,
                        const char *value, void *baton)
{
    const apr_array_header_t *tasks = mcp_demo_task_call_list(call);
    int i;

    for (i = 0; i < tasks->nelts; i++) {
        const mcp_demo_task_t *task =
            APR_ARRAY_IDX(tasks, i, const mcp_demo_task_t *);
        const char *id = apr_psprintf(call->pool, "%u", task->id);

        if (!strncmp(id, value, strlen(value)))
            call->api->value(call, id);
    }
}

const mcp_resource_t mcp_demo_task_resources_one = {
    .size = sizeof(mcp_resource_t),
    .uri = "tasks://{id}",
    .name = "task",
    .title = "Task",
    .description = "One task by its id: title, status and priority.",
    .media_type = "application/json",
    .read = read_one,
    .complete = complete_id,
};
