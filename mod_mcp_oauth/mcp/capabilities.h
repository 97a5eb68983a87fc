/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CAPABILITIES_H
#define MCP_MCP_CAPABILITIES_H

#include "mcp/turn.h"

/* What a server declares that it can do, to clients of either era: what it
 * offers and nothing else, since methods of what is not declared do not exist
 * (MethodNotFoundError). */

/* The member capabilities of InitializeResult and DiscoverResult. */
void mcp_capabilities_write(mcp_turn_t *t);

#endif
