/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/offer.h"

#include <apr_strings.h>
#include <string.h>

#include "base/scope.h"
#include "base/version.h"

static const mcp_error_t *lists_make(mcp_server_t *server,
                                     const mcp_tool_offered_t *offered,
                                     mcp_ctx_t *cx)
{
    mcp_resources_t *resources;
    mcp_prompts_t *prompts;
    mcp_tools_t *tools;

    MCP_TRY(mcp_tools_make(&tools, offered->of[MCP_TOOL_OFFERED_TOOLS], cx));
    MCP_TRY(mcp_resources_make(&resources,
                               offered->of[MCP_TOOL_OFFERED_RESOURCES], cx));
    MCP_TRY(
        mcp_prompts_make(&prompts, offered->of[MCP_TOOL_OFFERED_PROMPTS], cx));
    server->tools = tools;
    server->resources = resources;
    server->prompts = prompts;
    return NULL;
}

static apr_array_header_t *modules_of(const mcp_tool_offered_t *offered,
                                      apr_pool_t *pool)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(const char *));
    int kind, i;

    for (kind = 0; kind < MCP_TOOL_OFFERED_KINDS; kind++)
        for (i = 0; i < offered->of[kind]->nelts; i++)
            mcp_scope_add(
                all,
                APR_ARRAY_IDX(offered->of[kind], i, mcp_offered_t).module);
    return all;
}

/* One, which ends where src is NULL. */
static const mcp_icon_t *icons_make(const char *url, apr_pool_t *pool)
{
    mcp_icon_t *icons;

    if (!url)
        return NULL;
    icons = apr_pcalloc(pool, 2 * sizeof(*icons));
    icons->src = url;
    return icons;
}

const char *mcp_server_offer_make(const mcp_server_t **made,
                                  const mcp_config_section_t *section,
                                  const mcp_tool_providers_t *providers,
                                  mcp_ctx_t *cx)
{
    mcp_server_t *server = apr_pcalloc(cx->pool, sizeof(*server));
    const mcp_settings_t *settings = section->settings;
    const char *wrong, *host = strstr(section->url, "://");
    mcp_tool_offered_t offered;
    const mcp_error_t *e;

    wrong = mcp_tool_offered_select(&offered, settings->offer, providers,
                                    cx->pool);
    if (wrong)
        return wrong;
    e = lists_make(server, &offered, cx);
    if (e)
        return apr_pstrcat(cx->pool, e->detail, "; ",
                           e->remedy ? e->remedy : mcp_error_text(e), NULL);
    server->name = host ? host + 3 : section->url;
    server->title = settings->title;
    server->version = MCP_VERSION;
    server->instructions = settings->instructions;
    server->url = section->url;
    server->documentation = settings->documentation;
    server->icons = icons_make(settings->icon, cx->pool);
    server->is_sse = settings->transport == MCP_TRANSPORT_SSE;
    server->modules = modules_of(&offered, cx->pool);
    server->session_lifetime = settings->lifetime->session;
    server->task_lifetime = settings->lifetime->task;
    *made = server;
    return NULL;
}
