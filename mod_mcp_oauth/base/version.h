/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_VERSION_H
#define MCP_BASE_VERSION_H

/* of this module: serverInfo.version, mcpctl --version */
#define MCP_VERSION "0.1.0"

#endif
