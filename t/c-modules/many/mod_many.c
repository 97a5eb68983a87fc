/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_many: a thousand tools, many:tool-0001 to many:tool-1000, for `make
 * bench`. A module may make its tools when it is loaded: they live as long as
 * the configuration. */

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

#define MANY 1000

static mcp_outcome_t call(mcp_call_t *call, void *baton)
{
    call->api->text(call, call->name);
    return MCP_CALL_DONE;
}

static const mcp_tool_t *tool_make(const char *name, apr_pool_t *pool)
{
    mcp_tool_t *tool = apr_pcalloc(pool, sizeof(*tool));

    tool->size = sizeof(*tool);
    tool->name = name;
    tool->title = apr_psprintf(pool, "Look into %s", name);
    tool->description = apr_psprintf(
        pool, "Look something up in %s and tell what is found there.", name);
    tool->input_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"query\":{\"type\":\"string\",\"description\":\"What to look for\"},"
        "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,"
        "\"default\":10}},\"required\":[\"query\"]}";
    tool->hints = MCP_TOOL_READ_ONLY;
    tool->call = call;
    return tool;
}

static void register_hooks(apr_pool_t *pool)
{
    const char *name;
    int i;

    for (i = 1; i <= MANY; i++) {
        name = apr_psprintf(pool, "tool-%04d", i);
        ap_register_provider(pool, MCP_TOOL_GROUP,
                             apr_pstrcat(pool, "many:", name, NULL),
                             MCP_OFFER_VERSION, tool_make(name, pool));
    }
}

AP_DECLARE_MODULE(many) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
