/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/guessing.h"

#include <apr_strings.h>
#include <string.h>

#include "base/audit.h"
#include "base/encode.h"
#include "base/name.h"
#include "live/throttle.h"
#include "oauth/budget.h"

#define BY_ADDRESS "sign-in:address"
#define BY_USER "sign-in:user"
#define BY_BOTH "sign-in:user+address"

/* A provider may take other spellings of a name for the same user: they get no
 * guesses of their own. */
static const char *both(const char *user, const char *address,
                        apr_pool_t *pool)
{
    return apr_pstrcat(pool, address, " ", mcp_name_fold(user, pool), NULL);
}

static mcp_live_rate_t rate_of(const mcp_oauth_exchange_t *x)
{
    const mcp_rate_setting_t *limit =
        &x->service->settings->limit->sign_in_failures;
    mcp_live_rate_t rate = {limit->count, limit->window};

    return rate;
}

const mcp_error_t *mcp_oauth_guessing_check(const mcp_oauth_exchange_t *x,
                                            const char *user, mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = x->service->works->shared;
    const char *address = mcp_oauth_budget_address(x->address, cx->pool);
    mcp_live_rate_t rate = rate_of(x), once = {1, rate.window};
    apr_time_t now = mcp_ctx_now(cx);
    mcp_audit_about_t about;
    mcp_error_t *e;
    int wait;

    wait = mcp_live_throttle_wait(shared, BY_ADDRESS, address, &rate, now);
    if (!wait &&
        mcp_live_throttle_wait(shared, BY_BOTH, both(user, address, cx->pool),
                               &once, now))
        wait = mcp_live_throttle_wait(
            shared, BY_USER, mcp_name_fold(user, cx->pool), &rate, now);
    if (!wait)
        return NULL;
    mcp_ctx_log(cx, MCP_LOG_INFO, 153,
                "sign-in of '%s' from %s has to wait %d s after failures",
                mcp_encode_log(user, 80, cx->pool),
                mcp_encode_log(x->address ? x->address : "", 80, cx->pool),
                wait);
    e = mcp_error_make(MCP_E_TOO_MANY_REQUESTS, cx,
                       "too many failed sign-ins");
    e->retry_after = wait;
    memset(&about, 0, sizeof(about));
    about.user = user;
    about.reason = "sign-in";
    mcp_audit(cx, MCP_AUDIT_LIMITED, &about);
    return e;
}

void mcp_oauth_guessing_failed(const mcp_oauth_exchange_t *x, const char *user,
                               mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = x->service->works->shared;
    const char *address = mcp_oauth_budget_address(x->address, cx->pool);
    mcp_live_rate_t rate = rate_of(x), once = {1, rate.window};
    apr_time_t now = mcp_ctx_now(cx);

    mcp_live_throttle_add(shared, BY_ADDRESS, address, &rate, now);
    mcp_live_throttle_add(shared, BY_USER, mcp_name_fold(user, cx->pool),
                          &rate, now);
    mcp_live_throttle_add(shared, BY_BOTH, both(user, address, cx->pool),
                          &once, now);
    mcp_ctx_log(cx, MCP_LOG_INFO, 154, "sign-in of '%s' from %s failed",
                mcp_encode_log(user, 80, cx->pool),
                mcp_encode_log(x->address ? x->address : "", 80, cx->pool));
}

/* Not the other two: whoever has an account of their own here could otherwise
 * clear them between guesses. */
void mcp_oauth_guessing_succeeded(const mcp_oauth_exchange_t *x,
                                  const char *user, mcp_ctx_t *cx)
{
    mcp_live_throttle_clear(
        x->service->works->shared, BY_BOTH,
        both(user, mcp_oauth_budget_address(x->address, cx->pool), cx->pool));
}
