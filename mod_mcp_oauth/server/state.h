/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_STATE_H
#define MCP_SERVER_STATE_H

#include <httpd.h>

#include "oauth/service.h"
#include "server/plan.h"

/* The state: keys, records, the revocation sequence, and what mcpctl has to
 * know. The parent makes what of it lies in the state directory, as root where
 * httpd starts so, for the user that children run as. Where nodes share a
 * store, the keys are there. */

/* In the parent. Opens the keys; checks that the rest can be opened. */
const mcp_error_t *mcp_server_state_make(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         const mcp_server_plan_t *plan,
                                         mcp_ctx_t *cx);
/* In a child, as its user; cx->pool is the child's. After a failure
 * mcp_server_state_ready tries again now and then: a directory may be mounted
 * late. */
const mcp_error_t *mcp_server_state_open(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         const mcp_server_plan_t *plan,
                                         mcp_ctx_t *cx);
/* Before a request uses it: UNAVAILABLE where this child could not open it;
 * takes note of keys that somebody changed. */
const mcp_error_t *mcp_server_state_ready(mcp_ctx_t *cx);

#endif
