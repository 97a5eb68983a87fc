/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_KIND_CLIENT_H
#define MCP_CONFIG_KIND_CLIENT_H

#include "base/settings.h"
#include "config/line.h"

/* The two steps of <MCPRegisteredClient>: its own line, and after the words
 * inside have been read, adding it to *value. */
const char *mcp_config_kind_client_read(mcp_client_setting_t **made,
                                        const mcp_config_line_t *line);
const char *mcp_config_kind_client_add(void *value, mcp_client_setting_t *made,
                                       const mcp_config_line_t *line);

#endif
