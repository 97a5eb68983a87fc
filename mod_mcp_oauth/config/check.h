/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_H
#define MCP_CONFIG_CHECK_H

#include "config/problem.h"
#include "config/site.h"

/* The errors that teach: what cannot be seen on one line. */

/* Each section for itself (mcp_config_block_t *). */
void mcp_config_check_blocks(const apr_array_header_t *blocks,
                             mcp_config_report_t *report);
/* Whether each site that protects something can have an issuer. */
void mcp_config_check_issuers(const apr_array_header_t *sites,
                              mcp_config_report_t *report);
/* What the sites are with each other; once URLs and endpoints are known. */
void mcp_config_check_sites(const apr_array_header_t *sites,
                            const apr_array_header_t *blocks,
                            mcp_config_report_t *report);

#endif
