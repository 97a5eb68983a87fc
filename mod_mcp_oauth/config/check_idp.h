/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_IDP_H
#define MCP_CONFIG_CHECK_IDP_H

#include "config/kind_idp.h"
#include "config/problem.h"
#include "config/site.h"

/* Whether httpd can do what a section's identity providers ask of it.
 * blocks: those that hold for the server that has the endpoints. */
void mcp_config_check_idp_section(const mcp_config_section_t *section,
                                  const apr_array_header_t *blocks,
                                  mcp_config_report_t *report);

/* "<MCPIdentityProvider auth0 ...>, line 12 of FILE" */
const char *mcp_config_check_idp_where(const mcp_config_kind_idp_t *made,
                                       apr_pool_t *pool);

/* "one, two": what modules registered for a group of ap_provider.h, or "none"
 */
const char *mcp_config_check_idp_registered(const char *group,
                                            const char *version,
                                            apr_pool_t *pool);

#endif
