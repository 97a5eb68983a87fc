/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_IDENTITY_H
#define MCP_SERVER_IDENTITY_H

#include <httpd.h>

#include "mod_mcp_oauth.h"

/* Who signed in, as handlers and backends see it: the environment MCP_SUBJECT,
 * MCP_CLIENT, MCP_SCOPES, MCP_GRANT (and REMOTE_USER), the request headers
 * X-MCP-Auth-Subject, -User, -Client, -Scopes. */

/* post_read_request: a client cannot send these headers itself */
int mcp_server_identity_strip(request_rec *r);
/* the environment: as soon as it is known, for who is refused is somebody too
 */
void mcp_server_identity_tell(request_rec *r, const mcp_principal_t *who);
/* fixups: sets the headers, and keeps the client's token from whoever comes
 * next */
int mcp_server_identity_fixups(request_rec *r);

#endif
