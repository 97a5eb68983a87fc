/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_ID_TOKEN_H
#define MCP_IDP_ID_TOKEN_H

#include "idp/metadata.h"

/* An id_token that a provider gave us (OpenID Connect Core 2). */

typedef struct mcp_idp_id_token_t {
    const char *text;
    const char *access_token; /* that came with it: at_hash */
    const char *nonce;        /* that it has to have; NULL: it came with a
                               * refresh, which has none (12.2) */
} mcp_idp_id_token_t;

/* Its claims, once all checks of 3.1.3.7 are done. SERVER_ERROR: one failed,
 * and the log hears which. UNAVAILABLE: the provider's keys cannot be had. */
const mcp_error_t *mcp_idp_id_token_read(const mcp_json_t **claims,
                                         const mcp_idp_id_token_t *token,
                                         const mcp_idp_metadata_t *metadata,
                                         mcp_ctx_t *cx);

#endif
