/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_BINDING_H
#define MCP_OAUTH_BINDING_H

#include "oauth/client.h"
#include "oauth/exchange.h"

/* The key that a client shows at the token endpoint, which an access token is
 * bound to (RFC 9449 5). */
typedef struct mcp_oauth_binding_t {
    const mcp_oauth_exchange_t *x;
    const mcp_oauth_client_t *client;
    const char *shown; /* its thumbprint; NULL: none was shown or looked for */
    const char *jkt;   /* the same where the access token is bound to it */
} mcp_oauth_binding_t;

/* Fills in shown and jkt, for an access token for resource. wanted: the
 * thumbprint of the key that the code or the refresh token is bound to, or
 * NULL; it is asked for wherever that goes. To be called when all else is
 * right, and once: the proof is used up.
 *
 * INVALID_DPOP_PROOF where the proof is bad, or is needed and missing: by
 * wanted, MCPDPoP or what the client registered. INVALID_GRANT for another key
 * than wanted. UNAVAILABLE as in oauth/dpop.h. */
const mcp_error_t *mcp_oauth_binding_make(mcp_oauth_binding_t *binding,
                                          const mcp_oauth_resource_t *resource,
                                          const char *wanted, mcp_ctx_t *cx);
/* INVALID_GRANT where wanted is another key than the one that was shown. */
const mcp_error_t *mcp_oauth_binding_check(const mcp_oauth_binding_t *binding,
                                           const char *wanted, mcp_ctx_t *cx);
/* What a refresh token for the client is bound to: of a public one the key, as
 * nothing else tells it from a thief (RFC 9449 5). NULL: nothing. */
const char *mcp_oauth_binding_refresh(const mcp_oauth_binding_t *binding);

#endif
