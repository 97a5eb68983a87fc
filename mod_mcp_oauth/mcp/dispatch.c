/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/dispatch.h"

#include <string.h>

#include "mcp/batch.h"
#include "mcp/era.h"
#include "mcp/header.h"
#include "mcp/listener.h"
#include "mcp/message.h"
#include "mcp/method.h"
#include "mcp/record.h"
#include "mcp/sse.h"
#include "mcp/watch.h"

/* -- POST -- */

/* Over HTTP+SSE the answer to a request goes to the session's stream, and so
 * does an error of it. */
static const mcp_error_t *post_request(mcp_turn_t *t)
{
    const mcp_error_t *e;

    mcp_stream_make(t);
    if (t->x->server->is_sse)
        t->x->outlet->accept(t->x->baton);
    e = mcp_message_answer(t);
    if (!e || !mcp_stream_is_begun(t))
        return e;
    mcp_turn_fail(t, e);
    return NULL;
}

static const mcp_error_t *post_message(mcp_turn_t *t)
{
    if (t->rpc.batch)
        return mcp_batch_post(t);
    mcp_message_find_method(t);
    MCP_TRY(mcp_era_choose(t));
    MCP_TRY(t->era->admit(t));
    if (t->rpc.kind == MCP_RPC_REQUEST)
        return post_request(t);
    t->x->status = 202;
    return mcp_message_note(t);
}

static const mcp_error_t *post(mcp_turn_t *t)
{
    const mcp_exchange_t *x = t->x;

    if (x->server->is_sse)
        MCP_TRY(mcp_sse_admit(t));
    else if (!mcp_header_accepts_json(mcp_turn_header(t, "Accept")))
        return mcp_error_make(MCP_E_NOT_ACCEPTABLE, t->cx,
                              "Accept excludes application/json");
    MCP_TRY(mcp_rpc_read(&t->rpc, x->body, x->body_len, t->cx));
    if (x->server->is_sse)
        MCP_TRY(mcp_sse_begin(t));
    return post_message(t);
}

/* -- GET and DELETE: of legacy sessions -- */

static const mcp_error_t *session_get(mcp_turn_t *t)
{
    t->era = &mcp_era_legacy;
    MCP_TRY(mcp_session_get(&t->session, t->x, t->cx));
    mcp_turn_note_session(t);
    return mcp_era_legacy_check_version(t);
}

static const mcp_error_t *get(mcp_turn_t *t)
{
    if (t->x->server->is_sse)
        return mcp_sse_open(t);
    MCP_TRY(session_get(t));
    return mcp_listener_open(t);
}

/* 2025-11-25 transports, Session Management 5 */
static const mcp_error_t *end_session(mcp_turn_t *t)
{
    MCP_TRY(session_get(t));
    mcp_session_end(&t->session, t->x, t->cx);
    mcp_record_end(t);
    t->x->status = 204;
    return NULL;
}

static const mcp_error_t *refuse(mcp_turn_t *t)
{
    t->x->allow = t->x->server->is_sse ? "GET, POST" : "GET, POST, DELETE";
    return mcp_error_make(MCP_E_METHOD_NOT_ALLOWED, t->cx,
                          "the method is none of %s", t->x->allow);
}

static const mcp_error_t *choose(mcp_turn_t *t)
{
    const char *method = t->x->method;

    if (!strcmp(method, "POST"))
        return post(t);
    if (!strcmp(method, "GET"))
        return get(t);
    if (!strcmp(method, "DELETE") && !t->x->server->is_sse)
        return end_session(t);
    return refuse(t);
}

/* A stream is begun that is not over. If it is parked, others have it now; it
 * took the place of a thread where it must not be. */
static int parks(const mcp_turn_t *t)
{
    const mcp_exchange_t *x = t->x;

    return t->watch->wait.kind == MCP_PLACE_STREAM && x->outlet->park &&
           x->outlet->park(x->baton, t->watch);
}

void mcp_dispatch(mcp_exchange_t *x, mcp_ctx_t *cx)
{
    mcp_turn_t *t = apr_pcalloc(cx->pool, sizeof(*t));
    const mcp_error_t *e;

    t->x = x;
    t->cx = cx;
    t->pool = cx->pool;
    x->status = 0;
    x->json = x->session_id = x->allow = NULL;
    x->json_len = 0;
    x->closes = 0;
    x->required_scopes = NULL;
    x->rpc_method = x->rpc_target = x->era = x->session = NULL;
    x->failure = NULL;
    e = choose(t);
    if (e)
        mcp_turn_fail(t, e);
    cx->pool = t->pool;
    if (t->watch && parks(t))
        return;
    if (t->watch)
        mcp_watch_run(t->watch);
    mcp_sse_answered(t);
}
