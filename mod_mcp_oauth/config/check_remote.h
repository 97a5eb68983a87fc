/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_REMOTE_H
#define MCP_CONFIG_CHECK_REMOTE_H

#include "config/problem.h"
#include "config/site.h"

/* The remote identity providers of a section, each for itself and beside each
 * other. Finds what other modules registered for Claim and Verify. */
void mcp_config_check_remote_section(const mcp_config_section_t *section,
                                     mcp_config_report_t *report);

#endif
