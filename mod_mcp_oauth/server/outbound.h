/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_OUTBOUND_H
#define MCP_SERVER_OUTBOUND_H

#include "oauth/service.h"

/* How a child makes requests of its own; cx->pool is the child's. */
const mcp_error_t *
mcp_server_outbound_open(mcp_oauth_works_t *works,
                         const mcp_server_settings_t *settings, mcp_ctx_t *cx);

#endif
