/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/decision.h"

#include <string.h>

#include "base/encode.h"
#include "oauth/about.h"
#include "oauth/consent.h"
#include "oauth/cookie.h"
#include "oauth/signin.h"

static void tell(mcp_audit_event_t event, const mcp_oauth_flow_t *flow,
                 mcp_ctx_t *cx)
{
    const mcp_audit_about_t about = mcp_oauth_about_request(
        flow->request, &flow->login->identity, cx->pool);

    mcp_audit(cx, event, &about);
}

static const mcp_error_t *approve(mcp_oauth_exchange_t *x,
                                  const mcp_oauth_flow_t *flow, mcp_ctx_t *cx)
{
    mcp_oauth_consent_ask_t ask = {flow->request, NULL, flow->login, 0};

    ask.resource =
        mcp_oauth_service_resource(x->service, flow->request->resource);
    if (!ask.resource)
        return mcp_error_make(MCP_E_INVALID_TARGET, cx,
                              "the resource is not protected any more");
    return mcp_oauth_consent_give(x, &ask, cx);
}

static const mcp_error_t *deny(mcp_oauth_exchange_t *x,
                               const mcp_oauth_flow_t *flow, mcp_ctx_t *cx)
{
    static const mcp_oauth_refusal_t denied = {"access_denied",
                                               "The user said no."};

    tell(MCP_AUDIT_CONSENT_DENIED, flow, cx);
    mcp_oauth_request_refuse(x, flow->request, &denied, cx);
    return NULL;
}

/* Whoever is signed in stays so until somebody else approves. */
static const mcp_error_t *change(mcp_oauth_exchange_t *x,
                                 const mcp_oauth_flow_t *flow, mcp_ctx_t *cx)
{
    return mcp_oauth_signin_again(x, flow->request, 0, cx);
}

static const mcp_error_t *sign_out(mcp_oauth_exchange_t *x,
                                   const mcp_oauth_flow_t *flow, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_session_end(x, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 701, "'%s' signed out",
                mcp_encode_log(flow->login->identity.user, 80, cx->pool));
    tell(MCP_AUDIT_SIGNED_OUT, flow, cx);
    return mcp_oauth_signin_again(x, flow->request, 1, cx);
}

static const struct {
    const char *word;
    const mcp_error_t *(*act)(mcp_oauth_exchange_t *x,
                              const mcp_oauth_flow_t *flow, mcp_ctx_t *cx);
    int needs_form; /* what only a sign-in page of ours can do */
} decisions[] = {
    {"approve", approve, 0},
    {"deny", deny, 0},
    {"switch", change, 1},
    {"sign-out", sign_out, 1},
};

#define DECISIONS (sizeof(decisions) / sizeof(decisions[0]))

/* Whether the browser that signed in is the one that answers. */
static const mcp_error_t *binding_check(const mcp_oauth_exchange_t *x,
                                        const mcp_oauth_flow_t *flow,
                                        mcp_ctx_t *cx)
{
    if (flow->binding) {
        if (mcp_oauth_cookie_is(x, flow->binding, cx->pool))
            return NULL;
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "Your browser did not send the cookie of this "
                              "sign-in: you signed out, or cookies are not "
                              "allowed for this site. Start again from your "
                              "app.");
    }
    if (x->user && !strcmp(x->user, flow->login->identity.user))
        return NULL;
    return mcp_error_tell(MCP_E_ACCESS_DENIED, cx,
                          "You are signed in as somebody else now. Start "
                          "again from your app.");
}

static const mcp_error_t *form_check(const mcp_oauth_flow_t *flow,
                                     mcp_ctx_t *cx)
{
    if (flow->login->idp)
        return NULL;
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This server learns from your browser who you are. "
                          "Sign out where you signed in, or close all windows "
                          "of the browser; then start again from your app.");
}

const mcp_error_t *mcp_oauth_decision_take(mcp_oauth_exchange_t *x,
                                           const apr_table_t *form,
                                           mcp_ctx_t *cx)
{
    const char *name = mcp_oauth_exchange_field(form, "flow");
    const char *decision = mcp_oauth_exchange_field(form, "decision");
    const mcp_oauth_flow_t *flow;
    apr_size_t i;

    for (i = 0; i < DECISIONS; i++)
        if (decision && !strcmp(decision, decisions[i].word))
            break;
    if (i == DECISIONS)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The decision is missing.");
    MCP_TRY(mcp_oauth_flow_get(&flow, name, x->service, cx));
    /* before it is used up: whoever learns its name cannot burn it */
    MCP_TRY(binding_check(x, flow, cx));
    if (decisions[i].needs_form)
        MCP_TRY(form_check(flow, cx));
    MCP_TRY(mcp_oauth_flow_take(name, x->service, cx));
    return decisions[i].act(x, flow, cx);
}
