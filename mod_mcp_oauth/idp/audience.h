/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_AUDIENCE_H
#define MCP_IDP_AUDIENCE_H

#include "idp/jwt.h"

/* Whom a provider's access token is for, and whom it was given to: out of its
 * claims, or of what introspection says of it. */

/* Whether it was given to our own client there, or is for it. */
int mcp_idp_audience_is_ours(const mcp_json_t *claims, const mcp_idp_t *idp);
/* Whether it says whom it was given to. */
int mcp_idp_audience_names_client(const mcp_json_t *claims);

/* Of a token that was given to us: it is for one of Audience; where there is
 * none of these, or the provider writes no aud at all (Cognito, Clerk), it was
 * given to us. INVALID_TOKEN. */
const mcp_error_t *mcp_idp_audience_check(const mcp_json_t *claims,
                                          const mcp_idp_jwt_use_t *use,
                                          const mcp_idp_t *idp, mcp_ctx_t *cx);
/* Of one that a client brings us: it is for the resource of this URL, for one
 * of Audience, or where there is none of these for our own client. Where the
 * provider writes no aud at all, one of the same has to be the client that it
 * was given to. INVALID_TOKEN. */
const mcp_error_t *mcp_idp_audience_check_bearer(const mcp_json_t *claims,
                                                 const mcp_idp_jwt_use_t *use,
                                                 const char *resource,
                                                 const mcp_idp_t *idp,
                                                 mcp_ctx_t *cx);

#endif
