/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_conformance: the tools, resources and prompts that the official
 * conformance suite asks a server for, written against mod_mcp_oauth.h. List
 * test_simple_text first: one scenario calls the first tool of the list with
 * no arguments.
 *
 *     MCPOffer conformance:test_simple_text conformance:* */

#include <stdarg.h>

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "conformance.h"

#define STEP 20 /* ms */

void conformance_say(mcp_call_t *call, ...)
{
    const char *all = "", *next;
    va_list texts;

    va_start(texts, call);
    while ((next = va_arg(texts, const char *)))
        all = apr_pstrcat(call->pool, all, next, NULL);
    va_end(texts);
    call->api->text(call, all);
}

int conformance_pause(mcp_call_t *call, int ms)
{
    for (; ms > 0; ms -= STEP) {
        if (call->api->cancelled(call))
            return 0;
        apr_sleep(apr_time_from_msec(ms < STEP ? ms : STEP));
    }
    return !call->api->cancelled(call);
}

static void offer(apr_pool_t *pool, const char *group, const char *name,
                  const void *what)
{
    ap_register_provider(pool, group,
                         apr_pstrcat(pool, "conformance:", name, NULL),
                         MCP_OFFER_VERSION, what);
}

static void offer_tools(apr_pool_t *pool, const mcp_tool_t *tool)
{
    for (; tool->name; tool++)
        offer(pool, MCP_TOOL_GROUP, tool->name, tool);
}

static void register_hooks(apr_pool_t *pool)
{
    const mcp_resource_t *resource = conformance_resources;
    const mcp_prompt_t *prompt = conformance_prompts;

    offer_tools(pool, conformance_content_tools);
    offer_tools(pool, conformance_asking_tools);
    offer_tools(pool, conformance_session_tools);
    offer_tools(pool, conformance_task_tools);
    for (; resource->name; resource++)
        offer(pool, MCP_RESOURCE_GROUP, resource->uri, resource);
    for (; prompt->name; prompt++)
        offer(pool, MCP_PROMPT_GROUP, prompt->name, prompt);
}

AP_DECLARE_MODULE(conformance) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
