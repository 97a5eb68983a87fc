/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_AUTHN_H
#define MCP_SERVER_AUTHN_H

#include <httpd.h>

/* AuthType mcp: who sent the access token. */

/* check_access_ex, before httpd looks at the Require lines: whom mod_ssl
 * (SSLUserName) or another module has named is nobody without an access
 * token. */
int mcp_server_authn_forget(request_rec *r);
/* check_authn */
int mcp_server_authn_check(request_rec *r);
/* force_authn: a token that is sent is always looked at, also where a Require
 * lets everyone in */
int mcp_server_authn_force(request_rec *r);

#endif
