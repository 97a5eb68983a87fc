/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_UPSTREAM_H
#define MCP_OAUTH_UPSTREAM_H

#include "idp/tokens.h"
#include "oauth/grant.h"

/* What a remote identity provider gave us for a user: kept with the grant,
 * sealed, so that whoever reads the store has nothing of it. */

/* KEY-NUMBER "." sealed, for records. */
const mcp_error_t *mcp_oauth_upstream_seal(const char **text,
                                           const mcp_idp_tokens_t *tokens,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);

/* *tokens is without any when the key is gone that sealed them. */
const mcp_error_t *mcp_oauth_upstream_open(mcp_idp_tokens_t *tokens,
                                           const char *text,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx);

/* After a grant was revoked: the provider is asked to end what it gave, unless
 * another grant of the user began in the same session there. What comes of
 * that is for the log alone. */
void mcp_oauth_upstream_revoke(const mcp_oauth_grant_t *grant,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx);

#endif
