/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "remote.h"

#include "base/form.h"
#include "net/exchange.h"
#include "oauth/visit.h"

/* The text is the query with which a browser comes back from a provider. Only
 * one that has the state of its visit gets anywhere, the provider is asked
 * with one code at most, and the browser is sent to the client, whose URL is
 * text that no quote or line ends. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STATE "the-state-of-this-visit"
#define REDIRECT_URI "https://app.example/cb"
#define COOKIE "0123456789012345678901234567890123456789012"

static int asked;

/* Every code is good. */
static void fetch(mcp_net_reply_t *reply, void *baton,
                  const mcp_net_request_t *request, mcp_ctx_t *cx)
{
    (void)baton;
    asked++;
    PROMISE(!strcmp(request->url, IDP "/token"));
    PROMISE(strstr(request->form, "grant_type=authorization_code"));
    PROMISE(!strpbrk(request->form, "\r\n\" <>"));
    mcp_net_fetch_judge(reply, request, 200, cx->pool);
    reply->content_type = "application/json";
    reply->body =
        apr_pstrcat(cx->pool, "{\"access_token\":\"at\",\"id_token\":\"",
                    signed_text("{\"iss\":\"" IDP "\",\"aud\":\"" CLIENT
                                "\",\"sub\":\"ada\",\"exp\":1800000300,"
                                "\"iat\":1800000000,\"nonce\":\"n\"}",
                                NULL, cx),
                    "\"}", NULL);
    reply->len = strlen(reply->body);
}

static void visit_put(const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    const mcp_oauth_request_t request = {.client_id = "a-client",
                                         .client_name = "App",
                                         .redirect_uri = REDIRECT_URI,
                                         .state = "s&t=1",
                                         .code_challenge = "challenge",
                                         .resource = ISSUER "/mcp",
                                         .scope = "",
                                         .max_age = -1};
    const mcp_oauth_visit_t visit = {
        &request,
        "fuzz",
        mcp_digest_text(COOKIE, cx->pool),
        1,
        {"https://mcp.example.com/oauth/callback", "n", "verifier"}};

    PROMISE(!mcp_oauth_visit_put(STATE, &visit, service, cx));
}

/* Where the browser goes. */
static void location_check(const char *location, mcp_ctx_t *cx)
{
    apr_table_t *fields;
    const char *c;

    PROMISE(!strncmp(location, REDIRECT_URI "?", sizeof(REDIRECT_URI)));
    for (c = location; *c; c++)
        PROMISE(*c > ' ' && *c < 127 && !strchr("\"<>\\^`{|}", *c));
    location += sizeof(REDIRECT_URI);
    PROMISE(!mcp_form_read(&fields, location, strlen(location), cx));
    PROMISE(!strcmp(apr_table_get(fields, "state"), "s&t=1"));
    PROMISE(!strcmp(apr_table_get(fields, "iss"), ISSUER));
    PROMISE(!apr_table_get(fields, "code") != !apr_table_get(fields, "error"));
    PROMISE(!apr_table_get(fields, "code") || asked == 1);
}

static const mcp_error_t *come(mcp_oauth_exchange_t *x, const char *query,
                               mcp_ctx_t *cx)
{
    x->query = query;
    x->cookie = "__Host-mcp-signin=" COOKIE;
    return mcp_oauth_callback_handle(x, cx);
}

static int has_state(const char *query, mcp_ctx_t *cx)
{
    apr_table_t *fields;
    const char *state;

    if (mcp_form_read(&fields, query, strlen(query), cx))
        return 0;
    state = apr_table_get(fields, "state");
    return state && !strcmp(state, STATE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const mcp_fetch_setting_t setting = {10, 3, NULL, NULL};
    static const mcp_net_fetcher_t fetcher = {fetch, NULL};
    mcp_ctx_t cx = target_begin();
    mcp_net_crowd_t crowd = {4, 0};
    mcp_oauth_service_t *service = remote_service(&cx);
    mcp_oauth_works_t *works = (mcp_oauth_works_t *)service->works;
    mcp_server_settings_t *settings =
        (mcp_server_settings_t *)service->settings;
    const char *query = apr_pstrmemdup(cx.pool, (const char *)data, size);
    mcp_oauth_exchange_t x = exchange_of(service, &cx);
    const mcp_error_t *e;

    settings->fetch = &setting;
    works->exchanges = mcp_net_exchange_make(&crowd, &fetcher, cx.pool);
    asked = 0;
    visit_put(service, &cx);
    e = come(&x, query, &cx);
    PROMISE((e == NULL) == has_state(query, &cx));
    if (e)
        PROMISE(e->code == MCP_E_INVALID_REQUEST && !asked);
    else
        location_check(apr_table_get(x.headers, "Location"), &cx);
    PROMISE(asked <= 1);
    if (!e) {
        x = exchange_of(service, &cx);
        e = come(&x, query, &cx);
        PROMISE(e && e->code == MCP_E_INVALID_REQUEST && asked <= 1);
    }
    target_end(&cx);
    return 0;
}
