/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_UPSTREAM_H
#define MCP_OAUTH_UPSTREAM_H

#include "idp/tokens.h"
#include "oauth/grant.h"

/* What a remote identity provider gave us for a user: kept with the grant,
 * sealed, so that whoever reads the store has nothing of it, and bound to the
 * user, so that whoever writes there cannot give it to another one. */

/* KEY-NUMBER "." sealed, for records. Of identity the issuer and the subject
 * count. UNAVAILABLE: there is no key. */
const mcp_error_t *mcp_oauth_upstream_seal(const char **text,
                                           const mcp_idp_tokens_t *tokens,
                                           const mcp_identity_t *identity,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);

/* *tokens is without any when the key is gone that sealed them, or they were
 * another user's. */
const mcp_error_t *mcp_oauth_upstream_open(mcp_idp_tokens_t *tokens,
                                           const mcp_oauth_grant_t *grant,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);

/* After a grant was revoked: the provider is asked to end what it gave, unless
 * another grant of the user lives that would end too: one that began in the
 * same session there, or any one where the preset says so (revokes_all). What
 * comes of that is for the log alone. It takes as long as the provider does,
 * within MCPFetch timeout: what others want to know is told before. */
void mcp_oauth_upstream_revoke(const mcp_oauth_grant_t *grant,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx);

#endif
