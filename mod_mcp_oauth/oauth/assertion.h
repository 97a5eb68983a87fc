/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_ASSERTION_H
#define MCP_OAUTH_ASSERTION_H

#include "jose/jws.h"
#include "oauth/client.h"

/* Client assertions (RFC 7521 4.2, RFC 7523 2.2 and 3): a client proves that
 * it has its private key by a JWT about itself, good once. */

#define MCP_ASSERTION_TYPE                                                    \
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define MCP_ASSERTION_JTI_MAX 256 /* bytes */

typedef struct mcp_oauth_assertion_t {
    const mcp_jose_jws_t *jws;
    const char *client_id; /* iss and sub */
    const char *jti;
    apr_int64_t expires; /* seconds */
} mcp_oauth_assertion_t;

/* Reads what somebody sent: who it is said to be from is not proved yet, all
 * else that can be told without a key is. INVALID_CLIENT. */
const mcp_error_t *mcp_oauth_assertion_read(mcp_oauth_assertion_t *assertion,
                                            const char *text,
                                            const mcp_oauth_service_t *service,
                                            mcp_ctx_t *cx);
/* Whether the client made it, and shows it for the first time: of those who
 * come with it, over all children, restarts and clock steps, one passes.
 * INVALID_CLIENT; UNAVAILABLE when its keys cannot be had at the moment. */
const mcp_error_t *
mcp_oauth_assertion_verify(const mcp_oauth_assertion_t *assertion,
                           const mcp_oauth_client_t *client,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx);

#endif
