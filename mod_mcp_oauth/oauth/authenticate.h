/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_AUTHENTICATE_H
#define MCP_OAUTH_AUTHENTICATE_H

#include "oauth/client.h"
#include "oauth/exchange.h"

/* Which client makes a token request (RFC 6749 2.3, 3.2.1): by HTTP Basic, by
 * client_id and client_secret in the body, by a client_assertion (RFC 7523
 * 2.2), or a public one by client_id.
 * INVALID_CLIENT, with the headers that go with it, or INVALID_REQUEST. */
const mcp_error_t *
mcp_oauth_authenticate_client(const mcp_oauth_client_t **client,
                              mcp_oauth_exchange_t *x, const apr_table_t *form,
                              mcp_ctx_t *cx);

#endif
