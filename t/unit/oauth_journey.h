/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_OAUTH_JOURNEY_H
#define MCP_T_UNIT_OAUTH_JOURNEY_H

#include "oauth_world.h"

/* What a client and a browser do, step by step, from a registration to
 * tokens. */

/* the 201's body, NULL when it is refused */
static inline const char *client_register(world_t *w, const char *metadata,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(w, "application/json", metadata, cx);

    return mcp_oauth_register_handle(x, cx) ? NULL : x->json;
}

static inline const char *public_client(world_t *w, mcp_ctx_t *cx)
{
    return text_in(
        client_register(w,
                        "{\"redirect_uris\":[\"" CALLBACK "\","
                        "\"https://claude.ai/api/mcp/auth_callback\","
                        "\"cursor://anysphere.cursor-mcp/oauth/callback\"],"
                        "\"client_name\":\"Test <client>\","
                        "\"token_endpoint_auth_method\":\"none\","
                        "\"grant_types\":[\"authorization_code\","
                        "\"refresh_token\"]}",
                        cx),
        "client_id", cx);
}

static inline const char *authorize_query(const char *client, const char *uri,
                                          const char *resource,
                                          const char *scope, mcp_ctx_t *cx)
{
    return form_of(cx->pool, "response_type", "code", "client_id", client,
                   "redirect_uri", uri, "state", STATE, "code_challenge",
                   CHALLENGE, "code_challenge_method", "S256", "resource",
                   resource, "scope", scope, NULL);
}

/* A good request in which one parameter is another one. */
static inline const char *query_with(const char *client, const char *name,
                                     const char *value, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        const char *value;
    } good[] = {
        {"response_type", "code"},     {"client_id", NULL},
        {"redirect_uri", CALLBACK},    {"state", STATE},
        {"code_challenge", CHALLENGE}, {"code_challenge_method", "S256"},
        {"resource", TASKS},           {"scope", "tasks:read"},
    };
    const char *query = "", *one;
    int i, found = 0;

    for (i = 0; i < 8; i++) {
        one = good[i].value ? good[i].value : client;
        if (name && !strcmp(name, good[i].name)) {
            one = value;
            found = 1;
        }
        if (one)
            query = apr_pstrcat(cx->pool, query, good[i].name, "=",
                                mcp_encode_percent(one, cx->pool), "&", NULL);
    }
    if (name && !found)
        query = apr_pstrcat(cx->pool, query, name, "=",
                            mcp_encode_percent(value, cx->pool), NULL);
    return query;
}

/* the hidden field of our sign-in page */
static inline const char *transaction_of(world_t *w, const char *query,
                                         mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query;
    if (mcp_oauth_authorize_handle(x, cx) || !x->page)
        return NULL;
    return text_in(x->page_values, "transaction", cx);
}

/* w->cookie without the cookie of this name, whose length includes "=" */
static inline const char *cookie_without(const world_t *w, const char *name,
                                         apr_size_t len, mcp_ctx_t *cx)
{
    const char *kept = "", *one = w->cookie ? w->cookie : "";
    apr_size_t n;

    for (; *one; one += n + strspn(one + n, "; ")) {
        n = strcspn(one, ";");
        if (strncmp(one, name, len) != 0)
            kept = apr_pstrcat(cx->pool, kept, *kept ? "; " : "",
                               apr_pstrmemdup(cx->pool, one, n), NULL);
    }
    return kept;
}

/* What a browser does with Set-Cookie. */
static inline void cookie_keep(world_t *w, const mcp_oauth_exchange_t *x,
                               mcp_ctx_t *cx)
{
    const apr_array_header_t *all = apr_table_elts(x->headers);
    int i;

    for (i = 0; i < all->nelts; i++) {
        apr_table_entry_t field = APR_ARRAY_IDX(all, i, apr_table_entry_t);
        const char *kept;

        if (strcmp(field.key, "Set-Cookie") != 0)
            continue;
        kept = cookie_without(w, field.val, strcspn(field.val, "=") + 1, cx);
        if (strstr(field.val, "; Max-Age=0"))
            w->cookie = *kept ? kept : NULL;
        else
            w->cookie = apr_pstrcat(
                cx->pool, kept, *kept ? "; " : "",
                apr_pstrmemdup(cx->pool, field.val, strcspn(field.val, ";")),
                NULL);
    }
}

/* the answer to the sign-in page */
static inline mcp_oauth_exchange_t *signing_in(world_t *w, const char *query,
                                               const char *user,
                                               const char *password,
                                               mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, FORM,
                form_of(cx->pool, "transaction", transaction_of(w, query, cx),
                        "username", user, "password", password, NULL),
                cx);
    const mcp_error_t *e = mcp_oauth_authorize_handle(x, cx);

    if (e) {
        x->status = mcp_error_http(e);
        x->page = NULL;
    }
    cookie_keep(w, x, cx);
    return x;
}

/* the hidden field of the consent page */
static inline const char *flow_of(world_t *w, const char *query, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = signing_in(w, query, "ada", "lovelace", cx);

    return x->page ? text_in(x->page_values, "flow", cx) : NULL;
}

static inline mcp_oauth_exchange_t *
deciding(world_t *w, const char *flow, const char *decision, mcp_ctx_t *cx)
{
    return posting(w, FORM,
                   form_of(cx->pool, "flow", flow, "decision", decision, NULL),
                   cx);
}

/* all of it: a code */
static inline const char *code_for(world_t *w, const char *query,
                                   mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        deciding(w, flow_of(w, query, cx), "approve", cx);

    if (mcp_oauth_authorize_handle(x, cx))
        return NULL;
    return sent(header(x, "Location"), "code", cx);
}

/* the body of the token endpoint's answer, or "error STATUS NAME" */
static inline const char *token_post(world_t *w, const char *authorization,
                                     const char *body, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = posting(w, FORM, body, cx);
    const mcp_error_t *e;

    x->authorization = authorization;
    e = mcp_oauth_token_handle(x, cx);
    if (e)
        return apr_psprintf(cx->pool, "error %d %s", mcp_error_http(e),
                            mcp_error_oauth(e));
    return x->json;
}

static inline const char *redeem(world_t *w, const char *client,
                                 const char *code, mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "authorization_code",
                              "client_id", client, "code", code,
                              "redirect_uri", CALLBACK, "code_verifier",
                              VERIFIER, NULL),
                      cx);
}

static inline const char *refresh(world_t *w, const char *client,
                                  const char *token, const char *scope,
                                  mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "refresh_token",
                              "client_id", client, "refresh_token", token,
                              "scope", scope, NULL),
                      cx);
}

/* tokens of ada for the tasks, as the token endpoint answers */
static inline const char *tokens_for(world_t *w, const char *client,
                                     mcp_ctx_t *cx)
{
    return redeem(
        w, client,
        code_for(w,
                 authorize_query(client, CALLBACK, TASKS, "tasks:write", cx),
                 cx),
        cx);
}

#endif
