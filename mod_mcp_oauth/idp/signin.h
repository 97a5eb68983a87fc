/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_SIGNIN_H
#define MCP_IDP_SIGNIN_H

#include "idp/tokens.h"
#include "idp/works.h"

/* Signing in at a remote provider: the authorization code flow (RFC 6749 4.1,
 * OpenID Connect Core 3.1) with a PKCE pair (RFC 7636) and a nonce of our own.
 * The caller keeps what was begun, where neither browser nor client reads it,
 * binds it to the browser, and gives it back once.
 *
 * Errors are the client's to hear (RFC 6749 4.1.2.1): ACCESS_DENIED when the
 * user or the provider said no, UNAVAILABLE when the provider cannot answer,
 * INVALID_SCOPE when it says that, SERVER_ERROR for all else; the log gets the
 * cause, and where it is known the remedy for this provider. */

typedef struct mcp_idp_signin_ask_t {
    const char *callback; /* our redirect URI there */
    const char *state;    /* unguessable */
    const char *resource; /* ours; sent on where the provider takes it */
    int asks_sign_in;     /* even where somebody is signed in: prompt=login */
    const char *hint;     /* login_hint, or NULL */
    const apr_array_header_t *scopes; /* const char *: asked for besides
                                       * Scopes; or NULL */
} mcp_idp_signin_ask_t;

/* What has to be kept until the callback; secret. */
typedef struct mcp_idp_signin_begun_t {
    const char *callback;
    const char *nonce;
    const char *verifier;
} mcp_idp_signin_begun_t;

/* *location is where the browser goes. */
const mcp_error_t *mcp_idp_signin_begin(const char **location,
                                        mcp_idp_signin_begun_t *begun,
                                        const mcp_idp_signin_ask_t *ask,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx);
/* What came of it. */
typedef struct mcp_idp_signin_done_t {
    mcp_identity_t identity;
    mcp_idp_tokens_t tokens;
} mcp_idp_signin_done_t;

/* query: the parameters of the callback, whose state was found good. The code
 * is exchanged, the id_token validated, userinfo asked where words are
 * missing. */
const mcp_error_t *mcp_idp_signin_finish(mcp_idp_signin_done_t *done,
                                         const mcp_idp_signin_begun_t *begun,
                                         const apr_table_t *query,
                                         const mcp_idp_remote_t *remote,
                                         mcp_ctx_t *cx);

#endif
