/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/dispatch.h"

#include <string.h>

#include "mcp/era.h"
#include "mcp/header.h"
#include "mcp/method.h"

static const mcp_error_t *answer_request(mcp_turn_t *t)
{
    if (!t->method || !(t->method->eras & t->era->bit))
        return mcp_error_tell(MCP_E_METHOD_NOT_FOUND, t->cx,
                              "Method not found: %s",
                              mcp_turn_shown(t, t->rpc.method));
    MCP_TRY(t->method->answer(t));
    mcp_turn_end(t);
    return NULL;
}

static const mcp_error_t *post(mcp_turn_t *t)
{
    mcp_exchange_t *x = t->x;

    if (!mcp_header_accepts_json(mcp_turn_header(t, "Accept")))
        return mcp_error_make(MCP_E_NOT_ACCEPTABLE, t->cx,
                              "Accept excludes application/json");
    MCP_TRY(mcp_rpc_read(&t->rpc, x->body, x->body_len, t->cx));
    if (t->rpc.method) {
        t->method = mcp_method_find(t->rpc.method);
        x->rpc_method = t->method ? t->method->name
                                  : mcp_turn_shown(t, t->rpc.method);
    }
    MCP_TRY(mcp_era_choose(t));
    MCP_TRY(t->era->admit(t));
    if (t->rpc.kind == MCP_RPC_REQUEST)
        return answer_request(t);
    x->status = 202;
    return NULL;
}

/* Ends the session (2025-11-25 transports, Session Management). */
static const mcp_error_t *end_session(mcp_turn_t *t)
{
    t->era = &mcp_era_legacy;
    MCP_TRY(mcp_session_get(&t->session, t->x, t->cx));
    t->x->era = t->session.version;
    t->x->session = mcp_session_text(&t->session, t->cx->pool);
    MCP_TRY(mcp_era_legacy_check_version(t));
    mcp_session_end(&t->session, t->x, t->cx);
    t->x->status = 204;
    return NULL;
}

/* GET too: there is no stream to open (2025-11-25 transports, Listening for
 * Messages: "or else return HTTP 405"). */
static const mcp_error_t *refuse(mcp_turn_t *t)
{
    t->x->allow = "POST, DELETE";
    return mcp_error_make(MCP_E_METHOD_NOT_ALLOWED, t->cx,
                          "the method is neither POST nor DELETE");
}

void mcp_dispatch(mcp_exchange_t *x, mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    mcp_turn_t turn;

    memset(&turn, 0, sizeof(turn));
    turn.x = x;
    turn.cx = cx;
    x->status = 0;
    x->json = x->session_id = x->allow = NULL;
    x->json_len = 0;
    x->required_scopes = NULL;
    x->rpc_method = x->rpc_target = x->era = x->session = NULL;
    x->failure = NULL;
    if (!strcmp(x->method, "POST"))
        e = post(&turn);
    else if (!strcmp(x->method, "DELETE"))
        e = end_session(&turn);
    else
        e = refuse(&turn);
    if (e)
        mcp_turn_fail(&turn, e);
}
