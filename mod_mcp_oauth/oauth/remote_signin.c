/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/remote_signin.h"

#include "base/random.h"
#include "base/scope.h"
#include "oauth/about.h"
#include "oauth/budget.h"
#include "oauth/cookie.h"
#include "oauth/provider.h"
#include "oauth/visit.h"

#define STATE_BYTES 32

static void log_failure(const mcp_idp_t *idp, const mcp_error_t *e,
                        mcp_ctx_t *cx)
{
    if (e->remedy)
        mcp_ctx_log(cx, MCP_LOG_ERR, 702, "sign-in at %s: %s. %s", idp->label,
                    e->detail, e->remedy);
    else
        mcp_ctx_log(cx, MCP_LOG_INFO, 703, "sign-in at %s: %s", idp->label,
                    e->detail);
}

/* What the client asked for was asked of the provider. */
static int is_relayed(const mcp_oauth_exchange_t *x,
                      const mcp_oauth_request_t *request)
{
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(x->service, request->resource);

    return resource && mcp_oauth_service_relays(resource);
}

void mcp_oauth_remote_signin_fail(mcp_oauth_exchange_t *x,
                                  const mcp_oauth_request_t *request,
                                  const mcp_idp_t *idp, const mcp_error_t *e,
                                  mcp_ctx_t *cx)
{
    mcp_audit_about_t about = mcp_oauth_about_request(request, NULL, cx->pool);
    mcp_oauth_refusal_t refusal = {"server_error", mcp_error_text(e)};

    if (e->code == MCP_E_ACCESS_DENIED || e->code == MCP_E_UNAVAILABLE ||
        (e->code == MCP_E_INVALID_SCOPE && is_relayed(x, request)))
        refusal.error = mcp_error_oauth(e);
    log_failure(idp, e, cx);
    about.issuer = idp->issuer;
    about.reason = e->detail;
    mcp_audit(cx, MCP_AUDIT_SIGN_IN_FAILED, &about);
    mcp_oauth_request_refuse(x, request, &refusal, cx);
}

/* Whoever issues the token has to be asked for what it is to allow. */
static const mcp_error_t *scopes_of(const apr_array_header_t **scopes,
                                    const mcp_oauth_request_t *request,
                                    const mcp_oauth_resource_t *resource,
                                    mcp_ctx_t *cx)
{
    apr_array_header_t *asked;

    *scopes = NULL;
    if (!mcp_oauth_service_relays(resource))
        return NULL;
    MCP_TRY(mcp_scope_read(&asked, request->scope, cx));
    *scopes = asked;
    return NULL;
}

/* The visit is stored before the browser learns its state. */
const mcp_error_t *
mcp_oauth_remote_signin_begin(mcp_oauth_exchange_t *x,
                              const mcp_oauth_remote_signin_t *going,
                              mcp_ctx_t *cx)
{
    const mcp_oauth_transaction_t *t = going->transaction;
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(x->service, t->request->resource);
    const mcp_idp_remote_t remote =
        mcp_oauth_provider_remote_for(going->idp, resource);
    mcp_oauth_visit_t visit = {
        t->request, going->idp->key, NULL, t->is_approved, {NULL, NULL, NULL}};
    mcp_idp_signin_ask_t ask;
    const char *location;
    const mcp_error_t *e;

    MCP_TRY(mcp_oauth_budget_spend(
        x, "sign-ins", &x->service->settings->limit->sign_ins, cx));
    MCP_TRY(mcp_random_text(&ask.state, STATE_BYTES, cx));
    ask.callback =
        mcp_oauth_provider_callback(going->idp, x->service, cx->pool);
    ask.resource = t->request->resource;
    ask.asks_sign_in = t->asks_sign_in;
    ask.hint = going->hint;
    MCP_TRY(scopes_of(&ask.scopes, t->request, resource, cx));
    e = mcp_idp_signin_begin(&location, &visit.begun, &ask, &remote, cx);
    if (e) {
        mcp_oauth_remote_signin_fail(x, t->request, going->idp, e, cx);
        return NULL;
    }
    MCP_TRY(mcp_oauth_cookie_ensure(&visit.browser, x, cx));
    MCP_TRY(mcp_oauth_visit_put(ask.state, &visit, x->service, cx));
    mcp_oauth_exchange_leave(x, location, cx);
    return NULL;
}
