/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PARTS_H
#define MCP_SERVER_PARTS_H

#include "base/ctx.h"
#include "tool/offered.h"

/* httpd's lists of providers: what is ours in them (parts.def), and what other
 * modules put there for us. */

void mcp_server_parts_register(apr_pool_t *pool);
/* The tools, resources and prompts of other modules. Logs which modules were
 * compiled with another version of mod_mcp_oauth.h. */
void mcp_server_parts_offers(mcp_tool_providers_t *found, mcp_ctx_t *cx);

#endif
