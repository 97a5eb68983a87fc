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

const mcp_error_t *mcp_oauth_budget_spend(const mcp_oauth_exchange_t *x,
                                          const char *what,
                                          const mcp_rate_setting_t *limit,
                                          mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = x->service->works->shared;
    const char *address = mcp_oauth_budget_address(x->address, cx->pool);
    const mcp_live_rate_t rate = {limit->count, limit->window};
    apr_int64_t now = mcp_ctx_seconds(cx);
    int wait = mcp_live_throttle_wait(shared, what, address, &rate, now);
    mcp_audit_about_t about;
    mcp_error_t *e;

    if (!wait) {
        mcp_live_throttle_add(shared, what, address, &rate, now);
        return NULL;
    }
    e = mcp_error_make(
        MCP_E_TOO_MANY_REQUESTS, cx, "more than %u of %s in %u s from %s",
        limit->count, what, limit->window,
        mcp_encode_log(x->address ? x->address : "", 80, cx->pool));
    e->retry_after = wait;
    memset(&about, 0, sizeof(about));
    about.reason = what;
    mcp_audit(cx, MCP_AUDIT_LIMITED, &about);
    return e;
}
