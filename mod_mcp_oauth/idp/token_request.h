/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_TOKEN_REQUEST_H
#define MCP_IDP_TOKEN_REQUEST_H

#include "idp/metadata.h"
#include "idp/tokens.h"

/* Asking a provider's token endpoint (RFC 6749 4.1.3, 6). */

/* form: the grant and what belongs to it; our client is added. *tokens is what
 * the answer brought, without an id_token that nobody could verify.
 * INVALID_GRANT: the provider says no, to the code or the
 * refresh token. UNAVAILABLE: it does not answer, or not now. SERVER_ERROR: it
 * would not have us, or the user, or its answer is none. */
const mcp_error_t *mcp_idp_token_request_do(mcp_idp_tokens_t *tokens,
                                            apr_table_t *form,
                                            const mcp_idp_metadata_t *metadata,
                                            mcp_ctx_t *cx);

#endif
