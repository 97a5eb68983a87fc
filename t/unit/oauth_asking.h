/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_OAUTH_ASKING_H
#define MCP_T_UNIT_OAUTH_ASKING_H

#include "oauth/request.h"
#include "oauth/signin.h"
#include "oauth_journey.h"

/* Authorization requests of clients of any kind that were found good, and what
 * a browser sees of them. */

#define WEB "https://claude.ai/api/mcp/auth_callback"

/* A client whose host vouches for it, at its https redirect URI. */
static inline mcp_oauth_request_t request_make(void)
{
    mcp_oauth_request_t request;

    memset(&request, 0, sizeof(request));
    request.client_id = "https://claude.ai/client.json";
    request.client_name = "Claude";
    request.client_host = "claude.ai";
    request.redirect_uri = WEB;
    request.state = STATE;
    request.code_challenge = CHALLENGE;
    request.resource = TASKS;
    request.scope = "tasks:read";
    request.max_age = -1;
    return request;
}

/* A link that the browser follows. */
static inline mcp_oauth_exchange_t *
asking(world_t *w, const mcp_oauth_request_t *request, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    if (mcp_oauth_signin_start(x, request, cx))
        x->page = "error";
    cookie_keep(w, x, cx);
    return x;
}

/* A form of the page in x, with one more field or two. */
static inline mcp_oauth_exchange_t *
answering(world_t *w, const mcp_oauth_exchange_t *page, const char *name,
          const char *value, const char *password, mcp_ctx_t *cx)
{
    const char *flow = text_in(page->page_values, "flow", cx);
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "flow", flow, "transaction",
                        text_in(page->page_values, "transaction", cx), name,
                        value, "password", password, NULL),
                cx);

    if (mcp_oauth_authorize_handle(x, cx))
        x->page = "error";
    cookie_keep(w, x, cx);
    return x;
}

static inline mcp_oauth_exchange_t *entering(world_t *w,
                                             const mcp_oauth_exchange_t *page,
                                             const char *user, mcp_ctx_t *cx)
{
    return answering(w, page, "username", user,
                     !strcmp(user, "ada") ? "lovelace" : "boole", cx);
}

static inline mcp_oauth_exchange_t *saying(world_t *w,
                                           const mcp_oauth_exchange_t *page,
                                           const char *decision, mcp_ctx_t *cx)
{
    return answering(w, page, "decision", decision, NULL, cx);
}

/* "signin", "consent", "error", "code", or the error that is sent back */
static inline const char *seen(const mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const char *location = header(x, "Location"), *error;

    if (!location)
        return x->page;
    error = sent(location, "error", cx);
    return error ? error : sent(location, "code", cx) ? "code" : NULL;
}

static inline const char *account_in(const mcp_oauth_exchange_t *x,
                                     mcp_ctx_t *cx)
{
    return x->page_values ? text_in(x->page_values, "account", cx) : NULL;
}

static inline int says(const mcp_oauth_exchange_t *x, const char *name,
                       mcp_ctx_t *cx)
{
    return mcp_json_is_true(mcp_json_get(json_of(x->page_values, cx), name));
}

/* The cookie of a session that x sets; NULL where it sets none. */
static inline const char *session_set(const mcp_oauth_exchange_t *x)
{
    const apr_array_header_t *all = apr_table_elts(x->headers);
    int i;

    for (i = 0; i < all->nelts; i++) {
        apr_table_entry_t field = APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (!strcmp(field.key, "Set-Cookie") &&
            !strncmp(field.val, "__Host-mcp-session=", 19))
            return field.val;
    }
    return NULL;
}

#endif
