/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/capabilities.h"

#include "mcp/era.h"

#define TASKS "{\"io.modelcontextprotocol/tasks\":{}}"

void mcp_capabilities_write(mcp_turn_t *t)
{
    static const struct {
        const char *has; /* mcp_server_has() */
        const char *name, *json;
        unsigned eras;
    } rows[] = {
        {"tools", "tools", "{\"listChanged\":true}",
         MCP_ERA_LEGACY | MCP_ERA_MODERN},
        {"resources", "resources", "{\"subscribe\":true,\"listChanged\":true}",
         MCP_ERA_LEGACY | MCP_ERA_MODERN},
        {"prompts", "prompts", "{\"listChanged\":true}",
         MCP_ERA_LEGACY | MCP_ERA_MODERN},
        {"completions", "completions", "{}", MCP_ERA_LEGACY | MCP_ERA_MODERN},
        {"logging", "logging", "{}", MCP_ERA_LEGACY | MCP_ERA_MODERN},
        {"tasks", "extensions", TASKS, MCP_ERA_MODERN},
    };
    apr_size_t i;

    mcp_writer_name(t->w, "capabilities");
    mcp_writer_open(t->w, '{');
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((rows[i].eras & t->era->bit) &&
            mcp_server_has(t->x->server, rows[i].has)) {
            mcp_writer_name(t->w, rows[i].name);
            mcp_writer_raw(t->w, rows[i].json);
        }
    mcp_writer_close(t->w);
}
