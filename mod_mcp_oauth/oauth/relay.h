/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_RELAY_H
#define MCP_OAUTH_RELAY_H

#include "idp/tokens.h"
#include "oauth/grant.h"

/* Access tokens of an identity provider that are handed on to clients
 * (MCPAuthMode relay): all else of the grant, refresh token included, is this
 * server's. A record says which grant each belongs to, so that it ends with
 * it; its name is the SHA-256 of the token. A token without one was not handed
 * on here (any more), and is good for nothing here (D6). */

typedef struct mcp_oauth_relayed_t {
    const char *access_token;
    apr_int64_t expires_in; /* seconds; 0: the provider does not say */
    const char *scope;      /* of it what counts here */
    int may_refresh;        /* the provider can be asked for another one */
} mcp_oauth_relayed_t;

/* The one that a grant has, which is noted. UNAVAILABLE: it has expired, and
 * the provider gave no other yet; or another grant has the same, and lives. */
const mcp_error_t *mcp_oauth_relay_get(mcp_oauth_relayed_t *relayed,
                                       const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_resource_t *resource,
                                       mcp_ctx_t *cx);
/* Whether there is one that can be handed on: UNAVAILABLE as above. To be
 * called before a refresh token is turned. NULL where nothing is relayed. */
const mcp_error_t *mcp_oauth_relay_check(const mcp_oauth_grant_t *grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx);
/* The id of the grant that a token with this digest belongs to; NULL: none. */
const mcp_error_t *
mcp_oauth_relay_find(const char **grant,
                     const unsigned char digest[MCP_DIGEST_SIZE],
                     const mcp_oauth_works_t *works, mcp_ctx_t *cx);
/* What of a token's scopes counts: of those that this server knows for the
 * resource only what the grant has, for the provider knows nothing of our
 * users' consent, nor of MCPScope expr=. */
apr_array_header_t *
mcp_oauth_relay_scopes(const apr_array_header_t *said, const char *granted,
                       const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);

#endif
