/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_SERVER_H
#define MCP_CONFIG_SERVER_H

#include "config/site.h"

/* Our part of a server's configuration. */
typedef struct mcp_config_server_t {
    mcp_server_settings_t settings; /* as written and inherited; no defaults */
    const mcp_config_site_t *site;  /* NULL until post_config */
} mcp_config_server_t;

#endif
