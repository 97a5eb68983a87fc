/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLIENT_GRANT_H
#define MCP_OAUTH_CLIENT_GRANT_H

#include "oauth/client.h"
#include "oauth/exchange.h"
#include "oauth/grant.h"

/* What a client is granted for itself (client_credentials, RFC 6749 4.4): it
 * is the subject, and this server vouches for it. */

/* A client's user is called this and its id: no user of a password file is. */
#define MCP_CLIENT_USER "client:"

typedef struct mcp_oauth_client_grant_ask_t {
    const mcp_oauth_client_t *client;     /* that may have such a grant */
    const mcp_oauth_resource_t *resource; /* asked for, or NULL */
    const char *scope;                    /* asked for, or NULL */
    const mcp_oauth_expr_t *expr;
} mcp_oauth_client_grant_ask_t;

/* The grant that a token of it belongs to. It serves for a day, so that a
 * client that asks for a token at each call leaves no heap of records; who
 * revokes it ends all tokens of it. INVALID_TARGET, INVALID_SCOPE or
 * ACCESS_DENIED. */
const mcp_error_t *
mcp_oauth_client_grant_get(mcp_oauth_grant_t **grant,
                           const mcp_oauth_client_grant_ask_t *ask,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx);

#endif
