/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_VERIFY_H
#define MCP_OAUTH_VERIFY_H

#include "mod_mcp_oauth.h"
#include "oauth/service.h"

/* Judges the Authorization header of a request to a protected location.
 *
 * authorization may be NULL: *who is NULL and there is no error ("no token").
 * A scheme other than Bearer (case-insensitive) counts as no token. A Bearer
 * token that is not good for exactly this resource, now, is INVALID_TOKEN; a
 * store that cannot say is UNAVAILABLE.
 *
 * A token found good is remembered (service->works->verified) until it
 * expires; when the revocation sequence has moved since, it is looked up again
 * whether it, its grant or its client has ended, and what the grant says of
 * the user: all of *who's identity is from there, for a provider can say more
 * than a token should hold. *who lives in cx->pool. */
const mcp_error_t *
mcp_oauth_verify_bearer(const mcp_principal_t **who, const char *authorization,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx);
/* The same for a token of which nobody says where it is used: for the resource
 * of this service that its aud names. For revocation and introspection. */
const mcp_error_t *mcp_oauth_verify_token(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx);

#endif
