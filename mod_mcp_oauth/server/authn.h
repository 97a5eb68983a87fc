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

/* When an access token that lets in something long was looked at last. */
typedef struct mcp_server_authn_look_t {
    apr_time_t at;         /* 0: never */
    apr_uint64_t sequence; /* of revocations, then */
} mcp_server_authn_look_t;

/* Whether the access token of r would still let it in: looked at when
 * something was revoked, and from time to time. What a token is bound to was
 * shown once. */
int mcp_server_authn_holds(mcp_server_authn_look_t *last, request_rec *r);

#endif
