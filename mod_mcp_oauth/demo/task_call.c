/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "demo/task_call.h"

#include <apr_strings.h>

#include "demo/task_store.h"

static int is_shared;

void mcp_demo_task_call_share(int is_common)
{
    is_shared = is_common;
}

int mcp_demo_task_call_is_shared(void)
{
    return is_shared;
}

/* A subject is unique at its issuer alone; no issuer has a blank. */
const char *mcp_demo_task_call_owner(mcp_call_t *call)
{
    const mcp_principal_t *who = call->principal;

    if (is_shared || !who)
        return "";
    return apr_pstrcat(call->pool, who->issuer, " ", who->subject, NULL);
}

const apr_array_header_t *mcp_demo_task_call_list(mcp_call_t *call)
{
    return mcp_demo_task_store_list(mcp_demo_task_call_owner(call),
                                    call->pool);
}

const char *mcp_demo_task_call_json(mcp_call_t *call,
                                    const mcp_demo_task_t *task,
                                    const char *margin)
{
    return apr_psprintf(call->pool,
                        "{\n%s  \"id\": \"%u\",\n%s  \"title\": %s,\n"
                        "%s  \"status\": \"%s\",\n%s  \"priority\": \"%s\"\n"
                        "%s}",
                        margin, task->id, margin,
                        call->api->quote(call, task->title), margin,
                        mcp_demo_task_status(task), margin,
                        mcp_demo_task_priority(task), margin);
}

const char *mcp_demo_task_call_array(mcp_call_t *call,
                                     const apr_array_header_t *tasks)
{
    apr_array_header_t *elements =
        apr_array_make(call->pool, tasks->nelts + 1, sizeof(const char *));
    int i;

    if (!tasks->nelts)
        return "[]";
    for (i = 0; i < tasks->nelts; i++)
        APR_ARRAY_PUSH(elements, const char *) = apr_pstrcat(
            call->pool, "\n  ",
            mcp_demo_task_call_json(
                call, APR_ARRAY_IDX(tasks, i, const mcp_demo_task_t *), "  "),
            NULL);
    return apr_pstrcat(call->pool, "[",
                       apr_array_pstrcat(call->pool, elements, ','), "\n]",
                       NULL);
}
