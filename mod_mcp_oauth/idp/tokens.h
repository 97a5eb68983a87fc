/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_TOKENS_H
#define MCP_IDP_TOKENS_H

#include "idp/works.h"

/* What a provider gave us for a user (RFC 6749 5.1). It never reaches a
 * client, but for an access token that is relayed (idp/works.h). */
typedef struct mcp_idp_tokens_t {
    const char *access_token;
    const char *refresh_token; /* NULL: none */
    const char *id_token;      /* NULL: none */
    const char *scope;         /* of the access token; NULL: as was asked */
    apr_int64_t expires; /* of the access token, in seconds; 0: not said */
} mcp_idp_tokens_t;

/* Asking the provider whether the user is still welcome there, in two steps,
 * so that what the first one brings can be kept before the second one takes
 * its time. Where something is said of the user, it is never of another
 * subject.
 *
 * Of all: INVALID_GRANT: it said no. UNAVAILABLE: it did not answer, or not
 * now. SERVER_ERROR: it would not have us (our secret, our configuration). */

/* Whether there is something to ask with: a refresh token; or an access token
 * that has not expired, and somebody who looks at it. */
const mcp_error_t *mcp_idp_tokens_can_renew(int *can,
                                            const mcp_idp_tokens_t *tokens,
                                            const mcp_idp_remote_t *remote,
                                            mcp_ctx_t *cx);
/* The first step: with the refresh token, which turns the tokens. The provider
 * may take those of before no more, so *turned has to be kept at once. What
 * the answer left out is as before, but for the id_token, which is NULL then;
 * one that is there is nobody's word yet. Without a refresh token nothing is
 * asked. */
const mcp_error_t *mcp_idp_tokens_turn(mcp_idp_tokens_t *turned,
                                       const mcp_idp_tokens_t *before,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx);
/* The second step: what it says of the user now. After a refresh it has said
 * yes: who the user is stays as it was where it cannot say so, or in a way
 * that cannot be believed; only what is about another user is INVALID_GRANT.
 * Without a refresh token it is here that it says yes or no. The id_token of
 * turned becomes that of before where there is none that was believed. */
const mcp_error_t *mcp_idp_tokens_hear(mcp_identity_t *identity,
                                       mcp_idp_tokens_t *turned,
                                       const mcp_idp_tokens_t *before,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx);
/* RFC 7009: the refresh token, or the access token where there is none.
 * Nothing where the provider has no such endpoint. */
const mcp_error_t *mcp_idp_tokens_revoke(const mcp_idp_tokens_t *tokens,
                                         const mcp_idp_remote_t *remote,
                                         mcp_ctx_t *cx);

#endif
