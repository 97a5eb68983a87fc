/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_MODE_H
#define MCP_CONFIG_CHECK_MODE_H

#include "config/problem.h"
#include "config/site.h"

/* What a virtual host may do only with the MCPAuthMode of its locations, and
 * what the whole server may do only where nobody else reaches it. */

void mcp_config_check_mode_section(const mcp_config_section_t *section,
                                   mcp_config_report_t *report);
void mcp_config_check_mode_site(const mcp_config_site_t *site,
                                const apr_array_header_t *sites,
                                mcp_config_report_t *report);
/* main: the server outside all virtual hosts */
void mcp_config_check_mode_server(const mcp_config_site_t *main,
                                  mcp_config_report_t *report);

#endif
