/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_AUTHZ_H
#define MCP_SERVER_AUTHZ_H

#include <httpd.h>

#include "server/request.h"

/* What somebody with a good access token may do. */

/* auth_checker, before httpd's: asks httpd, and turns its no into ours (D10).
 */
int mcp_server_authz_check(request_rec *r);

/* 403 insufficient_scope on the request's section: the challenge names these
 * scopes and those granted already. The header is set, the error returned. */
const mcp_error_t *mcp_server_authz_step_up(request_rec *r,
                                            const mcp_server_request_t *q,
                                            const apr_array_header_t *missing);

#endif
