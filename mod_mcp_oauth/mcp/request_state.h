/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_REQUEST_STATE_H
#define MCP_MCP_REQUEST_STATE_H

#include "mcp/turn.h"

/* requestState (patterns/mrtr): what comes back with the answers to a tool's
 * questions, sealed and bound to the server, the principal, the method, its
 * target and the arguments, for 10 minutes. Nothing is kept here, so the same
 * state can come back more than once in that time. */

typedef struct mcp_request_state_t {
    const char *asked;      /* InputRequests by which answers are checked, as
                             * JSON on one line; NULL: none */
    const char *remembered; /* what the tool wants back, or NULL */
} mcp_request_state_t;

const mcp_error_t *mcp_request_state_make(const char **sealed,
                                          const mcp_request_state_t *state,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments);
/* *found = 0 when sealed was not made for this request, or is too old. */
const mcp_error_t *mcp_request_state_open(int *found,
                                          mcp_request_state_t *state,
                                          const char *sealed,
                                          const mcp_turn_t *t,
                                          const mcp_json_t *arguments);

#endif
