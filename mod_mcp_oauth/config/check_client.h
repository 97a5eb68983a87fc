/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_CLIENT_H
#define MCP_CONFIG_CHECK_CLIENT_H

#include "config/problem.h"
#include "config/site.h"

/* Whether what a site says of clients has an effect, and names what there is.
 */
void mcp_config_check_client_site(const mcp_config_site_t *site,
                                  const apr_array_header_t *sites,
                                  mcp_config_report_t *report);

#endif
