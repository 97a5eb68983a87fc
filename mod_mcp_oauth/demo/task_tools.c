/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"
#include "demo/task_call.h"
#include "demo/task_store.h"

/* -- create_task: it is done when the answer says so -- */

/* <svg xmlns='http://www.w3.org/2000/svg'
 * viewBox='0 0 16 16' fill='none' stroke='#777' stroke-width='2'>
 * <path d='M1 4l2 2 3-4M1 11l2 2 3-4M8 4h7M8 11h7'/></svg> */
static const mcp_icon_t icons[] = {
    {.src = "data:image/svg+xml;base64,"
            "PHN2ZyB4bWxucz0naHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmcnIHZpZXdC"
            "b3g9JzAgMCAxNiAxNicgZmlsbD0nbm9uZScgc3Ryb2tlPScjNzc3JyBzdHJv"
            "a2Utd2lkdGg9JzInPjxwYXRoIGQ9J00xIDRsMiAyIDMtNE0xIDExbDIgMiAz"
            "LTRNOCA0aDdNOCAxMWg3Jy8+PC9zdmc+",
     .media_type = "image/svg+xml",
     .sizes = "any"},
    {.src = NULL},
};

/* The schema has seen to the words and to the length of the title; an argument
 * that has a default may be absent. */
static const char *task_read(mcp_demo_task_t *task, mcp_call_t *call)
{
    const char *status = call->api->string(call, "/status");
    const char *priority = call->api->string(call, "/priority");
    const char *why =
        mcp_demo_task_title_set(task, call->api->string(call, "/title"));

    if (!why)
        why = mcp_demo_task_status_set(task, status ? status : "todo");
    if (!why)
        why = mcp_demo_task_priority_set(task, priority ? priority : "medium");
    return why ? why
               : mcp_demo_task_owner_set(task, mcp_demo_task_call_owner(call));
}

/* Those who listen see it in the list, and some may have waited for it. */
static void announce(mcp_call_t *call, const mcp_demo_task_t *task)
{
    int is_private = !mcp_demo_task_call_is_shared();

    call->api->updated(call, "tasks://all", is_private);
    call->api->updated(call, apr_psprintf(call->pool, "tasks://%u", task->id),
                       is_private);
}

static mcp_outcome_t call_create(mcp_call_t *call, void *baton)
{
    mcp_demo_task_t *task = apr_pcalloc(call->pool, sizeof(*task));
    const char *why = task_read(task, call);
    const char *text;

    if (why)
        return mcp_demo_answer_fail(
            call, apr_pstrcat(call->pool, "The task was not created: ", why,
                              ".", NULL));
    why = mcp_demo_task_store_add(task, call->pool);
    if (why)
        return mcp_demo_answer_fail(call, why);
    announce(call, task);
    text = apr_psprintf(
        call->pool, "Task '%s' created with id %u (status=%s, priority=%s).",
        task->title, task->id, mcp_demo_task_status(task),
        mcp_demo_task_priority(task));
    call->api->text(call, text);
    call->api->structured(
        call,
        apr_pstrcat(call->pool, "{\"result\":", call->api->quote(call, text),
                    ",\"task\":", mcp_demo_task_call_json(call, task, ""), "}",
                    NULL));
    return MCP_CALL_DONE;
}

#define STATUS "\"todo\",\"in_progress\",\"done\""
#define PRIORITY "\"low\",\"medium\",\"high\""
#define TASK_SCHEMA                                                           \
    "{\"type\":\"object\",\"additionalProperties\":false,"                    \
    "\"properties\":{\"id\":{\"type\":\"string\"},"                           \
    "\"title\":{\"type\":\"string\"},\"status\":{\"enum\":[" STATUS "]},"     \
    "\"priority\":{\"enum\":[" PRIORITY "]}},"                                \
    "\"required\":[\"id\",\"title\",\"status\",\"priority\"]}"

const mcp_tool_t mcp_demo_task_tools_create = {
    .size = sizeof(mcp_tool_t),
    .name = "create_task",
    .title = "Create a task",
    .description =
        "Create a task and give its id. Status is todo, in_progress or done "
        "(todo where it is left out), priority is low, medium or high (medium "
        "where it is left out). A task stays: call this once for each.",
    .input_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{"
        "\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200,"
        "\"description\":\"What is to be done, on one line\"},"
        "\"status\":{\"type\":\"string\",\"enum\":[" STATUS "],"
        "\"default\":\"todo\"},"
        "\"priority\":{\"type\":\"string\",\"enum\":[" PRIORITY "],"
        "\"default\":\"medium\"}},\"required\":[\"title\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"string\"},"
                     "\"task\":" TASK_SCHEMA "},"
                     "\"required\":[\"result\",\"task\"]}",
    .hints = MCP_TOOL_ADDS,
    .call = call_create,
    .icons = icons,
};

/* -- list_tasks -- */

static const apr_array_header_t *filter(mcp_call_t *call, const char *status)
{
    const apr_array_header_t *all = mcp_demo_task_call_list(call);
    apr_array_header_t *some =
        apr_array_make(call->pool, 8, sizeof(const mcp_demo_task_t *));
    int i;

    if (!*status)
        return all;
    for (i = 0; i < all->nelts; i++) {
        const mcp_demo_task_t *task =
            APR_ARRAY_IDX(all, i, const mcp_demo_task_t *);

        if (!strcmp(mcp_demo_task_status(task), status))
            APR_ARRAY_PUSH(some, const mcp_demo_task_t *) = task;
    }
    return some;
}

static const char *list_text(mcp_call_t *call, const char *status,
                             const apr_array_header_t *tasks)
{
    apr_array_header_t *lines =
        apr_array_make(call->pool, tasks->nelts + 1, sizeof(const char *));
    int i;

    if (!tasks->nelts)
        return *status ? apr_pstrcat(call->pool, "No tasks with status '",
                                     status, "'.", NULL)
                       : "No tasks found.";
    APR_ARRAY_PUSH(lines, const char *) =
        apr_psprintf(call->pool, "Found %d task(s):", tasks->nelts);
    for (i = 0; i < tasks->nelts; i++) {
        const mcp_demo_task_t *task =
            APR_ARRAY_IDX(tasks, i, const mcp_demo_task_t *);

        APR_ARRAY_PUSH(lines, const char *) = apr_psprintf(
            call->pool, "- [%u] %s (%s, %s)", task->id, task->title,
            mcp_demo_task_status(task), mcp_demo_task_priority(task));
    }
    return apr_array_pstrcat(call->pool, lines, '\n');
}

static mcp_outcome_t call_list(mcp_call_t *call, void *baton)
{
    const char *status = call->api->string(call, "/status");
    const apr_array_header_t *tasks;
    const char *text;

    status = status ? status : "";
    tasks = filter(call, status);
    text = list_text(call, status, tasks);
    call->api->text(call, text);
    call->api->structured(
        call,
        apr_pstrcat(call->pool, "{\"result\":", call->api->quote(call, text),
                    ",\"tasks\":", mcp_demo_task_call_array(call, tasks), "}",
                    NULL));
    return MCP_CALL_DONE;
}

const mcp_tool_t mcp_demo_task_tools_list = {
    .size = sizeof(mcp_tool_t),
    .name = "list_tasks",
    .title = "List tasks",
    .description =
        "List the tasks with their ids, titles, statuses and priorities, in "
        "the order in which they were created. Status lists those of one "
        "status alone.",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{\"status\":{\"type\":\"string\","
                    "\"enum\":[\"\"," STATUS "],\"default\":\"\","
                    "\"description\":\"Empty: all\"}}}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"string\"},"
                     "\"tasks\":{\"type\":\"array\",\"items\":" TASK_SCHEMA
                     "}},\"required\":[\"result\",\"tasks\"]}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_list,
    .icons = icons,
};
