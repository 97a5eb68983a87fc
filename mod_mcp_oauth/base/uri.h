/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_URI_H
#define MCP_BASE_URI_H

#include "base/error.h"

#define MCP_URI_MAX 2048

/* A URI as RFC 3986 cuts it, every part as it was written (scheme and host in
 * lower case besides). Parts that are absent are NULL; port 0 = none. */
typedef struct mcp_uri_t {
    const char *text;
    const char *scheme;
    const char *userinfo;
    const char *host; /* an IPv6 literal keeps its brackets */
    int port;
    const char *path;
    const char *query;
    const char *fragment;
} mcp_uri_t;

/* Strict: ASCII printable only, no spaces or backslashes, valid escapes and
 * port, at most MCP_URI_MAX bytes. INVALID_REQUEST otherwise. */
const mcp_error_t *mcp_uri_read(const mcp_uri_t **uri, const char *text,
                                mcp_ctx_t *cx);
/* "scheme://host[:port]", the port left out where it is the scheme's own */
const char *mcp_uri_origin(const mcp_uri_t *uri, apr_pool_t *pool);
/* 127.0.0.0/8, [::1] or localhost (RFC 8252 7.3 and 8.3) */
int mcp_uri_is_loopback(const mcp_uri_t *uri);
/* http or https */
int mcp_uri_is_web(const mcp_uri_t *uri);
/* RFC 3986 5.2.4 would change this path ("." or ".." segments, also %2e) */
int mcp_uri_has_dots(const mcp_uri_t *uri);
/* What a reference means in a document (RFC 3986 5.2), whose URI may itself be
 * relative. Text only: neither needs to be a URI that mcp_uri_read takes. */
const char *mcp_uri_resolve(const char *reference, const char *base,
                            apr_pool_t *pool);

#endif
