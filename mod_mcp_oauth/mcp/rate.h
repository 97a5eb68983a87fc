/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_RATE_H
#define MCP_MCP_RATE_H

#include "mcp/turn.h"

/* How often one user may ask for something, or one address where nobody signs
 * in: server/tools "Rate limit tool invocations", and completion. what is the
 * key of MCPLimit. TOO_MANY_REQUESTS beyond the rate; else it is counted. */
const mcp_error_t *mcp_rate_take(const mcp_turn_t *t, const char *what,
                                 const mcp_live_rate_t *rate);

#endif
