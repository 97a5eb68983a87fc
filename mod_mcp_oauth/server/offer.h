/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_OFFER_H
#define MCP_SERVER_OFFER_H

#include "config/site.h"
#include "mcp/server.h"
#include "tool/offered.h"

/* The MCP server that a section with `SetHandler mcp-server` makes. */

/* Lives in cx->pool. Returns NULL, or the sentence that says what is wrong
 * with what the section offers, and what to do. */
const char *mcp_server_offer_make(const mcp_server_t **made,
                                  const mcp_config_section_t *section,
                                  const mcp_tool_providers_t *providers,
                                  mcp_ctx_t *cx);

#endif
