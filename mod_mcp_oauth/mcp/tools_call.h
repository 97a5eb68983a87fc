/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TOOLS_CALL_H
#define MCP_MCP_TOOLS_CALL_H

#include "mcp/call.h"

/* A call of the tool of this name, whose arguments are checked already: for a
 * task, which goes on without its request. 0: there is no such tool any more.
 */
int mcp_tools_run_make(mcp_call_run_t *run, mcp_turn_t *t, const char *name,
                       const mcp_json_t *arguments);

#endif
