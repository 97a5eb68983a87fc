/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_STREAMABLE_H
#define MCP_SERVER_STREAMABLE_H

#include <httpd.h>

/* SetHandler mcp-server: MCP over Streamable HTTP. */

/* handler */
int mcp_server_streamable_handle(request_rec *r);

#endif
