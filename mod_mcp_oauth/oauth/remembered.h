/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REMEMBERED_H
#define MCP_OAUTH_REMEMBERED_H

#include "oauth/identity.h"
#include "oauth/request.h"

/* Consent that is remembered for MCPLifetime consent: that of one user for one
 * client, one redirect URI and one resource, and the scopes that were shown.
 * What a user refuses is never remembered; what was remembered before the user
 * or the client was ended is forgotten. */

/* Whose. */
typedef struct mcp_oauth_remembered_t {
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    const mcp_identity_t *identity;
    const char *mark; /* the user's at the sign-in: oauth/ended.h */
} mcp_oauth_remembered_t;

/* Whether it is remembered at all: only where it is certain who gets the
 * answer. */
int mcp_oauth_remembered_can(const mcp_oauth_request_t *request,
                             const mcp_oauth_resource_t *resource,
                             mcp_ctx_t *cx);
/* *is: the user agreed to all that is asked for. */
const mcp_error_t *mcp_oauth_remembered_is(int *is,
                                           const mcp_oauth_remembered_t *whose,
                                           mcp_ctx_t *cx);
/* Nothing where it cannot. */
const mcp_error_t *
mcp_oauth_remembered_put(const mcp_oauth_remembered_t *whose, mcp_ctx_t *cx);

#endif
