/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CAPABILITIES_H
#define MCP_MCP_CAPABILITIES_H

#include "mcp/turn.h"

/* What a server declares that it can do, to clients of either era: what it
 * offers and nothing else, since methods of what is not declared do not exist
 * (MethodNotFoundError). */

/* The member capabilities of InitializeResult and DiscoverResult. */
void mcp_capabilities_write(mcp_turn_t *t);

int mcp_capabilities_has_tools(const mcp_server_t *server);
int mcp_capabilities_has_resources(const mcp_server_t *server);
int mcp_capabilities_has_prompts(const mcp_server_t *server);
int mcp_capabilities_has_completions(const mcp_server_t *server);
/* The extension io.modelcontextprotocol/tasks. */
int mcp_capabilities_has_tasks(const mcp_server_t *server);

#endif
