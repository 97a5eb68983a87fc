/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_REQUEST_STATE_H
#define MCP_MCP_REQUEST_STATE_H

#include "mcp/turn.h"

/* requestState (patterns/mrtr): what a tool wants back with the answers to its
 * questions, sealed and bound to the server, the principal, the method, its
 * target and the arguments, for 10 minutes. Nothing is kept here, so the same
 * state can come back more than once in that time. */

const mcp_error_t *mcp_request_state_make(const char **sealed,
                                          const char *text,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments);
/* *text = NULL when sealed was not made for this request, or is too old. */
const mcp_error_t *mcp_request_state_open(const char **text,
                                          const char *sealed,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments);

#endif
