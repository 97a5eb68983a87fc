/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_KEYS_H
#define MCP_IDP_KEYS_H

#include "idp/jwt.h"

/* The signature of a provider's JWT: by a key of its JWK Set, or by
 * SharedSecret, and then by that alone; with an algorithm of the closed list.
 * A set that lacks the key is fetched anew, at most once in
 * MCP_DOCUMENT_AGAIN seconds for all children. Errors as of mcp_idp_jwt_read.
 */
const mcp_error_t *mcp_idp_keys_verify(const mcp_jose_jws_t *jws,
                                       const mcp_idp_jwt_use_t *use,
                                       const mcp_idp_metadata_t *metadata,
                                       mcp_ctx_t *cx);

#endif
