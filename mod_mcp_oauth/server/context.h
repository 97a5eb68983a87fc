/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_CONTEXT_H
#define MCP_SERVER_CONTEXT_H

#include <httpd.h>

#include "base/ctx.h"

/* The world as httpd shows it to what lies below: its clock, the system's
 * randomness, its error log and MCPAuditLog. */

/* of a request: lines go to its log; lives in r->pool */
void mcp_server_context_of_request(mcp_ctx_t *cx, request_rec *r);
/* of a virtual host outside a request; any thread may log through it */
void mcp_server_context_of_server(mcp_ctx_t *cx, server_rec *s,
                                  apr_pool_t *pool);

#endif
