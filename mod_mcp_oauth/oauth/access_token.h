/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_ACCESS_TOKEN_H
#define MCP_OAUTH_ACCESS_TOKEN_H

#include "oauth/grant.h"

/* Access tokens: RFC 9068 JWTs for exactly one resource (D5). */

#define MCP_ACCESS_TOKEN_TYPE "at+jwt"

typedef struct mcp_oauth_access_token_t {
    const char *text;
    apr_int64_t expires_in; /* seconds */
} mcp_oauth_access_token_t;

typedef struct mcp_oauth_access_token_ask_t {
    const mcp_oauth_grant_t *grant;
    const mcp_oauth_resource_t *resource; /* of the grant */
    const char *scope;                    /* that of the grant, or less */
    const char *jkt; /* the key that it is bound to, which its cnf then names
                      * (RFC 9449 6.1); NULL: whoever has it may use it */
} mcp_oauth_access_token_ask_t;

const mcp_error_t *
mcp_oauth_access_token_make(mcp_oauth_access_token_t *token,
                            const mcp_oauth_access_token_ask_t *ask,
                            mcp_ctx_t *cx);
/* The token_type of one that is bound to this key, or to none. */
const char *mcp_oauth_access_token_type(const char *jkt);

#endif
