/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_IDENTITY_H
#define MCP_SERVER_IDENTITY_H

#include <httpd.h>

#include "mod_mcp_oauth.h"

/* Who signed in, as handlers and backends see it: the identity words
 * (base/identity.def) that MCPPass names, in the environment and in request
 * headers, and MCP_GRANT in the environment. */

/* in the register_hooks function */
void mcp_server_identity_register(void);
/* The environment: as soon as it is known, for who is refused is somebody too.
 * r is in a section. who is NULL: nobody. */
void mcp_server_identity_tell(request_rec *r, const mcp_principal_t *who);
/* fixups: sets the headers, and keeps the client's token from whoever comes
 * next */
int mcp_server_identity_fixups(request_rec *r);

#endif
