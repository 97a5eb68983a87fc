/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_FLOW_H
#define MCP_OAUTH_FLOW_H

#include "oauth/request.h"
#include "oauth/session.h"

/* A user who has signed in and is being asked for consent: a record that is
 * used up by the decision. Its name is in the consent page alone. */
typedef struct mcp_oauth_flow_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_login_t *login;
    const char *binding; /* digest of the browser's cookie; NULL: httpd itself
                          * authenticates the user in each request */
} mcp_oauth_flow_t;

/* *name: for the page */
const mcp_error_t *mcp_oauth_flow_make(const char **name,
                                       const mcp_oauth_flow_t *flow,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);
/* Nothing is used up. INVALID_REQUEST, for people to read, when there is none
 * (any more), or its user or client was ended. */
const mcp_error_t *mcp_oauth_flow_get(const mcp_oauth_flow_t **flow,
                                      const char *name,
                                      const mcp_oauth_service_t *service,
                                      mcp_ctx_t *cx);
/* Uses it up: succeeds once. */
const mcp_error_t *mcp_oauth_flow_take(const char *name,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx);

#endif
