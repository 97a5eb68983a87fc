/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_TARGET_H
#define MCP_OAUTH_TARGET_H

#include "oauth/exchange.h"

/* The resource parameter (RFC 8707 2): *resource is the one that is named,
 * once or more often; NULL where none is. INVALID_TARGET for one that is not
 * ours, or several. */
const mcp_error_t *mcp_oauth_target_read(const mcp_oauth_resource_t **resource,
                                         const apr_table_t *form,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx);

/* Where none is named: the one that the root describes, or the only one; NULL
 * where there are several. */
const mcp_oauth_resource_t *
mcp_oauth_target_default(const mcp_oauth_service_t *service);

#endif
