/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_BUDGET_H
#define MCP_OAUTH_BUDGET_H

#include "oauth/exchange.h"

/* How often one address may do something. Each has a budget of its own, so
 * that none can use up that of others. */

/* How an address (NULL: not known) is called in a budget: one customer has a
 * whole /64 of IPv6, which counts as one. */
const char *mcp_oauth_budget_address(const char *address, apr_pool_t *pool);
/* Counts one of what ("registration") by the exchange's address.
 * TOO_MANY_REQUESTS with the seconds to wait when that is over the limit. */
const mcp_error_t *mcp_oauth_budget_spend(const mcp_oauth_exchange_t *x,
                                          const char *what,
                                          const mcp_rate_setting_t *limit,
                                          mcp_ctx_t *cx);

#endif
