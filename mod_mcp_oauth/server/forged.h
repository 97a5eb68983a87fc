/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_FORGED_H
#define MCP_SERVER_FORGED_H

#include <httpd.h>

/* Request headers that say who calls are ours alone: what a client sends under
 * such a name, however it is spelt, is gone before anybody sees it. */

#define MCP_SERVER_HEADERS "X-MCP-Auth-"

/* post_read_request, where anything of ours is used */
int mcp_server_forged_strip(request_rec *r);
/* Removes them from r->headers_in, also those that we set. */
void mcp_server_forged_remove(request_rec *r);

#endif
