/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/capabilities.h"

#include "mcp/era.h"

int mcp_capabilities_has_tools(const mcp_server_t *server)
{
    return !mcp_page_is_empty(mcp_tools_pages(server->tools));
}

int mcp_capabilities_has_resources(const mcp_server_t *server)
{
    return !mcp_resources_is_empty(server->resources);
}

int mcp_capabilities_has_prompts(const mcp_server_t *server)
{
    return !mcp_page_is_empty(mcp_prompts_pages(server->prompts));
}

int mcp_capabilities_has_completions(const mcp_server_t *server)
{
    return mcp_prompts_complete(server->prompts) ||
           mcp_resources_complete(server->resources);
}

int mcp_capabilities_has_tasks(const mcp_server_t *server)
{
    return mcp_tools_have_tasks(server->tools);
}

static void declare(mcp_writer_t *w, const char *name, const char *json)
{
    mcp_writer_name(w, name);
    mcp_writer_raw(w, json);
}

void mcp_capabilities_write(mcp_turn_t *t)
{
    const mcp_server_t *server = t->x->server;
    int tools = mcp_capabilities_has_tools(server);
    int resources = mcp_capabilities_has_resources(server);
    int prompts = mcp_capabilities_has_prompts(server);
    mcp_writer_t *w = t->w;

    mcp_writer_name(w, "capabilities");
    mcp_writer_open(w, '{');
    if (tools)
        declare(w, "tools", "{\"listChanged\":true}");
    if (resources)
        declare(w, "resources", "{\"subscribe\":true,\"listChanged\":true}");
    if (prompts)
        declare(w, "prompts", "{\"listChanged\":true}");
    if (mcp_capabilities_has_completions(server))
        declare(w, "completions", "{}");
    /* any function of another module may log */
    if (tools || resources || prompts)
        declare(w, "logging", "{}");
    if (t->era->bit == MCP_ERA_MODERN && mcp_capabilities_has_tasks(server))
        declare(w, "extensions", "{\"io.modelcontextprotocol/tasks\":{}}");
    mcp_writer_close(w);
}
