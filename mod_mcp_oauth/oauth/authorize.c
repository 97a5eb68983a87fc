/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "oauth/client.h"
#include "oauth/decision.h"
#include "oauth/ended.h"
#include "oauth/endpoint.h"
#include "oauth/query.h"
#include "oauth/redirect.h"
#include "oauth/request.h"
#include "oauth/signin.h"

#define field mcp_oauth_exchange_field

/* -- GET: an authorization request -- */

/* Without a client there is nowhere to send an error: people read it. */
static const mcp_error_t *unregistered(mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    if (mcp_oauth_service_registers(x->service))
        mcp_writer_member(
            w, "register",
            mcp_oauth_service_url(x->service, "register", cx->pool));
    mcp_writer_close(w);
    mcp_oauth_exchange_link(x, cx);
    mcp_oauth_exchange_page(x, 400, "unregistered", mcp_writer_text(w, NULL));
    mcp_ctx_log(cx, MCP_LOG_INFO, 155,
                "authorization request with a client_id that this server did "
                "not issue");
    return NULL;
}

static int is_registered(const mcp_oauth_client_t *client, const char *uri,
                         mcp_ctx_t *cx)
{
    int i;

    for (i = 0; i < client->redirect_uris->nelts; i++)
        if (mcp_oauth_redirect_match(
                APR_ARRAY_IDX(client->redirect_uris, i, const char *), uri,
                cx))
            return 1;
    return 0;
}

/* RFC 6749 3.1.2.3; 4.1.2.1: never redirect where this fails. */
static const mcp_error_t *redirect_choose(mcp_oauth_request_t *request,
                                          const mcp_oauth_request_ask_t *ask,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client = ask->client;
    const char *uri = field(ask->form, "redirect_uri"), *fault;

    /* it may be there twice */
    if (!uri && ask->fault)
        return ask->fault;
    if (!uri && client->redirect_uris->nelts != 1)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The app did not say where the answer goes "
                              "(redirect_uri is missing).");
    if (!uri)
        uri = APR_ARRAY_IDX(client->redirect_uris, 0, const char *);
    else if (!is_registered(client, uri, cx))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The app wants the answer at an address that it "
                              "did not register: %s",
                              mcp_oauth_redirect_describe(uri, cx).name);
    /* the rules may have changed since it was registered; those of the
     * administrator's own clients were judged at start */
    fault = client->setting
                ? NULL
                : mcp_oauth_redirect_fault(
                      uri, ask->service->settings->redirect_schemes, cx);
    if (fault)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The app wants the answer at an address that "
                              "%s.",
                              fault);
    request->redirect_uri = uri;
    return NULL;
}

static const mcp_error_t *no_client(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "The app did not say which one it is (client_id is "
                          "missing).");
}

static const mcp_error_t *client_find(const mcp_oauth_client_t **client,
                                      mcp_oauth_exchange_t *x, const char *id,
                                      mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_oauth_client_find(client, x->service, id, cx);

    /* it can still register */
    if (e && e->code == MCP_E_INVALID_METADATA)
        mcp_oauth_exchange_link(x, cx);
    return e;
}

static const mcp_error_t *get(mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    mcp_oauth_request_ask_t ask = {x->service, NULL, NULL, NULL};
    const mcp_oauth_refusal_t *refusal;
    mcp_oauth_request_t request;
    apr_table_t *form;

    mcp_oauth_query_read(&form, &ask.fault, x->query, cx);
    ask.form = form;
    if (!field(form, "client_id"))
        return ask.fault ? ask.fault : no_client(cx);
    MCP_TRY(client_find(&ask.client, x, field(form, "client_id"), cx));
    if (!ask.client)
        return unregistered(x, cx);
    memset(&request, 0, sizeof(request));
    request.client_id = ask.client->id;
    request.client_name = ask.client->name;
    request.state = field(form, "state");
    MCP_TRY(mcp_oauth_ended_client_mark(
        &request.client_mark, request.client_id, x->service->works, cx));
    MCP_TRY(redirect_choose(&request, &ask, cx));
    refusal = mcp_oauth_request_check(&request, &ask, cx);
    if (!refusal)
        return mcp_oauth_signin_start(x, &request, cx);
    mcp_oauth_request_refuse(x, &request, refusal, cx);
    return NULL;
}

/* -- POST: our own forms -- */

/* Whether the form may come from our page. Browsers send Origin: null from
 * pages that send no referrer, as ours. */
static const mcp_error_t *origin_check(const mcp_oauth_exchange_t *x,
                                       mcp_ctx_t *cx)
{
    const char *site = x->fetch_site, *origin = x->origin;

    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return mcp_error_tell(MCP_E_ACCESS_DENIED, cx,
                              "This form was sent by another website.");
    if (origin && strcmp(origin, "null") != 0 &&
        strcmp(origin, x->service->origin) != 0)
        return mcp_error_tell(MCP_E_ACCESS_DENIED, cx,
                              "This form was sent by another website.");
    return NULL;
}

static const mcp_error_t *post(mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    apr_table_t *form;

    MCP_TRY(origin_check(x, cx));
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    if (field(form, "flow"))
        return mcp_oauth_decision_take(x, form, cx);
    if (field(form, "transaction"))
        return mcp_oauth_signin_try(x, form, cx);
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This form is not one of ours. Start again from "
                          "your app.");
}

const mcp_error_t *mcp_oauth_authorize_handle(mcp_oauth_exchange_t *x,
                                              mcp_ctx_t *cx)
{
    mcp_oauth_exchange_private(x);
    return strcmp(x->method, "POST") ? get(x, cx) : post(x, cx);
}
