/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/consent_page.h"

#include <apr_strings.h>
#include <string.h>

#include "base/scope.h"
#include "oauth/redirect.h"
#include "oauth/remembered.h"
#include "oauth/scopes.h"

static const mcp_error_t *write_scopes(mcp_writer_t *w,
                                       const mcp_oauth_consent_page_t *page,
                                       mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;
    int i;

    MCP_TRY(mcp_scope_read(&scopes, page->request->scope, cx));
    mcp_writer_name(w, "scopes");
    mcp_writer_open(w, '[');
    for (i = 0; i < scopes->nelts; i++)
        mcp_writer_string(
            w, mcp_oauth_scopes_words(page->resource,
                                      APR_ARRAY_IDX(scopes, i, char *)));
    mcp_writer_close(w);
    return NULL;
}

/* Where the answer goes is the one thing about any client that is certain. */
static void write_redirect(mcp_writer_t *w, const char *redirect_uri,
                           mcp_ctx_t *cx)
{
    mcp_oauth_redirect_t said = mcp_oauth_redirect_describe(redirect_uri, cx);

    mcp_writer_member(w, "redirect_host", said.name);
    mcp_writer_member_boolean(w, "loopback", said.is_loopback);
    mcp_writer_member(w, "scheme", said.is_web ? NULL : said.scheme);
}

/* "90 days" */
static const char *time_words(apr_int64_t seconds, apr_pool_t *pool)
{
    static const struct {
        apr_int64_t seconds;
        const char *name;
    } units[] = {
        {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    apr_int64_t count;
    int i;

    for (i = 0; seconds % units[i].seconds; i++)
        ;
    count = seconds / units[i].seconds;
    return apr_psprintf(pool, "%" APR_INT64_T_FMT " %s%s", count,
                        units[i].name, count == 1 ? "" : "s");
}

static void write_remembered(mcp_writer_t *w,
                             const mcp_oauth_consent_page_t *page,
                             mcp_ctx_t *cx)
{
    apr_int64_t lifetime = page->resource->settings->lifetime->consent;

    if (!mcp_oauth_remembered_can(page->request, page->resource, cx))
        return;
    mcp_writer_member_boolean(w, "remembered", 1);
    if (lifetime < MCP_UNLIMITED)
        mcp_writer_member(w, "remembered_for", time_words(lifetime, cx->pool));
}

static void write_login(mcp_writer_t *w, const mcp_oauth_login_t *login)
{
    mcp_writer_member(w, "account", login->identity.user);
    mcp_writer_member_boolean(w, "can_switch", login->idp != NULL);
    mcp_writer_member_boolean(w, "signed_in", login->from_session);
}

/* httpd's own sign-in has no name that says something to people. */
static const char *name_of(const mcp_idp_t *idp)
{
    return strcmp(idp->label, "httpd") ? idp->label : "User name and password";
}

/* The first one is chosen until the user chooses another. */
static void write_providers(mcp_writer_t *w,
                            const mcp_oauth_resource_t *resource)
{
    const apr_array_header_t *idps = resource->settings->idps;
    int i;

    if (idps->nelts == 1) {
        mcp_writer_member(w, "provider",
                          APR_ARRAY_IDX(idps, 0, const mcp_idp_t *)->label);
        return;
    }
    mcp_writer_name(w, "providers");
    mcp_writer_open(w, '[');
    for (i = 0; i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        mcp_writer_open(w, '{');
        mcp_writer_member(w, "label", idp->label);
        mcp_writer_member(w, "name", name_of(idp));
        mcp_writer_member_boolean(w, "chosen", !i);
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
}

const mcp_error_t *
mcp_oauth_consent_page_show(mcp_oauth_exchange_t *x,
                            const mcp_oauth_consent_page_t *page,
                            mcp_ctx_t *cx)
{
    const mcp_oauth_request_t *request = page->request;
    const char *title = page->resource->settings->title;
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(
        w, "action",
        apr_pstrcat(cx->pool, x->service->path, "/authorize", NULL));
    mcp_writer_member(w, "flow", page->flow);
    mcp_writer_member(w, "transaction", page->transaction);
    mcp_writer_member(w, "client_name", request->client_name);
    mcp_writer_member(w, "client_host", request->client_host);
    mcp_writer_member_boolean(w, "certain",
                              mcp_oauth_request_is_certain(request, cx));
    mcp_writer_member(w, "resource_name", title ? title : page->resource->url);
    mcp_writer_member(w, "resource_url", page->resource->url);
    mcp_writer_member_boolean(w, "signed_out", page->is_out);
    if (page->login)
        write_login(w, page->login);
    else
        write_providers(w, page->resource);
    write_redirect(w, request->redirect_uri, cx);
    write_remembered(w, page, cx);
    MCP_TRY(write_scopes(w, page, cx));
    mcp_writer_close(w);
    mcp_oauth_exchange_page(x, 200, "consent", mcp_writer_text(w, NULL));
    return NULL;
}
