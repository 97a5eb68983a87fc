/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_EXPR_H
#define MCP_SERVER_EXPR_H

#include <ap_expr.h>

#include "oauth/exchange.h"

/* httpd's expressions: what ours know of the user, as %{MCP_SUBJECT} and so on
 * for each identity word, and as mcp_claim('NAME') or mcp_claim('/POINTER')
 * for what the identity provider said of him. */

/* The hook that makes these known; of nobody, they are empty. */
int mcp_server_expr_lookup(ap_expr_lookup_parms *parms);
/* mcp_oauth_expr_t.is_true; baton is the request. */
const mcp_error_t *mcp_server_expr_is_true(int *truth, void *baton,
                                           const void *expr,
                                           const mcp_principal_t *who);

#endif
