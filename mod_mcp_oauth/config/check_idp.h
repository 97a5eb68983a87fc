/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_IDP_H
#define MCP_CONFIG_CHECK_IDP_H

#include "config/problem.h"
#include "config/site.h"

/* Whether httpd can do what a section's identity providers ask of it.
 * authorize: the path of the endpoint; blocks: those that hold for the server
 * that has it. */
void mcp_config_check_idp_section(const mcp_config_section_t *section,
                                  const char *authorize,
                                  const apr_array_header_t *blocks,
                                  mcp_config_report_t *report);

#endif
