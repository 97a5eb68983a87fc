/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_STATUS_H
#define MCP_SERVER_STATUS_H

#include <httpd.h>

#include "live/shared.h"

/* What mod_status shows of us, of all children: event streams by kind and
 * state. */

/* register_hooks */
void mcp_server_status_register(void);
/* child_init */
void mcp_server_status_open(mcp_live_shared_t *shared);

#endif
