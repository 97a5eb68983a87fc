/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_breaker: each of its functions breaks the contract of mod_mcp_oauth.h,
 * in one of the ways that tests of mcp/ alone cannot see.
 *
 *     MCPOffer breaker:* */

#include <stdlib.h>

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

#define LATIN1 "caf\xe9"

static mcp_outcome_t latin1(mcp_call_t *call, void *baton)
{
    call->api->text(call, "what nobody may read");
    call->api->text(call, LATIN1);
    return MCP_CALL_DONE;
}

/* Said on the stream before, so that the answer is its last event. */
static mcp_outcome_t late(mcp_call_t *call, void *baton)
{
    call->api->progress(call, 1, 0, NULL);
    return latin1(call, baton);
}

/* Where it can be a task it is one when it breaks. */
static mcp_outcome_t in_task(mcp_call_t *call, void *baton)
{
    if (call->api->remembered(call))
        return latin1(call, baton);
    call->api->remember(call, "begun");
    return MCP_CALL_LATER;
}

/* Says "later" without saying when, for 300 ms: how often it is called. */
static mcp_outcome_t restless(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    apr_time_t begun = so_far ? apr_strtoi64(so_far, NULL, 10) : 0;
    const char *count = so_far ? strchr(so_far, ' ') : NULL;
    int rounds = count ? atoi(count) : 0;

    if (begun && apr_time_now() > begun + apr_time_from_msec(300)) {
        call->api->text(call, apr_itoa(call->pool, rounds));
        return MCP_CALL_DONE;
    }
    call->api->remember(
        call, apr_psprintf(call->pool, "%" APR_TIME_T_FMT " %d",
                           begun ? begun : apr_time_now(), rounds + 1));
    return MCP_CALL_LATER;
}

static void complete(mcp_call_t *call, const char *argument, const char *value,
                     void *baton)
{
    call->api->value(call, "what nobody may read");
    call->api->value(call, LATIN1);
}

#define TOOL(tool_name, function, as_task)                                    \
    {                                                                         \
        .size = sizeof(mcp_tool_t), .name = tool_name,                        \
        .description = "For tests.", .call = function, .task = as_task        \
    }

static const mcp_tool_t tools[] = {
    TOOL("latin1", latin1, MCP_TASK_NEVER),
    TOOL("late", late, MCP_TASK_NEVER),
    TOOL("in-task", in_task, MCP_TASK_OPTIONAL),
    TOOL("restless", restless, MCP_TASK_OPTIONAL),
};

static const mcp_resource_t resource = {.size = sizeof(mcp_resource_t),
                                        .uri = "breaker://latin1",
                                        .name = "latin1",
                                        .read = latin1};

static const mcp_prompt_argument_t arguments[] = {{.name = "a"}, {NULL}};
static const mcp_prompt_t prompt = {.size = sizeof(mcp_prompt_t),
                                    .name = "latin1",
                                    .description = "For tests.",
                                    .arguments = arguments,
                                    .get = latin1,
                                    .complete = complete};

static void register_hooks(apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        ap_register_provider(
            pool, MCP_TOOL_GROUP,
            apr_pstrcat(pool, "breaker:", tools[i].name, NULL),
            MCP_OFFER_VERSION, &tools[i]);
    ap_register_provider(pool, MCP_RESOURCE_GROUP, "breaker:breaker://latin1",
                         MCP_OFFER_VERSION, &resource);
    ap_register_provider(pool, MCP_PROMPT_GROUP, "breaker:latin1",
                         MCP_OFFER_VERSION, &prompt);
}

AP_DECLARE_MODULE(breaker) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
