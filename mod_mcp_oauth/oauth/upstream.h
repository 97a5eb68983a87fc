/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_UPSTREAM_H
#define MCP_OAUTH_UPSTREAM_H

#include "idp/tokens.h"
#include "oauth/grant.h"

/* What a remote identity provider gave us for a user: kept with the grant,
 * sealed, so that whoever reads the store has nothing of it; and with it, how
 * long ago the provider said that the user is welcome there (D8). */

/* KEY-NUMBER "." sealed, for records. */
const mcp_error_t *mcp_oauth_upstream_seal(const char **text,
                                           const mcp_idp_tokens_t *tokens,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);

/* Asks the provider again before a refresh token is turned, at most once in a
 * minute, and one for all who come meanwhile, in whatever process: the grant's
 * record holds a lease, and the others wait for what comes of it. *grant is
 * read anew, NULL when it has ended. A grant without anything of a provider
 * stays as it is.
 *
 * INVALID_GRANT: the provider refused, and the grant has ended; or it cannot
 * be asked, and has not been for MCPLifetime unconfirmed. UNAVAILABLE: it has
 * not answered for as long. Until then its silence costs nothing. */
const mcp_error_t *
mcp_oauth_upstream_renew(mcp_oauth_grant_t **grant,
                         const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);

/* After a grant was revoked: the provider is asked to end what it gave, unless
 * another grant of the user began in the same session there. What comes of
 * that is for the log alone. */
void mcp_oauth_upstream_revoke(const mcp_oauth_grant_t *grant,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx);

#endif
