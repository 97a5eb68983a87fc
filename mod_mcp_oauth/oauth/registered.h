/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REGISTERED_H
#define MCP_OAUTH_REGISTERED_H

#include "oauth/client.h"

/* Clients known beforehand: <MCPRegisteredClient>. */

/* NULL when there is none of this id. */
mcp_oauth_client_t *
mcp_oauth_registered_find(const mcp_oauth_service_t *service, const char *id,
                          apr_pool_t *pool);
/* Whether some client may use this grant type: one of MCP_GRANTS_. */
int mcp_oauth_registered_has(const mcp_oauth_service_t *service, int grant);
/* Whether some client may ask about tokens (RFC 7662). */
int mcp_oauth_registered_introspects(const mcp_oauth_service_t *service);

#endif
