/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SIGNIN_H
#define MCP_OAUTH_SIGNIN_H

#include "oauth/request.h"

/* Finding out who the user is, through an identity provider of the resource:
 * on a page of ours, or at the provider (oauth/remote_signin.h). */

/* The first step, after an authorization request. */
const mcp_error_t *mcp_oauth_signin_start(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          mcp_ctx_t *cx);
/* Once more for somebody else; is_out: who was signed in no longer is. */
const mcp_error_t *mcp_oauth_signin_again(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          int is_out, mcp_ctx_t *cx);
/* The answer to the page that asks for a password, or to the one that asks
 * for consent before anybody has signed in. */
const mcp_error_t *mcp_oauth_signin_try(mcp_oauth_exchange_t *x,
                                        const apr_table_t *form,
                                        mcp_ctx_t *cx);

/* The provider has said who it is. */
typedef struct mcp_oauth_signin_entry_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    const char *idp; /* mcp_oauth_login_t.idp */
    const mcp_identity_t *identity;
    const char *upstream; /* mcp_oauth_login_t.upstream */
    int is_approved;      /* the user has said yes, in this browser */
} mcp_oauth_signin_entry_t;

const mcp_error_t *
mcp_oauth_signin_enter(mcp_oauth_exchange_t *x,
                       const mcp_oauth_signin_entry_t *entry, mcp_ctx_t *cx);

#endif
