/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/signin.h"

#include <apr_strings.h>
#include <string.h>

#include "oauth/about.h"
#include "oauth/consent.h"
#include "oauth/consent_page.h"
#include "oauth/cookie.h"
#include "oauth/ended.h"
#include "oauth/guessing.h"
#include "oauth/provider.h"
#include "oauth/remembered.h"
#include "oauth/remote_signin.h"
#include "oauth/transaction.h"

typedef struct attempt_t {
    mcp_oauth_exchange_t *x;
    mcp_oauth_transaction_t t; /* what the next form carries */
    const mcp_oauth_resource_t *resource;
    const apr_table_t *form; /* with a password; NULL at the first step */
    int is_out;              /* somebody has just signed out */
} attempt_t;

static const char *username(const attempt_t *a)
{
    const char *name = a->form ? apr_table_get(a->form, "username") : NULL;

    return name ? name : "";
}

static const mcp_error_t *resource_of(attempt_t *a, mcp_ctx_t *cx)
{
    const apr_array_header_t *idps;

    a->resource =
        mcp_oauth_service_resource(a->x->service, a->t.request->resource);
    if (!a->resource)
        return mcp_error_make(MCP_E_INVALID_TARGET, cx,
                              "the resource is not protected any more");
    idps = a->resource->settings->idps;
    if (!idps || !idps->nelts)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Say who signs users in, such as "
                               "\"MCPIdentityProvider httpd file\".",
                               "There is no identity provider for %s.",
                               a->resource->url);
    return NULL;
}

static const mcp_error_t *refuse(const attempt_t *a, const char *error,
                                 const char *description, mcp_ctx_t *cx)
{
    const mcp_oauth_refusal_t refusal = {error, description};

    mcp_oauth_request_refuse(a->x, a->t.request, &refusal, cx);
    return NULL;
}

static const mcp_error_t *login_required(const attempt_t *a, mcp_ctx_t *cx)
{
    return refuse(a, "login_required", "The user has to sign in.", cx);
}

/* -- who it is -- */

static void tell(mcp_audit_event_t event, const mcp_oauth_request_t *request,
                 const mcp_identity_t *identity, mcp_ctx_t *cx)
{
    const mcp_audit_about_t about =
        mcp_oauth_about_request(request, identity, cx->pool);

    mcp_audit(cx, event, &about);
}

const mcp_error_t *
mcp_oauth_signin_enter(mcp_oauth_exchange_t *x,
                       const mcp_oauth_signin_entry_t *entry, mcp_ctx_t *cx)
{
    mcp_oauth_consent_ask_t ask = {entry->request, entry->resource, NULL,
                                   entry->is_approved};
    mcp_oauth_login_t login;

    memset(&login, 0, sizeof(login));
    login.identity = *entry->identity;
    login.idp = entry->idp;
    login.when = mcp_ctx_seconds(cx);
    login.upstream = entry->upstream;
    MCP_TRY(mcp_oauth_ended_user_mark(&login.mark, &login.identity,
                                      x->service->works, cx));
    tell(MCP_AUDIT_SIGNED_IN, entry->request, entry->identity, cx);
    ask.login = &login;
    return mcp_oauth_consent_ask(x, &ask, cx);
}

/* -- a page of ours that asks for a password -- */

static const mcp_error_t *page(const attempt_t *a, int is_refused,
                               mcp_ctx_t *cx)
{
    const mcp_oauth_request_t *request = a->t.request;
    const mcp_settings_t *settings = a->resource->settings;
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *transaction;

    MCP_TRY(
        mcp_oauth_transaction_make(&transaction, &a->t, a->x->service, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(
        w, "action",
        apr_pstrcat(cx->pool, a->x->service->path, "/authorize", NULL));
    mcp_writer_member(w, "transaction", transaction);
    mcp_writer_member(w, "client_name", request->client_name);
    mcp_writer_member_boolean(w, "certain",
                              mcp_oauth_request_is_certain(request, cx));
    mcp_writer_member(w, "resource_name",
                      settings->title ? settings->title : a->resource->url);
    mcp_writer_member(w, "username", username(a));
    mcp_writer_member_boolean(w, "refused", is_refused);
    mcp_writer_member_boolean(w, "approved", a->t.is_approved);
    mcp_writer_member_boolean(w, "signed_out", a->is_out);
    mcp_writer_close(w);
    mcp_oauth_exchange_page(a->x, 200, "signin", mcp_writer_text(w, NULL));
    return NULL;
}

static const mcp_error_t *refused(const attempt_t *a, mcp_ctx_t *cx)
{
    mcp_audit_about_t about =
        mcp_oauth_about_request(a->t.request, NULL, cx->pool);

    about.user = username(a);
    mcp_oauth_guessing_failed(a->x, username(a), cx);
    mcp_audit(cx, MCP_AUDIT_SIGN_IN_FAILED, &about);
    return page(a, 1, cx);
}

/* The user has said yes before, and in this browser. */
static int is_approved(const attempt_t *a, apr_pool_t *pool)
{
    return a->t.is_approved && a->t.browser &&
           mcp_oauth_cookie_is(a->x, a->t.browser, pool);
}

static const mcp_error_t *entered(const attempt_t *a, const mcp_idp_t *idp,
                                  const mcp_identity_t *identity,
                                  mcp_ctx_t *cx)
{
    const mcp_oauth_signin_entry_t entry = {
        a->t.request, a->resource, a->form ? idp->key : NULL,
        identity,     NULL,        is_approved(a, cx->pool)};

    if (a->form)
        mcp_oauth_guessing_succeeded(a->x, username(a), cx);
    return mcp_oauth_signin_enter(a->x, &entry, cx);
}

/* One step at httpd's own authentication, and what that says is next. */
static const mcp_error_t *own_step(const attempt_t *a, const mcp_idp_t *idp,
                                   mcp_ctx_t *cx)
{
    const mcp_idp_login_t login = {idp, a->x->user, a->form, a->x->password,
                                   a->x->may_have_user};
    const mcp_oauth_request_t *request = a->t.request;
    mcp_idp_step_t said;

    MCP_TRY(idp->preset->step(&said, &login, cx));
    if (request->is_silent &&
        (said.next != MCP_IDP_DONE || request->asks_sign_in))
        return login_required(a, cx);
    switch (said.next) {
    case MCP_IDP_FORM:
        return page(a, 0, cx);
    case MCP_IDP_REFUSED:
        return refused(a, cx);
    case MCP_IDP_NOBODY:
        return mcp_error_tell(
            MCP_E_ACCESS_DENIED, cx,
            "You are not signed in. This server knows its users by a "
            "certificate in their browser or by another sign-in of its own, "
            "and your browser brought none that it takes.");
    case MCP_IDP_DONE:
        break;
    }
    return entered(a, idp, &said.identity, cx);
}

/* -- at a provider, or where there are several -- */

static const mcp_error_t *leave(const attempt_t *a, const mcp_idp_t *idp,
                                const char *hint, mcp_ctx_t *cx)
{
    const mcp_oauth_remote_signin_t going = {&a->t, idp, hint};

    return mcp_oauth_remote_signin_begin(a->x, &going, cx);
}

/* Asks for consent, and at which provider, before the user is sent there. */
static const mcp_error_t *offer(attempt_t *a, mcp_ctx_t *cx)
{
    mcp_oauth_consent_page_t shown = {a->t.request, a->resource, NULL,
                                      NULL,         NULL,        a->is_out};

    MCP_TRY(mcp_oauth_cookie_ensure(&a->t.browser, a->x, cx));
    MCP_TRY(mcp_oauth_transaction_make(&shown.transaction, &a->t,
                                       a->x->service, cx));
    MCP_TRY(mcp_oauth_consent_page_show(a->x, &shown, cx));
    tell(MCP_AUDIT_CONSENT_SHOWN, a->t.request, NULL, cx);
    return NULL;
}

/* Nothing to ask: the administrator wants it so. */
static int is_spared(const attempt_t *a)
{
    return a->t.request->skips_consent && !a->t.request->asks_consent &&
           mcp_oauth_consent_is_seen(a->x);
}

static const mcp_error_t *step(attempt_t *a, mcp_ctx_t *cx)
{
    const mcp_idp_t *only = mcp_oauth_provider_only(a->resource);

    if (only && !mcp_idp_preset_is_remote(only))
        return own_step(a, only, cx);
    if (a->t.request->is_silent)
        return login_required(a, cx);
    if (only && is_spared(a))
        return leave(a, only, NULL, cx);
    return offer(a, cx);
}

/* -- the first step -- */

/* max_age of OpenID Connect Core 3.1.2.1 */
static int is_recent(const mcp_oauth_login_t *login,
                     const mcp_oauth_request_t *request, mcp_ctx_t *cx)
{
    apr_int64_t age = mcp_ctx_seconds(cx) - login->when;

    return request->max_age < 0 ||
           (request->max_age && age <= request->max_age);
}

/* Somebody who signed in at a provider not long ago, and will probably do so
 * again: what was agreed to then need not be asked. Who comes back may be
 * somebody else, who is asked then. */
static const mcp_error_t *come_back(attempt_t *a,
                                    const mcp_oauth_login_t *login,
                                    const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_oauth_remembered_t whose = {a->t.request, a->resource,
                                          &login->identity, login->mark};
    int is = 0;

    if (a->t.request->is_silent)
        return login_required(a, cx);
    if (!a->t.request->asks_consent && mcp_oauth_consent_is_seen(a->x))
        MCP_TRY(mcp_oauth_remembered_is(&is, &whose, cx));
    return is ? leave(a, idp, login->identity.email, cx) : offer(a, cx);
}

static const mcp_error_t *welcome(attempt_t *a, const mcp_oauth_login_t *login,
                                  mcp_ctx_t *cx)
{
    const mcp_oauth_consent_ask_t ask = {a->t.request, a->resource, login, 0};
    const mcp_idp_t *idp = mcp_oauth_provider_keyed(a->resource, login->idp);

    return mcp_idp_preset_is_remote(idp)
               ? come_back(a, login, idp, cx)
               : mcp_oauth_consent_ask(a->x, &ask, cx);
}

const mcp_error_t *mcp_oauth_signin_start(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          mcp_ctx_t *cx)
{
    attempt_t a = {x, {request, NULL, 0, 0}, NULL, NULL, 0};
    const mcp_oauth_login_t *login = NULL;

    a.t.asks_sign_in = request->asks_sign_in || request->max_age >= 0;
    MCP_TRY(resource_of(&a, cx));
    if (!request->asks_sign_in)
        MCP_TRY(mcp_oauth_session_find(&login, x, a.resource, cx));
    if (login && is_recent(login, request, cx))
        return welcome(&a, login, cx);
    return step(&a, cx);
}

const mcp_error_t *mcp_oauth_signin_again(mcp_oauth_exchange_t *x,
                                          const mcp_oauth_request_t *request,
                                          int is_out, mcp_ctx_t *cx)
{
    attempt_t a = {x, {request, NULL, 0, 1}, NULL, NULL, is_out};

    MCP_TRY(resource_of(&a, cx));
    return step(&a, cx);
}

/* -- the answers to our pages -- */

/* Yes to what offer() has asked. */
static const mcp_error_t *approved(attempt_t *a, const apr_table_t *form,
                                   mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = mcp_oauth_provider_labelled(
        a->resource, mcp_oauth_exchange_field(form, "provider"));

    if (!idp)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "Where to sign in was not chosen, or is not "
                              "known any more. Start again from your app.");
    a->t.is_approved = 1;
    return mcp_idp_preset_is_remote(idp) ? leave(a, idp, NULL, cx)
                                         : own_step(a, idp, cx);
}

static const mcp_error_t *decide(attempt_t *a, const apr_table_t *form,
                                 mcp_ctx_t *cx)
{
    const char *decision = mcp_oauth_exchange_field(form, "decision");

    if (!a->t.browser || !mcp_oauth_cookie_is(a->x, a->t.browser, cx->pool))
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "Your browser did not send the cookie of this "
                              "page: cookies are not allowed for this site. "
                              "Allow them, and start again from your app.");
    if (!strcmp(decision, "approve"))
        return approved(a, form, cx);
    if (strcmp(decision, "deny") != 0)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The decision is missing.");
    tell(MCP_AUDIT_CONSENT_DENIED, a->t.request, NULL, cx);
    return refuse(a, "access_denied", "The user said no.", cx);
}

static const mcp_error_t *try_password(attempt_t *a, const apr_table_t *form,
                                       mcp_ctx_t *cx)
{
    const apr_array_header_t *idps = a->resource->settings->idps;
    const mcp_idp_t *idp = NULL;
    int i;

    for (i = 0; i < idps->nelts && !idp; i++)
        if (!mcp_idp_preset_is_remote(APR_ARRAY_IDX(idps, i, mcp_idp_t *)))
            idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);
    if (!idp)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "This form is not one of ours. Start again from "
                              "your app.");
    a->form = form;
    MCP_TRY(mcp_oauth_guessing_check(a->x, username(a), cx));
    return own_step(a, idp, cx);
}

const mcp_error_t *mcp_oauth_signin_try(mcp_oauth_exchange_t *x,
                                        const apr_table_t *form, mcp_ctx_t *cx)
{
    attempt_t a = {x, {NULL, NULL, 0, 0}, NULL, NULL, 0};
    const mcp_oauth_transaction_t *transaction;

    MCP_TRY(mcp_oauth_transaction_open(
        &transaction, mcp_oauth_exchange_field(form, "transaction"),
        x->service, cx));
    if (!transaction)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "This sign-in page is too old. Start again from "
                              "your app.");
    a.t = *transaction;
    if (mcp_oauth_exchange_field(form, "cancel"))
        return refuse(&a, "access_denied", "The user cancelled the sign-in.",
                      cx);
    MCP_TRY(resource_of(&a, cx));
    return mcp_oauth_exchange_field(form, "decision")
               ? decide(&a, form, cx)
               : try_password(&a, form, cx);
}
