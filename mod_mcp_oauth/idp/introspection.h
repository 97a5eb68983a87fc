/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_INTROSPECTION_H
#define MCP_IDP_INTROSPECTION_H

#include "idp/metadata.h"

/* What a provider says of an access token when it is asked (RFC 7662), or, at
 * Google, its tokeninfo endpoint, which says the same without knowing who
 * asks. Whom the token is for is not judged here: idp/audience.h. */

/* INVALID_GRANT: it is not active. INVALID_TOKEN: it is somebody else's, or
 * over. SERVER_ERROR: there is no such endpoint, or it does not answer us.
 * UNAVAILABLE. */
const mcp_error_t *
mcp_idp_introspection_ask(const mcp_json_t **claims, const char *access_token,
                          const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx);
/* The answer alone, whatever came: not UNAVAILABLE. */
const mcp_error_t *mcp_idp_introspection_read(const mcp_json_t **claims,
                                              const mcp_net_reply_t *reply,
                                              const mcp_idp_t *idp,
                                              mcp_ctx_t *cx);

#endif
