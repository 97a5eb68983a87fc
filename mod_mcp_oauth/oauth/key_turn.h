/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_KEY_TURN_H
#define MCP_OAUTH_KEY_TURN_H

#include "oauth/service.h"

/* Turns our keys because an administrator wants it, for all children and
 * nodes at once (jose/rotation.h). */

typedef enum {
    MCP_KEY_TURN_ORDERLY,    /* what the old ones made lives on */
    MCP_KEY_TURN_COMPROMISED /* nothing does: all clients register anew, all
                              * users sign in again */
} mcp_oauth_key_turn_t;

/* INVALID_REQUEST, for people to read, when it is too early. */
const mcp_error_t *mcp_oauth_key_turn(mcp_oauth_key_turn_t how,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx);

#endif
