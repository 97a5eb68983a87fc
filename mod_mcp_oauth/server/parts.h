/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PARTS_H
#define MCP_SERVER_PARTS_H

#include <apr_tables.h>

/* httpd's lists of providers: what is ours in them (parts.def), and what other
 * modules put there for us. */

void mcp_server_parts_register(apr_pool_t *pool);
/* the tools of other modules: of mcp_tool_provider_t */
apr_array_header_t *mcp_server_parts_tools(apr_pool_t *pool);

#endif
