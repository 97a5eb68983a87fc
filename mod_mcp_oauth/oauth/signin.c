/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/signin.h"

#include <apr_strings.h>
#include <string.h>

#include "oauth/about.h"
#include "oauth/consent.h"
#include "oauth/ended.h"
#include "oauth/guessing.h"
#include "oauth/transaction.h"

typedef struct attempt_t {
    mcp_oauth_exchange_t *x;
    const mcp_oauth_request_t *request;
    const mcp_oauth_resource_t *resource;
    const apr_table_t *form; /* NULL at the first step */
    int is_out;              /* somebody has just signed out */
} attempt_t;

static const char *username(const attempt_t *a)
{
    const char *name = a->form ? apr_table_get(a->form, "username") : NULL;

    return name ? name : "";
}

static const mcp_error_t *page(const attempt_t *a, int is_refused,
                               mcp_ctx_t *cx)
{
    const mcp_settings_t *settings = a->resource->settings;
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *transaction;

    MCP_TRY(mcp_oauth_transaction_make(&transaction, a->request, a->x->service,
                                       cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(
        w, "action",
        apr_pstrcat(cx->pool, a->x->service->path, "/authorize", NULL));
    mcp_writer_member(w, "transaction", transaction);
    mcp_writer_member(w, "client_name", a->request->client_name);
    mcp_writer_name(w, "certain");
    mcp_writer_boolean(w, mcp_oauth_request_is_certain(a->request, cx));
    mcp_writer_member(w, "resource_name",
                      settings->title ? settings->title : a->resource->url);
    mcp_writer_member(w, "username", username(a));
    mcp_writer_name(w, "refused");
    mcp_writer_boolean(w, is_refused);
    mcp_writer_name(w, "signed_out");
    mcp_writer_boolean(w, a->is_out);
    mcp_writer_close(w);
    mcp_oauth_exchange_page(a->x, 200, "signin", mcp_writer_text(w, NULL));
    return NULL;
}

static const mcp_error_t *resource_of(attempt_t *a, mcp_ctx_t *cx)
{
    a->resource =
        mcp_oauth_service_resource(a->x->service, a->request->resource);
    if (!a->resource)
        return mcp_error_make(MCP_E_INVALID_TARGET, cx,
                              "the resource is not protected any more");
    return NULL;
}

static const mcp_error_t *idp_of(const mcp_idp_t **idp, const attempt_t *a,
                                 mcp_ctx_t *cx)
{
    const apr_array_header_t *idps = a->resource->settings->idps;

    if (!idps || !idps->nelts)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Say who signs users in, such as "
                               "\"MCPIdentityProvider httpd file\".",
                               "There is no identity provider for %s.",
                               a->resource->url);
    *idp = APR_ARRAY_IDX(idps, 0, const mcp_idp_t *);
    return NULL;
}

static const mcp_error_t *
consent(const attempt_t *a, const mcp_oauth_login_t *login, mcp_ctx_t *cx)
{
    const mcp_oauth_consent_ask_t ask = {a->request, a->resource, login};

    return mcp_oauth_consent_ask(a->x, &ask, cx);
}

static void tell_refused(const attempt_t *a, mcp_ctx_t *cx)
{
    mcp_audit_about_t about =
        mcp_oauth_about_request(a->request, NULL, cx->pool);

    about.user = username(a);
    mcp_audit(cx, MCP_AUDIT_SIGN_IN_FAILED, &about);
}

static void tell_entered(const attempt_t *a, const mcp_identity_t *identity,
                         mcp_ctx_t *cx)
{
    mcp_audit_about_t about =
        mcp_oauth_about_request(a->request, identity, cx->pool);

    mcp_audit(cx, MCP_AUDIT_SIGNED_IN, &about);
}

/* The provider has said who it is. */
static const mcp_error_t *enter(const attempt_t *a, const mcp_idp_t *idp,
                                const mcp_identity_t *identity, mcp_ctx_t *cx)
{
    mcp_oauth_login_t login = {*identity, a->form ? idp->key : NULL,
                               mcp_ctx_seconds(cx), 0, NULL};

    MCP_TRY(mcp_oauth_ended_user_mark(&login.mark, identity,
                                      a->x->service->works, cx));
    if (a->form)
        mcp_oauth_guessing_succeeded(a->x, username(a), cx);
    tell_entered(a, identity, cx);
    return consent(a, &login, cx);
}

static const mcp_error_t *login_required(const attempt_t *a, mcp_ctx_t *cx)
{
    static const mcp_oauth_refusal_t required = {"login_required",
                                                 "The user has to sign in."};

    mcp_oauth_request_refuse(a->x, a->request, &required, cx);
    return NULL;
}

/* One step at the provider, and what that says is next. */
static const mcp_error_t *step(const attempt_t *a, mcp_ctx_t *cx)
{
    mcp_idp_login_t login = {NULL, a->x->user, a->form, a->x->password,
                             a->x->may_have_user};
    mcp_idp_step_t said;

    MCP_TRY(idp_of(&login.idp, a, cx));
    MCP_TRY(login.idp->preset->step(&said, &login, cx));
    if (a->request->is_silent &&
        (said.next != MCP_IDP_DONE || a->request->asks_sign_in))
        return login_required(a, cx);
    switch (said.next) {
    case MCP_IDP_FORM:
        return page(a, 0, cx);
    case MCP_IDP_REFUSED:
        mcp_oauth_guessing_failed(a->x, username(a), cx);
        tell_refused(a, cx);
        return page(a, 1, cx);
    case MCP_IDP_REDIRECT:
        mcp_oauth_exchange_leave(a->x, said.location, cx);
        return NULL;
    case MCP_IDP_NOBODY:
        return mcp_error_tell(
            MCP_E_ACCESS_DENIED, cx,
            "You are not signed in. This server knows its users by a "
            "certificate in their browser or by another sign-in of its own, "
            "and your browser brought none that it takes.");
    case MCP_IDP_DONE:
        break;
    }
    return enter(a, login.idp, &said.identity, cx);
}

/* max_age of OpenID Connect Core 3.1.2.1 */
static int is_recent(const mcp_oauth_login_t *login,
                     const mcp_oauth_request_t *request, mcp_ctx_t *cx)
{
    apr_int64_t age = mcp_ctx_seconds(cx) - login->when;

    return request->max_age < 0 ||
           (request->max_age && age <= request->max_age);
}

const mcp_error_t *mcp_oauth_signin_start(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          mcp_ctx_t *cx)
{
    attempt_t a = {x, request, NULL, NULL, 0};
    const mcp_oauth_login_t *login = NULL;

    MCP_TRY(resource_of(&a, cx));
    if (!request->asks_sign_in)
        MCP_TRY(mcp_oauth_session_find(&login, x, a.resource, cx));
    if (login && is_recent(login, request, cx))
        return consent(&a, login, cx);
    return step(&a, cx);
}

const mcp_error_t *mcp_oauth_signin_again(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          int is_out, mcp_ctx_t *cx)
{
    attempt_t a = {x, request, NULL, NULL, is_out};

    MCP_TRY(resource_of(&a, cx));
    return step(&a, cx);
}

const mcp_error_t *mcp_oauth_signin_try(mcp_oauth_exchange_t *x,
                                        const apr_table_t *form, mcp_ctx_t *cx)
{
    static const mcp_oauth_refusal_t cancelled = {
        "access_denied", "The user cancelled the sign-in."};
    attempt_t a = {x, NULL, NULL, form, 0};

    MCP_TRY(mcp_oauth_transaction_open(
        &a.request, mcp_oauth_exchange_field(form, "transaction"), x->service,
        cx));
    if (!a.request)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "This sign-in page is too old. Start again from "
                              "your app.");
    if (mcp_oauth_exchange_field(form, "cancel")) {
        mcp_oauth_request_refuse(x, a.request, &cancelled, cx);
        return NULL;
    }
    MCP_TRY(resource_of(&a, cx));
    MCP_TRY(mcp_oauth_guessing_check(x, username(&a), cx));
    return step(&a, cx);
}
