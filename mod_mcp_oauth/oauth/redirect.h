/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REDIRECT_H
#define MCP_OAUTH_REDIRECT_H

#include <apr_tables.h>

#include "base/error.h"

/* The rules of redirect URIs (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1). */

#define MCP_REDIRECT_MAX 2048 /* bytes */

/* NULL when a client may register it; else why not, as "has a fragment".
 * schemes (of const char *, lower case, may be NULL): the custom ones that the
 * administrator allows besides https, loopback http and names of domains. */
const char *mcp_oauth_redirect_fault(const char *uri,
                                     const apr_array_header_t *schemes,
                                     mcp_ctx_t *cx);
/* Whether asked is the registered one: byte for byte, but for the port of
 * http on a loopback address (RFC 8252 7.3), whether or not one is
 * registered. */
int mcp_oauth_redirect_match(const char *registered, const char *asked,
                             mcp_ctx_t *cx);

/* What people are told of one. */
typedef struct mcp_oauth_redirect_t {
    const char *name; /* "host[:port]", or "scheme:" of a custom one */
    const char *scheme;
    int is_web;      /* http or https */
    int is_loopback; /* an application on this computer */
} mcp_oauth_redirect_t;

/* name is "(malformed)" where it is not a URI */
mcp_oauth_redirect_t mcp_oauth_redirect_describe(const char *uri,
                                                 mcp_ctx_t *cx);

#endif
