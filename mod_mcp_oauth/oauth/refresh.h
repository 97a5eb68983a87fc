/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_REFRESH_H
#define MCP_OAUTH_REFRESH_H

#include "oauth/binding.h"
#include "oauth/client.h"
#include "oauth/grant.h"

/* Refresh tokens (D8): grant, generation and a MAC. A grant's tokens are a
 * family, of which the record of the grant holds the current generation. */

/* The token of the grant's current generation; the same each time. */
const char *mcp_oauth_refresh_text(const mcp_oauth_grant_t *grant,
                                   const mcp_oauth_service_t *service,
                                   apr_pool_t *pool);

typedef struct mcp_oauth_refresh_ask_t {
    const char *token;
    const mcp_oauth_client_t *client;
    const mcp_oauth_resource_t *resource; /* asked for, or NULL */
    const char *scope;                    /* asked for, or NULL */
    mcp_oauth_binding_t *binding;         /* of the same client; its key is
                                           * made out before anything turns */
} mcp_oauth_refresh_ask_t;

/* Turns the family: *grant then holds the generation of the successor. The
 * token before the current one gets the same successor within the grace
 * window; an older one ends the family. Of those who come at once, one turns
 * it and the others get the same. One without a key is bound to the one that
 * is shown, where it would be from the start. INVALID_GRANT, INVALID_TARGET,
 * INVALID_SCOPE or INVALID_DPOP_PROOF, nothing turned, when it cannot be. */
const mcp_error_t *mcp_oauth_refresh_turn(mcp_oauth_grant_t **grant,
                                          const mcp_oauth_refresh_ask_t *ask,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx);

/* The grant whose token this is, of whatever generation; NULL when it is not
 * one of ours, or its grant has ended. Nothing is turned. */
const mcp_error_t *mcp_oauth_refresh_find(mcp_oauth_grant_t **grant,
                                          const char *text,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx);

#endif
