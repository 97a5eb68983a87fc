/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_ACCESS_TOKEN_H
#define MCP_IDP_ACCESS_TOKEN_H

#include "idp/jwt.h"

/* What a provider's access token says: its claims, where it is a JWT (RFC 9068
 * 4), or what the provider says of it (RFC 7662), or what another module. */

/* What it has to be as a JWT. */
extern const mcp_idp_jwt_use_t *const mcp_idp_access_token_use;

/* A JWT of the provider, whomever it is for: as mcp_idp_jwt_read. */
const mcp_error_t *
mcp_idp_access_token_read_jwt(const mcp_json_t **claims, const char *text,
                              const mcp_idp_metadata_t *metadata,
                              mcp_ctx_t *cx);
/* SERVER_ERROR: it is no JWT, or not one for us. UNAVAILABLE: the provider's
 * keys cannot be had. */
const mcp_error_t *
mcp_idp_access_token_read(const mcp_json_t **claims, const char *text,
                          const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx);
/* The same of one that was given to us beside an id_token of subject (NULL:
 * there was none), also where it is for others alone: what it says of the user
 * is what counts, and that is of the same subject. One that does not say whom
 * it was given to has to say so. */
const mcp_error_t *mcp_idp_access_token_read_ours(
    const mcp_json_t **claims, const char *text, const char *subject,
    const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx);
/* INVALID_GRANT: the provider says that it is not active. SERVER_ERROR: it
 * does not answer us, or the token is not for us. UNAVAILABLE. */
const mcp_error_t *
mcp_idp_access_token_introspect(const mcp_json_t **claims, const char *text,
                                const mcp_idp_metadata_t *metadata,
                                mcp_ctx_t *cx);
/* What the verifier of another module says (Verify MODULE:NAME).
 * INVALID_GRANT: that it is not good. SERVER_ERROR: what is no object.
 * UNAVAILABLE. */
const mcp_error_t *mcp_idp_access_token_ask(const mcp_json_t **claims,
                                            const char *text,
                                            const mcp_idp_t *idp,
                                            mcp_ctx_t *cx);

#endif
