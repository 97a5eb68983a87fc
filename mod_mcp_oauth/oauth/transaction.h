/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_TRANSACTION_H
#define MCP_OAUTH_TRANSACTION_H

#include "oauth/request.h"

/* An authorization request that the form of a page carries with it, sealed: it
 * costs the server nothing until somebody has signed in, or has said yes. */
typedef struct mcp_oauth_transaction_t {
    const mcp_oauth_request_t *request;
    const char *browser; /* digest of the cookie of the one that the page was
                          * shown in; NULL: nothing depends on it */
    int is_approved;     /* the user has said yes, in this browser */
    int asks_sign_in;    /* at the provider too, though it knows the user */
} mcp_oauth_transaction_t;

const mcp_error_t *
mcp_oauth_transaction_make(const char **text,
                           const mcp_oauth_transaction_t *transaction,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx);
/* *transaction is NULL when text is not one of ours, or too old. */
const mcp_error_t *
mcp_oauth_transaction_open(const mcp_oauth_transaction_t **transaction,
                           const char *text,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx);
/* How long the user has from the request to the decision, in seconds. */
apr_int64_t mcp_oauth_transaction_lifetime(const mcp_oauth_request_t *request,
                                           const mcp_oauth_service_t *service);

#endif
