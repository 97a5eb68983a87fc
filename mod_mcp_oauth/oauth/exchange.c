/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/exchange.h"

#include <apr_strings.h>
#include <string.h>

#include "base/form.h"
#include "base/writer.h"

#define REGISTRATION_RELATION "http://oauth.net/core/2.1/#registration"

const char *mcp_oauth_exchange_field(const apr_table_t *form, const char *name)
{
    const char *value = apr_table_get(form, name);

    return value && *value ? value : NULL;
}

const mcp_error_t *mcp_oauth_exchange_form(apr_table_t **form,
                                           const mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx)
{
    if (!x->content_type ||
        strcmp(x->content_type, "application/x-www-form-urlencoded") != 0)
        return mcp_error_tell(MCP_E_MEDIA_TYPE, cx,
                              "Requests to this endpoint are "
                              "application/x-www-form-urlencoded.");
    return mcp_form_read(form, x->body, x->body_len, cx);
}

void mcp_oauth_exchange_public(mcp_oauth_exchange_t *x, const char *json)
{
    x->json = json;
    apr_table_setn(x->headers, "Cache-Control", "public, max-age=300");
}

void mcp_oauth_exchange_private(mcp_oauth_exchange_t *x)
{
    apr_table_setn(x->headers, "Cache-Control", "no-store");
    apr_table_setn(x->headers, "Pragma", "no-cache");
}

void mcp_oauth_exchange_page(mcp_oauth_exchange_t *x, int status,
                             const char *page, const char *values)
{
    /* a page has headers of its own: page/page.h */
    apr_table_unset(x->headers, "Cache-Control");
    apr_table_unset(x->headers, "Pragma");
    apr_table_unset(x->headers, "Referrer-Policy");
    x->status = status;
    x->page = page;
    x->page_values = values;
}

/* What shows the way where a redirect would be stopped. */
static void leave_by_page(mcp_oauth_exchange_t *x, const char *uri,
                          mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "uri", uri);
    mcp_writer_member(w, "scheme",
                      apr_pstrmemdup(cx->pool, uri, strcspn(uri, ":")));
    mcp_writer_close(w);
    apr_table_setn(x->headers, "Refresh",
                   apr_pstrcat(cx->pool, "0; url=", uri, NULL));
    mcp_oauth_exchange_page(x, 200, "leave", mcp_writer_text(w, NULL));
}

static int is_web(const char *uri)
{
    return !strncasecmp(uri, "https:", 6) || !strncasecmp(uri, "http:", 5);
}

void mcp_oauth_exchange_leave(mcp_oauth_exchange_t *x, const char *uri,
                              mcp_ctx_t *cx)
{
    mcp_oauth_exchange_private(x);
    apr_table_setn(x->headers, "Referrer-Policy", "no-referrer");
    if ((x->is_return || !strcmp(x->method, "POST")) && !is_web(uri)) {
        leave_by_page(x, uri, cx);
        return;
    }
    x->status = 303;
    apr_table_setn(x->headers, "Location", uri);
}

void mcp_oauth_exchange_link(mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    if (!mcp_oauth_service_registers(x->service))
        return;
    apr_table_setn(
        x->headers, "Link",
        apr_pstrcat(cx->pool, "<",
                    mcp_oauth_service_url(x->service, "register", cx->pool),
                    ">; rel=\"" REGISTRATION_RELATION "\"", NULL));
}
