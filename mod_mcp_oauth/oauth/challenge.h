/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CHALLENGE_H
#define MCP_OAUTH_CHALLENGE_H

#include "oauth/service.h"

/* The value of WWW-Authenticate (RFC 6750 3, RFC 9728 5.1): one challenge, for
 * clients look at the first scheme alone. It is Bearer, or DPoP (RFC 9449 7.1)
 * where a Bearer token would be refused, or is_dpop: the request came by that
 * scheme. error is NULL where no token was sent. scopes (of const char *,
 * may be NULL or empty) are those the client should ask for: with
 * insufficient_scope the missing ones and those granted already. */
const char *mcp_oauth_challenge_text(const mcp_oauth_resource_t *resource,
                                     const mcp_error_t *error,
                                     const apr_array_header_t *scopes,
                                     int is_dpop, apr_pool_t *pool);

#endif
