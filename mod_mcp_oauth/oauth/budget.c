/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/budget.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>

#include "base/audit.h"
#include "base/encode.h"
#include "live/throttle.h"

const char *mcp_oauth_budget_address(const char *address, apr_pool_t *pool)
{
    struct in6_addr in;

    if (!address)
        return "";
    if (inet_pton(AF_INET6, address, &in) != 1 || IN6_IS_ADDR_V4MAPPED(&in))
        return address;
    return mcp_encode_base64url(&in, 8, pool);
}

static mcp_live_rate_t rate_of(const mcp_oauth_budget_t *budget)
{
    const mcp_live_rate_t rate = {budget->limit->count, budget->limit->window};

    return rate;
}

const mcp_error_t *mcp_oauth_budget_check(const mcp_oauth_budget_t *budget,
                                          mcp_ctx_t *cx)
{
    const mcp_live_rate_t rate = rate_of(budget);
    mcp_audit_about_t about;
    mcp_error_t *e;
    int wait;

    wait = budget->address
               ? mcp_live_throttle_wait(
                     budget->works->shared, budget->what,
                     mcp_oauth_budget_address(budget->address, cx->pool),
                     &rate, mcp_ctx_now(cx))
               : 0;
    if (!wait)
        return NULL;
    e = mcp_error_make(MCP_E_TOO_MANY_REQUESTS, cx,
                       "more than %u of %s in %u s from %s", rate.count,
                       budget->what, rate.window,
                       mcp_encode_log(budget->address, 80, cx->pool));
    e->retry_after = wait;
    memset(&about, 0, sizeof(about));
    about.reason = budget->what;
    mcp_audit(cx, MCP_AUDIT_LIMITED, &about);
    return e;
}

void mcp_oauth_budget_count(const mcp_oauth_budget_t *budget, mcp_ctx_t *cx)
{
    const mcp_live_rate_t rate = rate_of(budget);

    if (budget->address)
        mcp_live_throttle_add(
            budget->works->shared, budget->what,
            mcp_oauth_budget_address(budget->address, cx->pool), &rate,
            mcp_ctx_now(cx));
}

const mcp_error_t *mcp_oauth_budget_spend(const mcp_oauth_exchange_t *x,
                                          const char *what,
                                          const mcp_rate_setting_t *limit,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_budget_t budget = {what, x->address ? x->address : "",
                                       limit, x->service->works};

    MCP_TRY(mcp_oauth_budget_check(&budget, cx));
    mcp_oauth_budget_count(&budget, cx);
    return NULL;
}
