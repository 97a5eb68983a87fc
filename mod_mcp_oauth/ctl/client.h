/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CTL_CLIENT_H
#define MCP_CTL_CLIENT_H

#include "ctl/holding.h"

/* How the client of a holding calls itself: in its registration, in the
 * configuration, or when consent was asked for; or NULL. */
const char *mcp_ctl_client_name(const mcp_ctl_holding_t *holding,
                                const mcp_ctl_state_t *state, mcp_ctx_t *cx);

#endif
