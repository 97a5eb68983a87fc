/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CONSENT_H
#define MCP_OAUTH_CONSENT_H

#include "oauth/request.h"

/* What a user who has signed in is asked. */
typedef struct mcp_oauth_consent_ask_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    mcp_identity_t identity;
    int by_form; /* signed in on our page: the browser gets a cookie. Else
                  * httpd authenticates the user in each request */
} mcp_oauth_consent_ask_t;

const mcp_error_t *mcp_oauth_consent_ask(mcp_oauth_exchange_t *x,
                                         const mcp_oauth_consent_ask_t *ask,
                                         mcp_ctx_t *cx);
/* The answer: a code, or access_denied, for the client. */
const mcp_error_t *mcp_oauth_consent_decide(mcp_oauth_exchange_t *x,
                                            const apr_table_t *form,
                                            mcp_ctx_t *cx);

#endif
