/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/wait.h"

#include <string.h>

#include "live/place.h"
#include "live/signal.h"
#include "mcp/box.h"
#include "mcp/stream.h"

#define NAP apr_time_from_msec(250) /* after which one looks at the client */
#define COMMENT_EVERY apr_time_from_sec(15)
#define RETRY_AFTER 5
#define TRIES 6 /* for a place */
#define BETWEEN_TRIES apr_time_from_msec(10)

static const mcp_error_t *crowded(mcp_ctx_t *cx)
{
    mcp_error_t *e =
        mcp_error_make(MCP_E_UNAVAILABLE, cx,
                       "as many streams and questions are open as MCPLimit "
                       "streams= and the server's threads allow");

    e->retry_after = RETRY_AFTER;
    return e;
}

/* Those who wait look whether their client is still there when they are woken,
 * so that a place is not refused because of who has gone just now. */
static int place_take(const mcp_turn_t *t, mcp_place_kind_t kind)
{
    const mcp_exchange_t *x = t->x;
    const mcp_place_limits_t *limits = &x->works->places[kind];
    mcp_live_shared_t *shared = x->works->shared;
    apr_uint64_t owner =
        x->principal ? mcp_box_principal(x->principal, t->cx->pool) : 0;
    int place = mcp_live_place_take(shared, kind, limits, owner);
    int i;

    if (place < 0)
        mcp_live_signal_raise(shared);
    for (i = 1; place < 0 && i < TRIES; i++) {
        apr_sleep(BETWEEN_TRIES);
        place = mcp_live_place_take(shared, kind, limits, owner);
    }
    return place;
}

const mcp_error_t *mcp_wait_begin(mcp_wait_t *wait, mcp_turn_t *t,
                                  mcp_place_kind_t kind)
{
    const mcp_exchange_t *x = t->x;

    memset(wait, 0, sizeof(*wait));
    wait->t = t;
    wait->kind = kind;
    wait->place = place_take(t, kind);
    if (wait->place < 0)
        return crowded(t->cx);
    wait->end = mcp_ctx_now(t->cx) + x->outlet->patience;
    if (x->principal && x->principal->expires &&
        x->principal->expires < wait->end) {
        wait->end = x->principal->expires;
        wait->is_token_short = 1;
    }
    wait->comment = mcp_ctx_now(t->cx) + COMMENT_EVERY;
    return NULL;
}

void mcp_wait_look(mcp_wait_t *wait)
{
    wait->seen = mcp_live_signal_count(wait->t->x->works->shared);
}

static int keep_alive(mcp_wait_t *wait, apr_time_t now)
{
    if (now < wait->comment)
        return 1;
    wait->comment = now + COMMENT_EVERY;
    return !mcp_stream_is_open(wait->t) || mcp_stream_comment(wait->t);
}

int mcp_wait(mcp_wait_t *wait, apr_time_t due)
{
    apr_interval_time_t nap = NAP, left = due - mcp_ctx_now(wait->t->cx);

    if (due && left < nap)
        nap = left;
    mcp_live_signal_wait(wait->t->x->works->shared, wait->seen, nap);
    return mcp_wait_goes_on(wait);
}

int mcp_wait_goes_on(mcp_wait_t *wait)
{
    const mcp_exchange_t *x = wait->t->x;
    apr_time_t now = mcp_ctx_now(wait->t->cx);

    if (now >= wait->end)
        wait->why = wait->is_token_short ? "its access token has expired"
                                         : "its time is over";
    else if (x->outlet->stopping(x->baton) &&
             !(wait->lingers && wait->lingers(wait->baton))) {
        wait->why = "the server stops";
        wait->is_cut_short = 1;
    }
    else if (x->outlet->entitled && !x->outlet->entitled(x->baton))
        wait->why = "its access token is not good any more";
    else if (mcp_stream_is_lost(wait->t) || !keep_alive(wait, now))
        wait->why = "its client has gone";
    return !wait->why;
}

int mcp_wait_hold(mcp_wait_t *wait)
{
    int place = place_take(wait->t, MCP_PLACE_THREAD);

    if (place < 0)
        return 0;
    mcp_wait_end(wait);
    wait->kind = MCP_PLACE_THREAD;
    wait->place = place;
    return 1;
}

void mcp_wait_end(mcp_wait_t *wait)
{
    mcp_live_place_give(wait->t->x->works->shared, wait->kind, wait->place);
}
