/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_RULE_H
#define MCP_SERVER_RULE_H

#include "config/site.h"
#include "oauth/service.h"

/* Our endpoints are public in spite of a Require that they inherit, say, from
 * <Location "/">. A Require that an administrator put on the endpoints
 * themselves counts: <Location "/oauth/register">. */

/* The sections with a Require that name endpoints of this virtual host, found
 * in httpd's configuration tree. service may be NULL: well-knowns only. */
apr_array_header_t *mcp_server_rule_read(const mcp_config_site_t *site,
                                         const mcp_oauth_service_t *service,
                                         apr_pool_t *pool);
/* Whether one of them is about this path. */
int mcp_server_rule_applies(const apr_array_header_t *rules, const char *uri);

#endif
