/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REMOTE_SIGNIN_H
#define MCP_OAUTH_REMOTE_SIGNIN_H

#include "oauth/transaction.h"

/* Sending a user to an identity provider to sign in; oauth/callback.c is where
 * the browser comes back. */
typedef struct mcp_oauth_remote_signin_t {
    const mcp_oauth_transaction_t *transaction;
    const mcp_idp_t *idp;
    const char *hint; /* who it will probably be, or NULL */
} mcp_oauth_remote_signin_t;

/* The browser goes to the provider; or back to the client, with an error, when
 * the provider cannot be asked. */
const mcp_error_t *
mcp_oauth_remote_signin_begin(mcp_oauth_exchange_t *x,
                              const mcp_oauth_remote_signin_t *going,
                              mcp_ctx_t *cx);
/* It did not work out: the client is told (RFC 6749 4.1.2.1), the log and the
 * audit log are told why. */
void mcp_oauth_remote_signin_fail(mcp_oauth_exchange_t *x,
                                  const mcp_oauth_request_t *request,
                                  const mcp_idp_t *idp, const mcp_error_t *e,
                                  mcp_ctx_t *cx);

#endif
