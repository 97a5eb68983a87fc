/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/park.h"

#include <ap_mpm.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "server/connection.h"
#include "server/lot.h"
#include "server/request.h"

/* `make fallback` builds what there is for others. */
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 137) && !defined(MCP_STREAMS_FALLBACK)

#define LAST_WORDS apr_time_from_sec(2)

typedef mcp_server_connection_t seat_t;

int mcp_server_park_can(const request_rec *r)
{
    const conn_rec *c = r->connection;
    const seat_t *seat = mcp_server_connection_find(c);

    return mcp_server_lot_is_open() && !r->main && !r->prev && !c->master &&
           c->cs && seat && seat->is_entered;
}

int mcp_server_park(mcp_server_outlet_t *outlet, mcp_watch_t *watch,
                    void (*done)(void *baton), void *baton)
{
    request_rec *r = outlet->r;
    seat_t *seat = mcp_server_connection_find(r->connection);
    int keys = watch->keys ? watch->keys->nelts : 0;
    mcp_server_parked_t *p;

    if (!mcp_server_lot_start())
        return 0;
    p = apr_pcalloc(r->pool, sizeof(*p));
    p->r = r;
    p->outlet = outlet;
    p->watch = watch;
    p->done = done;
    p->baton = baton;
    p->ties =
        apr_pcalloc(r->pool, sizeof(mcp_server_tie_t) * (apr_size_t)keys);
    outlet->is_parked = 1;
    seat->parked = p;
    return 1;
}

static void finish(seat_t *seat, const char *why)
{
    mcp_server_parked_t *p = seat->parked;
    request_rec *r = p->r;
    mcp_ctx_t *cx = &mcp_server_request_get(r)->cx;
    apr_pool_t *scratch;

    mcp_server_lot_hide(p);
    seat->parked = NULL;
    if (!why && !p->is_ending && mcp_server_outlet_gone(p->outlet)) {
        p->outlet->is_over = 1;
        why = "its client has gone";
    }
    if (!why)
        why = p->watch->is_over              ? "nothing will follow"
              : p->watch->wait.why           ? p->watch->wait.why
              : p->outlet->is_over           ? "its client reads nothing"
              : mcp_server_lot_is_stopping() ? "the server stops"
                                             : "its client sent something";
    p->watch->wait.is_cut_short |= mcp_server_lot_is_stopping();
    mcp_ctx_log(cx, MCP_LOG_DEBUG, 962, "the stream ends: %s", why);
    apr_pool_create(&scratch, r->pool);
    /* who can come back for the rest finds it in a mailbox */
    if (p->outlet->is_over && !p->watch->is_over &&
        mcp_wait_goes_on(&p->watch->wait) && mcp_wait_hold(&p->watch->wait))
        mcp_watch_run(p->watch);
    else
        mcp_watch_end(p->watch, scratch);
    mcp_server_outlet_close(p->outlet,
                            mcp_server_lot_is_stopping() ? 0 : LAST_WORDS);
    p->done(p->baton);
    ap_finalize_request_protocol(r);
    ap_process_request_after_handler(r);
}

/* Around all others, since httpd sets the state when the handler has returned.
 */
int mcp_server_park_process_connection(conn_rec *c)
{
    seat_t *seat;
    int status;

    if (!mcp_server_lot_is_open() || c->master || !c->cs)
        return DECLINED;
    seat = mcp_server_connection_get(c);
    if (seat->is_entered)
        return DECLINED;
    if (seat->parked) {
        finish(seat, NULL);
        c->cs->state = CONN_STATE_LINGER;
        return OK;
    }
    seat->is_entered = 1;
    status = ap_run_process_connection(c);
    seat->is_entered = 0;
    if (seat->parked && c->cs->state == CONN_STATE_SUSPENDED) {
        c->cs->state = CONN_STATE_ASYNC_WAITIO;
        c->cs->sense = CONN_SENSE_WANT_READ;
    }
    return status;
}

void mcp_server_park_suspend_connection(conn_rec *c, request_rec *unused)
{
    seat_t *seat = mcp_server_lot_is_open() && !c->master
                       ? mcp_server_connection_find(c)
                       : NULL;

    if (seat && seat->parked && !seat->parked->is_shown &&
        c->cs->state == CONN_STATE_ASYNC_WAITIO)
        mcp_server_lot_show(seat->parked);
}

/* TimeOut is over where the state says so; else the pool of the connection
 * goes, with the child. */
void mcp_server_park_resume_connection(conn_rec *c, request_rec *unused)
{
    seat_t *seat = mcp_server_lot_is_open() && !c->master
                       ? mcp_server_connection_find(c)
                       : NULL;

    if (!seat || !seat->parked)
        return;
    if (c->cs->state == CONN_STATE_LINGER) {
        finish(seat, "its time is over");
        c->cs->state = CONN_STATE_LINGER;
    }
    else if (c->cs->state == CONN_STATE_ASYNC_WAITIO) {
        mcp_server_lot_hide(seat->parked);
        mcp_watch_drop(seat->parked->watch);
        seat->parked->outlet->is_over = 1;
        mcp_server_outlet_close(seat->parked->outlet, 0);
        seat->parked = NULL;
    }
}

static int can_wait(void)
{
    int can = 0;

    return !ap_mpm_query(AP_MPMQ_CAN_WAITIO, &can) && can;
}

void mcp_server_park_open(server_rec *s, apr_pool_t *pchild,
                          const mcp_oauth_works_t *works)
{
    if (can_wait())
        mcp_server_lot_open(s, pchild, works);
}

void mcp_server_park_stop(void)
{
    mcp_server_lot_stop();
}

#else

int mcp_server_park_can(const request_rec *r)
{
    return 0;
}

int mcp_server_park(mcp_server_outlet_t *outlet, mcp_watch_t *watch,
                    void (*done)(void *baton), void *baton)
{
    return 0;
}

int mcp_server_park_process_connection(conn_rec *c)
{
    return DECLINED;
}

void mcp_server_park_suspend_connection(conn_rec *c, request_rec *r)
{
}

void mcp_server_park_resume_connection(conn_rec *c, request_rec *r)
{
}

void mcp_server_park_open(server_rec *s, apr_pool_t *pchild,
                          const mcp_oauth_works_t *works)
{
}

void mcp_server_park_stop(void)
{
}
#endif
