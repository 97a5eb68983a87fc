/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_DECISION_H
#define MCP_OAUTH_DECISION_H

#include "oauth/exchange.h"

/* The answer to the consent page: yes, no, or that it should have been shown
 * to somebody else. Counts once, from the browser that the page was shown
 * in. */
const mcp_error_t *mcp_oauth_decision_take(mcp_oauth_exchange_t *x,
                                           const apr_table_t *form,
                                           mcp_ctx_t *cx);

#endif
