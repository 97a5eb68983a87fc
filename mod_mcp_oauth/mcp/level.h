/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_LEVEL_H
#define MCP_MCP_LEVEL_H

#include "mcp/turn.h"

/* How important a log line must be for the client to get it (server/
 * utilities/logging). */

#define MCP_LEVEL_INFO 1
#define MCP_LEVEL_NEVER 8

/* 0 for "debug" to 7 for "emergency"; -1 for what is no level, NULL too. */
int mcp_level_of(const char *text);
/* What the client wants: MCP_LEVEL_NEVER for none. */
int mcp_level_wanted(const mcp_turn_t *t);

#endif
