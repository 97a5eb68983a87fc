/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_DENY_H
#define MCP_SERVER_DENY_H

#include <httpd.h>

#include "base/error.h"

/* Turns an error into an answer and one line in the log. */

typedef enum {
    MCP_DENY_OAUTH, /* {"error": ..., "error_description": ...} */
    MCP_DENY_RPC,   /* a JSON-RPC error without id */
    MCP_DENY_PAGE   /* the error page */
} mcp_server_deny_form_t;

/* The detail without a full stop, for a line that goes on. */
const char *mcp_server_deny_sentence(const mcp_error_t *e, apr_pool_t *pool);
/* What is the client's fault is INFO; ours is ERR and says what to do. It is
 * noted in the request's account. */
void mcp_server_deny_log(request_rec *r, const mcp_error_t *e, mcp_ctx_t *cx);

/* r's method, for a detail: a client may send anything. */
const char *mcp_server_deny_method(const request_rec *r);

/* In a handler; headers such as WWW-Authenticate are set already. */
int mcp_server_deny_send(request_rec *r, mcp_server_deny_form_t form,
                         const mcp_error_t *e, mcp_ctx_t *cx);
/* In a hook before; see mcp_server_answer_early. A browser that asks for a
 * page gets httpd's own, or the ErrorDocument. */
int mcp_server_deny_early(request_rec *r, mcp_server_deny_form_t form,
                          const mcp_error_t *e, mcp_ctx_t *cx);

#endif
