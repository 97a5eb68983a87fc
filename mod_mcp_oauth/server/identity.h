/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_IDENTITY_H
#define MCP_SERVER_IDENTITY_H

#include <httpd.h>

/* Who signed in, as handlers and backends see it: the environment MCP_SUBJECT,
 * MCP_CLIENT, MCP_SCOPES, MCP_GRANT (and REMOTE_USER), the request headers
 * X-MCP-Auth-Subject, -User, -Client, -Scopes. */

/* post_read_request: a client cannot send these headers itself */
int mcp_server_identity_strip(request_rec *r);
/* fixups: sets them, and keeps the client's token from whoever comes next */
int mcp_server_identity_fixups(request_rec *r);

#endif
