/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include <apr_strings.h>

#include "demo/offers.h"
#include "demo/task_call.h"

/* The first is the one where nothing else is asked for. */
static const struct {
    const char *focus;
    const char *instruction;
} ways[] = {
    {"urgency",
     "Please put these tasks in order of urgency. Look at the status and the "
     "priority of each, and at which of them depend on others. Say which to "
     "take up first, and why."},
    {"impact",
     "Please put these tasks in order of their impact on the business. Look "
     "at which of them bring the most value, clear the way for others, or "
     "reduce technical debt. Give a ranked order, with your reasons."},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static mcp_outcome_t get(mcp_call_t *call, void *baton)
{
    const char *focus = call->api->string(call, "/focus");
    const apr_array_header_t *tasks = mcp_demo_task_call_list(call);
    apr_size_t way = focus && !strcmp(focus, "impact");

    call->api->text(
        call, tasks->nelts
                  ? apr_pstrcat(call->pool, ways[way].instruction,
                                "\n\nTask data:\n",
                                mcp_demo_task_call_array(call, tasks), NULL)
                  : "No tasks to prioritize.");
    return MCP_CALL_DONE;
}

static void complete(mcp_call_t *call, const char *argument, const char *value,
                     void *baton)
{
    apr_size_t i;

    for (i = 0; i < WAYS; i++)
        if (!strncmp(ways[i].focus, value, strlen(value)))
            call->api->value(call, ways[i].focus);
}

static const mcp_prompt_argument_t arguments[] = {
    {.name = "focus",
     .title = "Focus",
     .description = "What counts: urgency (where it is left out) or impact"},
    {.name = NULL},
};

const mcp_prompt_t mcp_demo_task_prompt = {
    .size = sizeof(mcp_prompt_t),
    .name = "prioritize_tasks",
    .title = "Prioritize tasks",
    .description = "Ask for an order of the tasks, by urgency or by impact.",
    .arguments = arguments,
    .get = get,
    .complete = complete,
};
