/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

/* Our forms: signing in and deciding. */

static void test_sign_in(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query = query_with(client, NULL, NULL, cx);
    mcp_oauth_exchange_t *x;
    const char *transaction = transaction_of(w, query, cx);

    ok(transaction && !has_text(transaction, "tasks"),
       "the sign-in page carries the request, sealed");
    x = signing_in(w, query, "ada", "wrong", cx);
    is(x->page, "signin", "a wrong password: the page again");
    ok(mcp_json_is_true(mcp_json_get(json_of(x->page_values, cx), "refused")),
       "saying so");
    is(text_in(x->page_values, "username", cx), "ada", "with the name");
    ok(!has_text(x->page_values, "wrong"), "without the password");
    ok(!header(x, "Set-Cookie"), "and no cookie");
    ok(has_text(tap_log, "sign-in of 'ada' from 192.0.2.1 failed") &&
           !has_text(tap_log, "wrong"),
       "it is logged, without the password");
    x = signing_in(w, query, "ada", "lovelace", cx);
    is(x->page, "consent", "the right one: the consent page");
    ok(has_text(header(x, "Set-Cookie"), "__Host-mcp-signin=") &&
           has_text(header(x, "Set-Cookie"),
                    "; Path=/; HttpOnly; SameSite=Lax; Secure"),
       "and a cookie that binds it to the browser");
    is(text_in(x->page_values, "account", cx), "ada", "naming the account");
    is(text_in(x->page_values, "client_name", cx), "Test <client>",
       "the client");
    is(text_in(x->page_values, "redirect_host", cx), "127.0.0.1:33418",
       "where the answer goes");
    ok(mcp_json_is_true(mcp_json_get(json_of(x->page_values, cx), "loopback")),
       "that this is on the user's computer");
    is(text_in(x->page_values, "resource_name", cx), "Tasks", "the service");
    ok(has_text(x->page_values, "[\"See your tasks\"]"),
       "and each scope in words");
    x = signing_in(w, query, "ada", "lovelace", cx);
    ok(!header(x, "Set-Cookie"), "a second tab keeps the cookie");
    ok(signing_in(w, query, "", "", cx)->page != NULL, "empty fields: again");
}

static void test_transaction(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query = query_with(client, NULL, NULL, cx);
    char *transaction = apr_pstrdup(cx->pool, transaction_of(w, query, cx));
    static const char *const bad[] = {"x", "1.", "1.AAAA", ".", "99.AAAA"};
    mcp_oauth_exchange_t *x;
    const char *body;
    apr_size_t i;

    for (i = 0; i < 5; i++)
        fails(mcp_oauth_authorize_handle(
                  posting(w, FORM,
                          form_of(cx->pool, "transaction", bad[i], "username",
                                  "ada", "password", "lovelace", NULL),
                          cx),
                  cx),
              MCP_E_INVALID_REQUEST, "a transaction that is not ours");
    body =
        form_of(cx->pool, "transaction", transaction, "cancel", "yes", NULL);
    x = posting(w, FORM, body, cx);
    fine(mcp_oauth_authorize_handle(x, cx), "cancelling the sign-in");
    is(sent(header(x, "Location"), "error", cx), "access_denied",
       "tells the client");
    pass_seconds(901);
    fails(mcp_oauth_authorize_handle(posting(w, FORM, body, cx), cx),
          MCP_E_INVALID_REQUEST, "a page that is too old");
    pass_seconds(-901);
    i = strlen(transaction) - 5;
    transaction[i] = transaction[i] == 'A' ? 'B' : 'A';
    fails(mcp_oauth_authorize_handle(
              posting(w, FORM,
                      form_of(cx->pool, "transaction", transaction, "decision",
                              "deny", NULL),
                      cx),
              cx),
          MCP_E_INVALID_REQUEST, "a transaction that was changed");
}

static const struct {
    const char *site;
    const char *origin;
    int allowed;
} origins[] = {
    {NULL, NULL, 1},
    {"same-origin", NULL, 1},
    {"none", NULL, 1},
    {"same-origin", "null", 1}, /* our pages send no referrer */
    {NULL, "null", 1},
    {"same-origin", ISSUER, 1},
    {"cross-site", NULL, 0},
    {"same-site", NULL, 0},
    {"cross-site", "null", 0},
    {NULL, "https://evil.example", 0},
    {"same-origin", "https://evil.example", 0},
    {NULL, ISSUER ".evil.example", 0},
    {NULL, "http://mcp.example.com", 0},
};

static void test_origins(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query = query_with(client, NULL, NULL, cx);
    apr_size_t i;

    for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        mcp_oauth_exchange_t *x =
            deciding(w, flow_of(w, query, cx), "approve", cx);
        const mcp_error_t *e;

        x->fetch_site = origins[i].site;
        x->origin = origins[i].origin;
        e = mcp_oauth_authorize_handle(x, cx);
        ok(origins[i].allowed ? !e : e && e->code == MCP_E_ACCESS_DENIED,
           "Sec-Fetch-Site %s, Origin %s: %s",
           origins[i].site ? origins[i].site : "-",
           origins[i].origin ? origins[i].origin : "-",
           origins[i].allowed ? "allowed" : "refused");
    }
    fails(
        mcp_oauth_authorize_handle(posting(w, "text/plain", "flow=x", cx), cx),
        MCP_E_MEDIA_TYPE, "a form of another type");
    fails(mcp_oauth_authorize_handle(posting(w, FORM, "x=y", cx), cx),
          MCP_E_INVALID_REQUEST, "a form that is not ours");
    fails(
        mcp_oauth_authorize_handle(posting(w, FORM, "flow=a&flow=b", cx), cx),
        MCP_E_INVALID_REQUEST, "a field twice");
}

static void test_decision(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query = query_with(client, NULL, NULL, cx), *flow, *cookie;
    mcp_oauth_exchange_t *x;

    flow = flow_of(w, query, cx);
    cookie = w->cookie;
    w->cookie = NULL;
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "without the browser's cookie: no");
    w->cookie = "__Host-mcp-signin=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                "A; x=y";
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "with that of another browser: no");
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "maybe", cx), cx),
          MCP_E_INVALID_REQUEST, "neither yes nor no");
    w->cookie = apr_pstrcat(cx->pool, "a=b; ", cookie, "; c=d", NULL);
    x = deciding(w, flow, "approve", cx);
    fine(mcp_oauth_authorize_handle(x, cx), "none of which used it up: yes");
    ok(x->status == 303, "D15: a decision is answered 303");
    ok(strlen(sent(header(x, "Location"), "code", cx)) == 43,
       "with a code of 256 bits");
    is(sent(header(x, "Location"), "state", cx), STATE, "the state");
    is(sent(header(x, "Location"), "iss", cx), ISSUER, "and the issuer");
    is(header(x, "Referrer-Policy"), "no-referrer", "which goes nowhere else");
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "a second decision: no");
    w->cookie = cookie;
    flow = flow_of(w, query, cx);
    x = deciding(w, flow, "deny", cx);
    fine(mcp_oauth_authorize_handle(x, cx), "deny");
    is(sent(header(x, "Location"), "error", cx), "access_denied",
       "is access_denied");
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "and final");
    flow = flow_of(w, query, cx);
    pass_seconds(901);
    fails(mcp_oauth_authorize_handle(deciding(w, flow, "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "too late: no");
    fails(mcp_oauth_authorize_handle(deciding(w, "x", "approve", cx), cx),
          MCP_E_INVALID_REQUEST, "an invented page: no");
}

static void test_custom_scheme(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *uri = "cursor://anysphere.cursor-mcp/oauth/callback";
    const char *query = query_with(client, "redirect_uri", uri, cx);
    mcp_oauth_exchange_t *x = signing_in(w, query, "ada", "lovelace", cx);

    is(text_in(x->page_values, "scheme", cx), "cursor",
       "the consent page says that an app of this device gets the answer");
    x = deciding(w, text_in(x->page_values, "flow", cx), "approve", cx);
    fine(mcp_oauth_authorize_handle(x, cx), "a custom scheme");
    ok(x->status == 200 && !header(x, "Location"), "D15: is left by a page");
    is(x->page, "leave", "with a link");
    ok(has_text(header(x, "Refresh"), "0; url=cursor://anysphere.cursor-mcp/"
                                      "oauth/callback?code="),
       "and Refresh");
    x = exchange(w, "GET", cx);
    x->query = apr_pstrcat(cx->pool, query, "prompt=none", NULL);
    fine(mcp_oauth_authorize_handle(x, cx), "an error before any form");
    ok(x->status == 303, "is a redirect there too");
}

/* An identity that httpd has found by itself. */
static void test_httpd_user(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const apr_array_header_t *arguments = w->idp.arguments;
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);
    const char *flow;

    w->idp.arguments = NULL;
    w->cookie = NULL;
    x->query = query_with(client, NULL, NULL, cx);
    faults(mcp_oauth_authorize_handle(x, cx), "AuthType",
           "httpd alone without a user is a fault that teaches");
    x->user = "grace";
    fine(mcp_oauth_authorize_handle(x, cx), "with one");
    is(x->page, "consent", "consent is asked at once");
    is(text_in(x->page_values, "account", cx), "grace", "of that user");
    ok(!header(x, "Set-Cookie"), "no cookie is needed");
    flow = text_in(x->page_values, "flow", cx);
    x = deciding(w, flow, "approve", cx);
    fails(mcp_oauth_authorize_handle(x, cx), MCP_E_ACCESS_DENIED,
          "nobody else may answer");
    x = deciding(w, flow, "approve", cx);
    x->user = "ada";
    fails(mcp_oauth_authorize_handle(x, cx), MCP_E_ACCESS_DENIED,
          "nor another user");
    x = deciding(w, flow, "approve", cx);
    x->user = "grace";
    fine(mcp_oauth_authorize_handle(x, cx), "the same user may");
    w->idp.arguments = arguments;
}

/* Guessing is slowed down by address; the user is never locked out. */
static void test_guessing(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const char *query = query_with(client, NULL, NULL, cx);
    int i, asked;

    pass_seconds(3600);
    w->address = "198.51.100.1";
    for (i = 0; i < 3; i++)
        is(signing_in(w, query, "ada", "guess", cx)->page, "signin",
           "a guess");
    asked = w->passwords;
    ok(signing_in(w, query, "ada", "lovelace", cx)->status == 429,
       "one too many from an address: it has to wait");
    ok(w->passwords == asked, "and the password is not even tried");
    ok(signing_in(w, query, "grace", "x", cx)->status == 429,
       "for other users too");
    w->address = "203.0.113.7";
    is(signing_in(w, query, "ada", "lovelace", cx)->page, "consent",
       "from a clean address the user still signs in");
    is(signing_in(w, query, "ada", "oops", cx)->page, "signin",
       "and may mistype");
    ok(signing_in(w, query, "ada", "oops", cx)->status == 429,
       "but now this address waits for this user");
    is(signing_in(w, query, "grace", "x", cx)->page, "signin",
       "though not for another");
    pass_seconds(3600);
    is(signing_in(w, query, "ada", "lovelace", cx)->page, "consent",
       "time heals");
    for (i = 0; i < 3; i++) {
        w->address = apr_psprintf(cx->pool, "2001:db8:1:2::%d", i + 1);
        signing_in(w, query, "ada", "guess", cx);
    }
    ok(signing_in(w, query, "ada", "guess", cx)->status == 429,
       "a /64 of IPv6 is one address");
    w->address = "192.0.2.1";
}

static void test_http(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;

    w->service.issuer = w->service.origin = "http://127.0.0.1:8080";
    fine(keys_open(&w->works.keys, w->directory,
                   list_of(cx->pool, ISSUER, "http://127.0.0.1:8080", NULL),
                   cx),
         "an issuer on http");
    w->cookie = NULL;
    pass_seconds(3600);
    x = signing_in(w, query_with(public_client(w, cx), NULL, NULL, cx), "ada",
                   "lovelace", cx);
    ok(!strncmp(header(x, "Set-Cookie"), "mcp-signin=", 11) &&
           !has_text(header(x, "Set-Cookie"), "Secure"),
       "has a cookie that http can have");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);

    test_sign_in(w, client, cx);
    test_transaction(w, client, cx);
    test_origins(w, client, cx);
    test_decision(w, client, cx);
    test_custom_scheme(w, client, cx);
    test_httpd_user(w, client, cx);
    test_guessing(w, client, cx);
    test_http(w, cx);
}

TAP_MAIN(test)
