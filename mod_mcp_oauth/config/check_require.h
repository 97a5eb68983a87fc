/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CHECK_REQUIRE_H
#define MCP_CONFIG_CHECK_REQUIRE_H

#include "config/problem.h"
#include "config/site.h"

/* Whether the Require lines of a section name what there is. blocks are those
 * of its site. */
void mcp_config_check_require_section(const mcp_config_section_t *section,
                                      const apr_array_header_t *blocks,
                                      mcp_config_report_t *report);

#endif
