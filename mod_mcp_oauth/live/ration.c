/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/ration.h"

#define COUNT_MASK 0xffffffff

static apr_int64_t length_of(const mcp_live_rate_t *rate)
{
    return rate->window ? rate->window : 1;
}

/* Whether at now another window than this one has begun. One that lies ahead
 * is another process's idea of now, or the clock was set back: by more than a
 * window that is, and nobody shall wait for it to catch up. */
static int is_over(apr_uint64_t window, const mcp_live_rate_t *rate,
                   apr_int64_t now)
{
    apr_int64_t length = length_of(rate);
    apr_int64_t age = now - now % length - (apr_int64_t)(window >> 32);

    return age > 0 || age < -length;
}

apr_uint64_t mcp_live_ration_end(mcp_live_ration_t *ration)
{
    /* most of the time there is nothing to be told */
    if (!__atomic_load_n(&ration->left_out, __ATOMIC_ACQUIRE))
        return 0;
    return __atomic_exchange_n(&ration->left_out, 0, __ATOMIC_ACQ_REL);
}

int mcp_live_ration_take(apr_uint64_t *left_out, mcp_live_ration_t *ration,
                         const mcp_live_rate_t *rate, apr_int64_t now)
{
    apr_uint64_t was = __atomic_load_n(&ration->window, __ATOMIC_ACQUIRE);
    apr_uint64_t start = (apr_uint64_t)(now - now % length_of(rate)), next;
    int is_first;

    *left_out = 0;
    do {
        is_first = is_over(was, rate, now);
        if (!is_first && (was & COUNT_MASK) >= rate->count) {
            __atomic_fetch_add(&ration->left_out, 1, __ATOMIC_ACQ_REL);
            return 0;
        }
        next = is_first ? start << 32 | 1 : was + 1;
    } while (!__atomic_compare_exchange_n(&ration->window, &was, next, 0,
                                          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    if (is_first)
        *left_out = mcp_live_ration_end(ration);
    return 1;
}

apr_uint64_t mcp_live_ration_settle(mcp_live_ration_t *ration,
                                    const mcp_live_rate_t *rate,
                                    apr_int64_t now)
{
    apr_uint64_t window = __atomic_load_n(&ration->window, __ATOMIC_ACQUIRE);

    return is_over(window, rate, now) ? mcp_live_ration_end(ration) : 0;
}
