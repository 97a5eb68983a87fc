/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_VISIT_H
#define MCP_OAUTH_VISIT_H

#include "idp/signin.h"
#include "oauth/request.h"

/* A browser that is at an identity provider: a record that is used up by the
 * callback. Its name is the state that the provider was given, and is kept
 * nowhere; whoever learns it lacks the cookie of the browser. */
typedef struct mcp_oauth_visit_t {
    const mcp_oauth_request_t *request;
    const char *idp;     /* mcp_idp_t.key of the provider */
    const char *browser; /* digest of the browser's cookie */
    int is_approved;     /* the user has said yes, in this browser */
    mcp_idp_signin_begun_t begun;
} mcp_oauth_visit_t;

const mcp_error_t *mcp_oauth_visit_put(const char *state,
                                       const mcp_oauth_visit_t *visit,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* Nothing is used up. INVALID_REQUEST, for people to read, when there is none
 * (any more), or its client was ended. */
const mcp_error_t *mcp_oauth_visit_get(const mcp_oauth_visit_t **visit,
                                       const char *state,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* Uses it up: succeeds once. */
const mcp_error_t *mcp_oauth_visit_take(const char *state,
                                        const mcp_oauth_service_t *service,
                                        mcp_ctx_t *cx);

#endif
