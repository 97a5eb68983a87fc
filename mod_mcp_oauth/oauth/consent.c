/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/consent.h"

#include <apr_strings.h>
#include <string.h>

#include "base/form.h"
#include "base/scope.h"
#include "oauth/code.h"
#include "oauth/cookie.h"
#include "oauth/flow.h"
#include "oauth/redirect.h"
#include "oauth/scopes.h"

/* -- asking -- */

static const mcp_error_t *write_scopes(mcp_writer_t *w,
                                       const mcp_oauth_consent_ask_t *ask,
                                       mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;
    int i;

    MCP_TRY(mcp_scope_read(&scopes, ask->request->scope, cx));
    mcp_writer_name(w, "scopes");
    mcp_writer_open(w, '[');
    for (i = 0; i < scopes->nelts; i++)
        mcp_writer_string(
            w, mcp_oauth_scopes_words(ask->resource,
                                      APR_ARRAY_IDX(scopes, i, char *)));
    mcp_writer_close(w);
    return NULL;
}

/* Where the answer goes is the one thing about a client that is certain. */
static void write_redirect(mcp_writer_t *w, const char *redirect_uri,
                           mcp_ctx_t *cx)
{
    mcp_oauth_redirect_t said = mcp_oauth_redirect_describe(redirect_uri, cx);

    mcp_writer_member(w, "redirect_host", said.name);
    mcp_writer_name(w, "loopback");
    mcp_writer_boolean(w, said.is_loopback);
    mcp_writer_member(w, "scheme", said.is_web ? NULL : said.scheme);
}

static const mcp_error_t *page(mcp_oauth_exchange_t *x,
                               const mcp_oauth_consent_ask_t *ask,
                               const char *flow, mcp_ctx_t *cx)
{
    const char *title = ask->resource->settings->title;
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(
        w, "action",
        apr_pstrcat(cx->pool, x->service->path, "/authorize", NULL));
    mcp_writer_member(w, "flow", flow);
    mcp_writer_member(w, "client_name", ask->request->client_name);
    mcp_writer_member(w, "resource_name", title ? title : ask->resource->url);
    mcp_writer_member(w, "resource_url", ask->resource->url);
    mcp_writer_member(w, "account", ask->identity.user);
    write_redirect(w, ask->request->redirect_uri, cx);
    MCP_TRY(write_scopes(w, ask, cx));
    mcp_writer_close(w);
    mcp_oauth_exchange_page(x, 200, "consent", mcp_writer_text(w, NULL));
    return NULL;
}

const mcp_error_t *mcp_oauth_consent_ask(mcp_oauth_exchange_t *x,
                                         const mcp_oauth_consent_ask_t *ask,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_flow_t flow;
    const char *name;

    flow.request = ask->request;
    flow.identity = ask->identity;
    flow.binding = NULL;
    if (ask->by_form)
        MCP_TRY(mcp_oauth_cookie_ensure(&flow.binding, x, cx));
    MCP_TRY(mcp_oauth_flow_make(&name, &flow, x->service, cx));
    return page(x, ask, name, cx);
}

/* -- deciding -- */

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
                              "sign-in. Allow cookies for this site, then "
                              "start again from your app.");
    }
    if (x->user && !strcmp(x->user, flow->identity.user))
        return NULL;
    return mcp_error_tell(MCP_E_ACCESS_DENIED, cx,
                          "You are signed in as somebody else now. Start "
                          "again from your app.");
}

static const mcp_error_t *approve(mcp_oauth_exchange_t *x,
                                  const mcp_oauth_flow_t *flow, mcp_ctx_t *cx)
{
    mcp_oauth_code_t record;
    const char *code;

    memset(&record, 0, sizeof(record));
    record.request = flow->request;
    record.identity = flow->identity;
    MCP_TRY(mcp_oauth_code_make(&code, &record, x->service, cx));
    mcp_oauth_exchange_leave(
        x,
        mcp_form_append(cx->pool, flow->request->redirect_uri, "code", code,
                        "state", flow->request->state, "iss",
                        x->service->issuer, NULL),
        cx);
    return NULL;
}

const mcp_error_t *mcp_oauth_consent_decide(mcp_oauth_exchange_t *x,
                                            const apr_table_t *form,
                                            mcp_ctx_t *cx)
{
    static const mcp_oauth_refusal_t denied = {"access_denied",
                                               "The user said no."};
    const char *name = mcp_oauth_exchange_field(form, "flow");
    const char *decision = mcp_oauth_exchange_field(form, "decision");
    const mcp_oauth_flow_t *flow;

    if (!decision ||
        (strcmp(decision, "approve") != 0 && strcmp(decision, "deny") != 0))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The decision is missing.");
    MCP_TRY(mcp_oauth_flow_get(&flow, name, x->service, cx));
    /* before it is used up: whoever learns its name cannot burn it */
    MCP_TRY(binding_check(x, flow, cx));
    MCP_TRY(mcp_oauth_flow_take(name, x->service, cx));
    if (!strcmp(decision, "approve"))
        return approve(x, flow, cx);
    mcp_oauth_request_refuse(x, flow->request, &denied, cx);
    return NULL;
}
