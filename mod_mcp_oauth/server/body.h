/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_BODY_H
#define MCP_SERVER_BODY_H

#include <httpd.h>

#include "base/error.h"

/* A request body, read whole; one with a Content-Encoding is refused. */
typedef struct mcp_server_body_t {
    const char *data; /* NUL-terminated; in r->pool */
    apr_size_t len;
    apr_size_t limit; /* set before reading: the most bytes */
} mcp_server_body_t;

/* What LimitRequestBody says about r; -1 where nobody set it. */
apr_off_t mcp_server_body_configured(const request_rec *r);

/* OK, or what httpd's input filters make of a body that cannot be read: then
 * *e is what to answer, or NULL where httpd has answered or the client has
 * gone and the status must be returned as it is. */
int mcp_server_body_read(mcp_server_body_t *body, request_rec *r,
                         const mcp_error_t **e, mcp_ctx_t *cx);

/* Before an answer that comes without a look at the body: takes in one that is
 * small, because some HTTP/2 clients take what httpd does to an unread one for
 * a failure. */
void mcp_server_body_drain(request_rec *r);

#endif
