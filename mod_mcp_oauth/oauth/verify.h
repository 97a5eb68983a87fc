/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_VERIFY_H
#define MCP_OAUTH_VERIFY_H

#include "mod_mcp_oauth.h"
#include "oauth/possession.h"

/* Judges the access token of a request to a protected location: one of this
 * server's own, or one that an identity provider issued, as MCPAuthMode says.
 *
 * Where there is none *who is NULL and there is no error. A scheme other than
 * Bearer and DPoP (case-insensitive) counts as no token. One that is not good
 * for exactly this resource, now, or that is bound to what the client does not
 * show is INVALID_TOKEN; a store or a provider that cannot say is UNAVAILABLE.
 *
 * A token found good is remembered (oauth/verified.h). One of our own is until
 * it expires; when the revocation sequence has moved since, it is looked up
 * again whether it, its grant or its client has ended, and what the grant says
 * of the user: all of *who's identity is from there, for a provider can say
 * more than a token should hold. One that was issued elsewhere is remembered
 * for some minutes, or for MCPLifetime introspection= where somebody had to be
 * asked. *who lives in cx->pool. */
const mcp_error_t *
mcp_oauth_verify_bearer(const mcp_principal_t **who,
                        const mcp_oauth_presented_t *presented,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);
/* Whether an Authorization header brings an access token. */
int mcp_oauth_verify_is_token(const char *authorization);
/* Whether it does so by the scheme DPoP; NULL does not. */
int mcp_oauth_verify_is_dpop(const char *authorization);
/* The same of a token without a request: what it is bound to is not looked
 * at. */
const mcp_error_t *mcp_oauth_verify_alone(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx);
/* The same of the token that an Authorization header brought; *who is NULL
 * where it brings none. */
const mcp_error_t *mcp_oauth_verify_again(const mcp_principal_t **who,
                                          const char *authorization,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx);
/* The same for a token of our own of which nobody says where it is used: for
 * the resource of this service that its aud names. For revocation and
 * introspection. */
const mcp_error_t *mcp_oauth_verify_token(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx);

#endif
