/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_BEARER_H
#define MCP_IDP_BEARER_H

#include "idp/mapping.h"
#include "idp/works.h"

/* An access token that a provider issued, as an MCP client brings it: this
 * server is a resource server for it (RFC 6750, RFC 9068 4). It is judged as
 * the provider's bearer says: its signature and its claims, or what the
 * provider says of it when it is asked, or another module. */

typedef struct mcp_idp_bearer_t {
    mcp_idp_mapped_t mapped;  /* subject and issuer are set */
    const mcp_json_t *claims; /* all of them */
    apr_int64_t expires;      /* seconds; 0: it does not say */
    int was_asked; /* somebody was asked about it, so that the same may be said
                    * again for a while, but not for as long as it lasts */
} mcp_idp_bearer_t;

/* resource is the URL of what the client wants. The claims have to be about
 * somebody, and say when they end (a JWT); what is no access token, but
 * something else that the provider signs, is refused.
 *
 * INVALID_TOKEN: it is not good here; the remedy, where it is not NULL, is
 * what the administrator can do if it should be. SERVER_ERROR: the provider
 * cannot be asked as it is configured. UNAVAILABLE: it does not answer. */
const mcp_error_t *mcp_idp_bearer_read(mcp_idp_bearer_t *bearer,
                                       const char *text, const char *resource,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx);
/* The same, and all that a JWT says is believed
 * (MCPUnsafeAcceptUnverifiedTokens). */
const mcp_error_t *mcp_idp_bearer_believe(mcp_idp_bearer_t *bearer,
                                          const char *text,
                                          const mcp_idp_remote_t *remote,
                                          mcp_ctx_t *cx);
/* Whether the provider is asked about tokens that are opaque. */
int mcp_idp_bearer_takes_opaque(const mcp_idp_t *idp);

#endif
