/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_catalogue: for tests of what is listed, and of what is refused before.
 *
 *   many:tool-0000 ...  more tools than a page has
 *   stale:*             compiled with a header of before
 *   broken:*            break the contract of the header, each in one thing
 *   short:*             have a size that no header ever had
 *   long:*              compiled with a header that has more at the end
 *   twin:acme://handbook  has the URI of a resource of another module */

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

#define MANY 2500
#define STALE_VERSION "0"

static mcp_outcome_t nothing(mcp_call_t *call, void *baton)
{
    call->api->text(call, "done");
    return MCP_CALL_DONE;
}

static const mcp_tool_t ping = {
    .size = sizeof(mcp_tool_t),
    .name = "ping",
    .description = "Nothing.",
    .call = nothing,
};

static const mcp_resource_t page = {
    .size = sizeof(mcp_resource_t),
    .uri = "stale://page",
    .name = "page",
    .read = nothing,
};

static const mcp_resource_t handbook = {
    .size = sizeof(mcp_resource_t),
    .uri = "acme://handbook",
    .name = "another",
    .read = nothing,
};

static const mcp_tool_t nameless = {
    .size = sizeof(mcp_tool_t),
    .name = "no name",
    .description = "Its name has a blank.",
    .call = nothing,
};

static const mcp_resource_t relative = {
    .size = sizeof(mcp_resource_t),
    .uri = "page",
    .name = "page",
    .read = nothing,
};

static const mcp_resource_t query = {
    .size = sizeof(mcp_resource_t),
    .uri = "broken://page{?n}",
    .name = "page",
    .read = nothing,
};

static const mcp_prompt_t silent = {
    .size = sizeof(mcp_prompt_t),
    .name = "silent",
    .get = nothing,
};

/* -- sizes -- */

static const mcp_tool_t short_tool = {.size = sizeof(apr_size_t)};
static const mcp_resource_t short_resource = {.size = sizeof(apr_size_t)};
static const mcp_prompt_t short_prompt = {.size = sizeof(apr_size_t)};

#define LONGER(type)                                                          \
    struct {                                                                  \
        type known;                                                           \
        const char *more;                                                     \
    }

static const LONGER(mcp_tool_t) long_tool = {
    {.size = sizeof(long_tool),
     .name = "long",
     .description = "Longer than it was.",
     .call = nothing},
    "more",
};

static const LONGER(mcp_resource_t) long_resource = {
    {.size = sizeof(long_resource),
     .uri = "long://page",
     .name = "long",
     .read = nothing},
    "more",
};

static const LONGER(mcp_prompt_t) long_prompt = {
    {.size = sizeof(long_prompt),
     .name = "long",
     .description = "Longer than it was.",
     .get = nothing},
    "more",
};

/* -- the module -- */

static void register_many(apr_pool_t *pool)
{
    mcp_tool_t *tools = apr_pcalloc(pool, MANY * sizeof(*tools));
    int i;

    for (i = 0; i < MANY; i++) {
        tools[i].size = sizeof(*tools);
        tools[i].name = apr_psprintf(pool, "tool-%04d", i);
        tools[i].description = "One of many.";
        tools[i].call = nothing;
        ap_register_provider(pool, MCP_TOOL_GROUP,
                             apr_pstrcat(pool, "many:", tools[i].name, NULL),
                             MCP_OFFER_VERSION, &tools[i]);
    }
}

static void register_hooks(apr_pool_t *pool)
{
    static const struct {
        const char *group, *name, *version;
        const void *what;
    } rows[] = {
        {MCP_TOOL_GROUP, "stale:ping", STALE_VERSION, &ping},
        {MCP_RESOURCE_GROUP, "stale:stale://page", STALE_VERSION, &page},
        {MCP_RESOURCE_GROUP, "twin:acme://handbook", MCP_OFFER_VERSION,
         &handbook},
        {MCP_TOOL_GROUP, "broken:tool", MCP_OFFER_VERSION, &nameless},
        {MCP_RESOURCE_GROUP, "broken:page", MCP_OFFER_VERSION, &relative},
        {MCP_RESOURCE_GROUP, "broken:query", MCP_OFFER_VERSION, &query},
        {MCP_PROMPT_GROUP, "broken:prompt", MCP_OFFER_VERSION, &silent},
        {MCP_TOOL_GROUP, "short:tool", MCP_OFFER_VERSION, &short_tool},
        {MCP_RESOURCE_GROUP, "short:a:b", MCP_OFFER_VERSION, &short_resource},
        {MCP_PROMPT_GROUP, "short:prompt", MCP_OFFER_VERSION, &short_prompt},
        {MCP_TOOL_GROUP, "long:long", MCP_OFFER_VERSION, &long_tool},
        {MCP_RESOURCE_GROUP, "long:long://page", MCP_OFFER_VERSION,
         &long_resource},
        {MCP_PROMPT_GROUP, "long:long", MCP_OFFER_VERSION, &long_prompt},
    };
    apr_size_t i;

    register_many(pool);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ap_register_provider(pool, rows[i].group, rows[i].name,
                             rows[i].version, rows[i].what);
}

AP_DECLARE_MODULE(catalogue) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
