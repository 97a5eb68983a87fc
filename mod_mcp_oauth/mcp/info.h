/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_INFO_H
#define MCP_MCP_INFO_H

#include "base/writer.h"
#include "mcp/server.h"

/* What a server says of itself, as MCP's Implementation object: serverInfo. */
void mcp_info_write(mcp_writer_t *w, const mcp_server_t *server,
                    apr_pool_t *pool);

#endif
