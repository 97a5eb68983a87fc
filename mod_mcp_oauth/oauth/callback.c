/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/form.h"
#include "oauth/cookie.h"
#include "oauth/endpoint.h"
#include "oauth/provider.h"
#include "oauth/remote_signin.h"
#include "oauth/signin.h"
#include "oauth/upstream.h"
#include "oauth/visit.h"

#define field mcp_oauth_exchange_field

/* A browser that comes back from an identity provider (RFC 6749 4.1.2). */
typedef struct arrival_t {
    mcp_oauth_exchange_t *x;
    const apr_table_t *query;
    const mcp_oauth_visit_t *visit;
    const mcp_oauth_resource_t *resource;
    const mcp_idp_t *idp;
} arrival_t;

/* Before the visit is used up: whoever learns its state cannot burn it, and
 * nobody can make another browser come back from a sign-in that it did not
 * begin (RFC 9700 4.7). */
static const mcp_error_t *browser_check(const arrival_t *a, mcp_ctx_t *cx)
{
    if (mcp_oauth_cookie_is(a->x, a->visit->browser, cx->pool))
        return NULL;
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This sign-in was begun in another browser, or "
                          "cookies are not allowed for this site. Start again "
                          "from your app.");
}

/* RFC 9700 4.4.2: each provider has a callback of its own. */
static const mcp_error_t *provider_find(arrival_t *a, mcp_ctx_t *cx)
{
    const char *suffix;

    a->resource =
        mcp_oauth_service_resource(a->x->service, a->visit->request->resource);
    if (a->resource)
        a->idp = mcp_oauth_provider_keyed(a->resource, a->visit->idp);
    if (!a->idp)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The settings of this server have changed since "
                              "you began to sign in. Start again from your "
                              "app.");
    suffix = a->idp->callback ? a->idp->callback : "";
    if (strcmp(a->x->suffix, suffix) != 0)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The answer came from another identity provider "
                              "than the one that was asked. Start again from "
                              "your app.");
    return NULL;
}

static const mcp_error_t *
enter(const arrival_t *a, const mcp_idp_signin_done_t *done, mcp_ctx_t *cx)
{
    mcp_oauth_signin_entry_t entry = {
        a->visit->request, a->resource, a->idp->key,
        &done->identity,   NULL,        a->visit->is_approved};

    MCP_TRY(mcp_oauth_upstream_seal(&entry.upstream, &done->tokens,
                                    &done->identity, a->x->service, cx));
    return mcp_oauth_signin_enter(a->x, &entry, cx);
}

static const mcp_error_t *arrive(arrival_t *a, mcp_ctx_t *cx)
{
    const char *state = field(a->query, "state");
    mcp_idp_signin_done_t done;
    mcp_idp_remote_t remote;
    const mcp_error_t *e;

    MCP_TRY(mcp_oauth_visit_get(&a->visit, state, a->x->service, cx));
    MCP_TRY(browser_check(a, cx));
    MCP_TRY(provider_find(a, cx));
    MCP_TRY(mcp_oauth_visit_take(state, a->x->service, cx));
    remote = mcp_oauth_provider_remote_for(a->idp, a->resource);
    e = mcp_idp_signin_finish(&done, &a->visit->begun, a->query, &remote, cx);
    if (!e)
        return enter(a, &done, cx);
    mcp_oauth_remote_signin_fail(a->x, a->visit->request, a->idp, e, cx);
    return NULL;
}

const mcp_error_t *mcp_oauth_callback_handle(mcp_oauth_exchange_t *x,
                                             mcp_ctx_t *cx)
{
    arrival_t a = {x, NULL, NULL, NULL, NULL};
    const char *text = x->query ? x->query : "";
    apr_table_t *query;

    mcp_oauth_exchange_private(x);
    x->is_return = 1;
    MCP_TRY(mcp_form_read(&query, text, strlen(text), cx));
    a.query = query;
    return arrive(&a, cx);
}
