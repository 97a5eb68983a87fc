/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_BUDGET_H
#define MCP_OAUTH_BUDGET_H

#include "oauth/exchange.h"

/* How often one address may do something. Each has a budget of its own, so
 * that none can use up that of others. */

/* How an address (NULL: not known) is called in a budget: one customer has a
 * whole /64 of IPv6, which counts as one. */
const char *mcp_oauth_budget_address(const char *address, apr_pool_t *pool);
/* What one address did of something that is limited. */
typedef struct mcp_oauth_budget_t {
    const char *what;    /* "registrations" */
    const char *address; /* whose; NULL: nobody's, which has no end */
    const mcp_rate_setting_t *limit;
    const mcp_oauth_works_t *works;
} mcp_oauth_budget_t;

/* TOO_MANY_REQUESTS with the seconds to wait where it is used up. */
const mcp_error_t *mcp_oauth_budget_check(const mcp_oauth_budget_t *budget,
                                          mcp_ctx_t *cx);
void mcp_oauth_budget_count(const mcp_oauth_budget_t *budget, mcp_ctx_t *cx);
/* Counts one of what ("registration") by the exchange's address.
 * TOO_MANY_REQUESTS with the seconds to wait when that is over the limit. */
const mcp_error_t *mcp_oauth_budget_spend(const mcp_oauth_exchange_t *x,
                                          const char *what,
                                          const mcp_rate_setting_t *limit,
                                          mcp_ctx_t *cx);

#endif
