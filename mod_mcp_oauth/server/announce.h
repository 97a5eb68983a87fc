/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_ANNOUNCE_H
#define MCP_SERVER_ANNOUNCE_H

#include <httpd.h>

#include "live/shared.h"

/* mcp_oauth_announce of mod_mcp_oauth.h: what other modules say has changed
 * while none of their tools is called. */

void mcp_server_announce_register(void);
/* A child begins: from here on there is somebody to tell. */
void mcp_server_announce_open(server_rec *s, mcp_live_shared_t *shared);

#endif
