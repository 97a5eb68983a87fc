/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_URL_H
#define MCP_CONFIG_CHECK_URL_H

#include "config/problem.h"
#include "config/site.h"

/* Whether each URL stands for one thing: resources, what describes them,
 * endpoints. */

/* A section against those before it and against the endpoints. */
void mcp_config_check_url_section(const mcp_config_section_t *section,
                                  mcp_config_report_t *report);
/* An issuer at the name of a virtual host that has another one. */
void mcp_config_check_url_issuer(const mcp_config_site_t *site,
                                 const apr_array_header_t *sites,
                                 mcp_config_report_t *report);

#endif
