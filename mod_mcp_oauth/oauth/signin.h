/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SIGNIN_H
#define MCP_OAUTH_SIGNIN_H

#include "oauth/request.h"

/* Finding out who the user is, through the identity provider of the
 * resource. */

/* The first step, after an authorization request. */
const mcp_error_t *mcp_oauth_signin_start(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          mcp_ctx_t *cx);
/* Once more for somebody else; is_out: who was signed in no longer is. */
const mcp_error_t *mcp_oauth_signin_again(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          int is_out, mcp_ctx_t *cx);
/* The answer to our sign-in page. */
const mcp_error_t *mcp_oauth_signin_try(mcp_oauth_exchange_t *x,
                                        const apr_table_t *form,
                                        mcp_ctx_t *cx);

#endif
