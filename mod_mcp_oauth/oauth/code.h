/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CODE_H
#define MCP_OAUTH_CODE_H

#include "oauth/identity.h"
#include "oauth/request.h"

/* An authorization code (RFC 6749 4.1.2): a record that is used up by the
 * token request. */
typedef struct mcp_oauth_code_t {
    const mcp_oauth_request_t *request;
    mcp_identity_t identity;
    const char *mark;     /* the user's at the sign-in: oauth/ended.h */
    const char *upstream; /* for the grant: oauth/upstream.h; or NULL */
    const char *grant;    /* the id that the grant will have */
    int spent;            /* it was redeemed before */
} mcp_oauth_code_t;

/* grant and spent are filled in. */
const mcp_error_t *mcp_oauth_code_make(const char **code,
                                       mcp_oauth_code_t *record,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* Nothing is used up. *record is NULL when there is none, or it expired. */
const mcp_error_t *mcp_oauth_code_find(mcp_oauth_code_t **record,
                                       const char *code,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* Uses it up: *won for one caller only. */
const mcp_error_t *mcp_oauth_code_take(int *won, const char *code,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);

#endif
