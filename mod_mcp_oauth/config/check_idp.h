/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_IDP_H
#define MCP_CONFIG_CHECK_IDP_H

#include "config/problem.h"
#include "config/site.h"

/* Whether httpd can do what a section's identity providers ask of it.
 * blocks: those that hold for the server that has the endpoints. */
void mcp_config_check_idp_section(const mcp_config_section_t *section,
                                  const apr_array_header_t *blocks,
                                  mcp_config_report_t *report);

#endif
