/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/consent.h"

#include <string.h>

#include "base/encode.h"
#include "base/form.h"
#include "base/scope.h"
#include "oauth/about.h"
#include "oauth/code.h"
#include "oauth/consent_page.h"
#include "oauth/cookie.h"
#include "oauth/remembered.h"
#include "oauth/scopes.h"

static mcp_oauth_remembered_t remembered_of(const mcp_oauth_consent_ask_t *ask)
{
    mcp_oauth_remembered_t whose = {ask->request, ask->resource,
                                    &ask->login->identity, ask->login->mark};

    return whose;
}

static mcp_audit_about_t about_of(const mcp_oauth_consent_ask_t *ask,
                                  const char *reason, mcp_ctx_t *cx)
{
    mcp_audit_about_t about =
        mcp_oauth_about_request(ask->request, &ask->login->identity, cx->pool);

    about.reason = reason;
    return about;
}

static const mcp_error_t *show(mcp_oauth_exchange_t *x,
                               const mcp_oauth_consent_ask_t *ask,
                               mcp_ctx_t *cx)
{
    const mcp_audit_about_t about = about_of(ask, NULL, cx);
    mcp_oauth_flow_t flow = {ask->request, ask->login, NULL};
    mcp_oauth_consent_page_t page = {ask->request, ask->resource, ask->login,
                                     NULL,         NULL,          0};

    if (ask->login->idp)
        MCP_TRY(mcp_oauth_cookie_ensure(&flow.binding, x, cx));
    MCP_TRY(mcp_oauth_flow_make(&page.flow, &flow, x->service, cx));
    MCP_TRY(mcp_oauth_consent_page_show(x, &page, cx));
    mcp_audit(cx, MCP_AUDIT_CONSENT_SHOWN, &about);
    return NULL;
}

/* -- the answer -- */

static const mcp_error_t *send_code(mcp_oauth_exchange_t *x,
                                    const mcp_oauth_consent_ask_t *ask,
                                    const char *why, mcp_ctx_t *cx)
{
    const mcp_oauth_request_t *request = ask->request;
    const char *name = request->client_name, *code;
    mcp_audit_about_t about = about_of(ask, why, cx);
    mcp_oauth_code_t record;

    memset(&record, 0, sizeof(record));
    record.request = request;
    record.identity = ask->login->identity;
    record.mark = ask->login->mark;
    record.upstream = ask->login->upstream;
    MCP_TRY(mcp_oauth_code_make(&code, &record, x->service, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 700,
                "'%s' lets the client '%s' use %s with the scopes '%s' (%s)",
                mcp_encode_log(record.identity.user, 80, cx->pool),
                mcp_encode_log(name ? name : "", 80, cx->pool),
                request->resource, request->scope, why);
    about.grant = record.grant;
    mcp_audit(cx, MCP_AUDIT_CODE_ISSUED, &about);
    mcp_oauth_exchange_leave(
        x,
        mcp_form_append(cx->pool, request->redirect_uri, "code", code, "state",
                        request->state, "iss", x->service->issuer, NULL),
        cx);
    return NULL;
}

/* Nobody but the user begins a session, not the administrator who spares him
 * the question: he could not say there that he is somebody else. */
static const mcp_error_t *stay(mcp_oauth_exchange_t *x,
                               const mcp_oauth_consent_ask_t *ask,
                               mcp_ctx_t *cx)
{
    if (ask->login->from_session)
        return NULL;
    return mcp_oauth_session_start(x, ask->login, ask->resource, cx);
}

const mcp_error_t *mcp_oauth_consent_give(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_consent_ask_t *ask,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_remembered_t whose = remembered_of(ask);
    const mcp_audit_about_t about = about_of(ask, NULL, cx);

    mcp_audit(cx, MCP_AUDIT_CONSENT_GIVEN, &about);
    MCP_TRY(mcp_oauth_remembered_put(&whose, cx));
    MCP_TRY(stay(x, ask, cx));
    return send_code(x, ask, "asked", cx);
}

/* -- asking -- */

/* What this user may be granted of what the request asks for. */
static const mcp_error_t *limit(mcp_oauth_request_t *request,
                                const mcp_oauth_consent_ask_t *ask,
                                const mcp_oauth_expr_t *expr, mcp_ctx_t *cx)
{
    mcp_oauth_scopes_limit_t to = {ask->resource, request->scope, NULL, expr};
    apr_array_header_t *left;
    mcp_principal_t who;

    memset(&who, 0, sizeof(who));
    mcp_oauth_identity_tell(&who, &ask->login->identity);
    who.client = request->client_id;
    to.who = &who;
    MCP_TRY(mcp_oauth_scopes_limit(&left, &to, cx));
    request->scope = mcp_scope_text(left, cx->pool);
    return NULL;
}

int mcp_oauth_consent_is_seen(const mcp_oauth_exchange_t *x)
{
    return !x->fetch_dest || !strcmp(x->fetch_dest, "document");
}

/* Sends a code at once where nothing has to be asked. */
static const mcp_error_t *skip(int *done, mcp_oauth_exchange_t *x,
                               const mcp_oauth_consent_ask_t *ask,
                               mcp_ctx_t *cx)
{
    const mcp_oauth_remembered_t whose = remembered_of(ask);

    *done = 0;
    if (ask->request->asks_consent || !mcp_oauth_consent_is_seen(x))
        return NULL;
    if (ask->request->skips_consent) {
        *done = 1;
        return send_code(x, ask, "Consent off", cx);
    }
    MCP_TRY(mcp_oauth_remembered_is(done, &whose, cx));
    if (!*done)
        return NULL;
    MCP_TRY(stay(x, ask, cx));
    return send_code(x, ask, "remembered", cx);
}

static void refuse(mcp_oauth_exchange_t *x, const mcp_oauth_consent_ask_t *ask,
                   const char *error, const char *description, mcp_ctx_t *cx)
{
    mcp_oauth_refusal_t refusal = {error, description};

    mcp_oauth_request_refuse(x, ask->request, &refusal, cx);
}

const mcp_error_t *mcp_oauth_consent_ask(mcp_oauth_exchange_t *x,
                                         const mcp_oauth_consent_ask_t *ask,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_request_t limited = *ask->request;
    const mcp_oauth_consent_ask_t of = {&limited, ask->resource, ask->login,
                                        ask->is_approved};
    const mcp_error_t *e = limit(&limited, ask, x->expr, cx);
    mcp_audit_about_t about;
    int done = 0;

    if (e && e->code == MCP_E_ACCESS_DENIED) {
        about = about_of(&of, e->detail, cx);
        mcp_audit(cx, MCP_AUDIT_ACCESS_DENIED, &about);
        refuse(x, &of, mcp_error_oauth(e), mcp_error_text(e), cx);
        return NULL;
    }
    if (!e && ask->is_approved)
        return mcp_oauth_consent_give(x, &of, cx);
    if (!e)
        e = skip(&done, x, &of, cx);
    if (e || done)
        return e;
    if (limited.is_silent) {
        refuse(x, &of, "consent_required", "The user has to consent.", cx);
        return NULL;
    }
    return show(x, &of, cx);
}
