/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_QUERY_H
#define MCP_OAUTH_QUERY_H

#include "oauth/exchange.h"

/* The parameters of an authorization request. */

/* *fault: what is wrong with them as a whole, such as one that is there twice;
 * NULL when nothing is. RFC 6749 4.1.2.1 has that told to the client, so what
 * it takes to get there (client_id, redirect_uri, state) is in form even then,
 * as far as it is clear. */
void mcp_oauth_query_read(apr_table_t **form, const mcp_error_t **fault,
                          const char *query, mcp_ctx_t *cx);

#endif
