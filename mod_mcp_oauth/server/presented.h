/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PRESENTED_H
#define MCP_SERVER_PRESENTED_H

#include <httpd.h>

#include "config/site.h"
#include "oauth/possession.h"

/* What a request to a protected location shows: its access token, and proof
 * that it is the client's own. Texts live as long as the request. */
void mcp_server_presented_read(mcp_oauth_presented_t *presented,
                               request_rec *r,
                               const mcp_config_section_t *section);

#endif
