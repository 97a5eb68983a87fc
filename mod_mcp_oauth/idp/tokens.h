/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_TOKENS_H
#define MCP_IDP_TOKENS_H

#include "idp/works.h"

/* What a provider gave us for a user (RFC 6749 5.1). It never reaches a
 * client. */
typedef struct mcp_idp_tokens_t {
    const char *access_token;
    const char *refresh_token; /* NULL: none */
    const char *id_token;      /* NULL: none */
    apr_int64_t expires; /* of the access token, in seconds; 0: not said */
} mcp_idp_tokens_t;

/* Asks the provider whether the user is still welcome there: with the refresh
 * token, which turns the tokens (what the answer leaves out stays as it was);
 * without one, and while the access token has not expired, at userinfo. The
 * identity is brought up to date with what it says, but never to another
 * subject.
 *
 * *is_known is 0 when there is nothing to ask with. INVALID_GRANT: it said
 * no. UNAVAILABLE: it did not answer, or not now. SERVER_ERROR: it would not
 * have us (our secret, our configuration); the log has the remedy. */
const mcp_error_t *mcp_idp_tokens_renew(int *is_known,
                                        mcp_idp_tokens_t *tokens,
                                        mcp_identity_t *identity,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx);
/* RFC 7009: the refresh token, or the access token where there is none.
 * Nothing where the provider has no such endpoint. */
const mcp_error_t *mcp_idp_tokens_revoke(const mcp_idp_tokens_t *tokens,
                                         const mcp_idp_remote_t *remote,
                                         mcp_ctx_t *cx);

#endif
