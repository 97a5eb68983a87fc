/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_world.h"

/* A good request in which one parameter is another one. */
static const char *query_with(const char *client, const char *name,
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

/* error: sent to the client; NULL: the sign-in page comes */
static const struct {
    const char *name;
    const char *value; /* NULL: left out */
    const char *error;
} redirected[] = {
    {"state", NULL, NULL},
    {"state", "", NULL},
    {"scope", NULL, NULL},
    {"scope", "", NULL},
    {"scope", "tasks:read bogus", NULL},
    {"scope", "tasks:write offline_access", NULL},
    {"prompt", "consent", NULL},
    {"prompt", "login consent", NULL},
    {"prompt", "nonesuch", NULL},
    {"response_mode", "query", NULL},
    {"resource", NULL, NULL},
    {"resource", WIKI, "invalid_scope"},
    {"nonce", "abc", NULL},
    {"unknown", "abc", NULL},
    {"response_type", NULL, "invalid_request"},
    {"response_type", "", "invalid_request"},
    {"response_type", "token", "unsupported_response_type"},
    {"response_type", "code token", "unsupported_response_type"},
    {"response_type", "id_token", "unsupported_response_type"},
    {"response_mode", "fragment", "invalid_request"},
    {"response_mode", "form_post", "invalid_request"},
    {"code_challenge", NULL, "invalid_request"},
    {"code_challenge", "", "invalid_request"},
    {"code_challenge", "short", "invalid_request"},
    {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw=cM",
     "invalid_request"},
    {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw cM",
     "invalid_request"},
    {"code_challenge_method", NULL, "invalid_request"},
    {"code_challenge_method", "plain", "invalid_request"},
    {"code_challenge_method", "s256", "invalid_request"},
    {"code_challenge_method", "S512", "invalid_request"},
    {"scope", "bogus", "invalid_scope"},
    {"scope", "a\"b", "invalid_scope"},
    {"scope", "wiki:read", "invalid_scope"},
    {"resource", "https://other.example/", "invalid_target"},
    {"resource", TASKS "/", "invalid_target"},
    {"resource", "tasks", "invalid_target"},
    {"prompt", "none", "login_required"},
    {"prompt", "login none", "login_required"},
    {"request", "eyJhbGciOiJub25lIn0..", "request_not_supported"},
    {"request_uri", "https://a/b", "request_uri_not_supported"},
};

static void test_redirected(world_t *w, const char *client, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
        mcp_oauth_exchange_t *x = exchange(w, "GET", cx);
        const char *value = redirected[i].value, *location;
        const char *name = apr_psprintf(cx->pool, "%s=%s", redirected[i].name,
                                        value ? value : "(left out)");

        x->query = query_with(client, redirected[i].name, value, cx);
        fine(mcp_oauth_authorize_handle(x, cx), name);
        location = header(x, "Location");
        if (!redirected[i].error) {
            ok(x->status == 200 && !location, "signs in");
            is(x->page, "signin", "on our page");
            continue;
        }
        ok(x->status == 303, "is answered by a redirect");
        is(sent(location, "error", cx), redirected[i].error,
           redirected[i].error);
        ok(!strncmp(location, CALLBACK "?", strlen(CALLBACK) + 1),
           "to the redirect URI");
        is(sent(location, "state", cx), STATE, "with the state");
        is(sent(location, "iss", cx), ISSUER, "RFC 9207: and the issuer");
        ok(sent(location, "error_description", cx) != NULL, "saying why");
        ok(!sent(location, "code", cx), "without a code");
        is(header(x, "Cache-Control"), "no-store", "kept by no cache");
    }
}

/* RFC 6749 4.1.2.1: never to an address that may be an attacker's. */
static void test_page_errors(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"redirect_uri", NULL},
        {"redirect_uri", ""},
        {"redirect_uri", "https://evil.example/cb"},
        {"redirect_uri", "http://127.0.0.1:33418/other"},
        {"redirect_uri", "http://localhost:33418/cb"},
        {"redirect_uri", "https://claude.ai/api/mcp/auth_callback/"},
        {"redirect_uri", "javascript:alert(1)"},
        {"redirect_uri", "no uri"},
        {"client_id", ""},
    };
    static const char *const more[] = {
        "&state=again", "&scope=x",
        "&client_id=x", "&code_challenge=x",
        "&bad=%zz",     "&bad=%00",
        "&bad=%ff",     "&redirect_uri=x",
        "&=x",          "&response_type=code",
    };
    mcp_oauth_exchange_t *x;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        x = exchange(w, "GET", cx);
        x->query = query_with(client, rows[i].name, rows[i].value, cx);
        fails(mcp_oauth_authorize_handle(x, cx), MCP_E_INVALID_REQUEST,
              apr_psprintf(cx->pool, "%s=%s is told to people", rows[i].name,
                           rows[i].value ? rows[i].value : "(left out)"));
        ok(!header(x, "Location"), "and not redirected");
    }
    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        x = exchange(w, "GET", cx);
        x->query = apr_pstrcat(
            cx->pool,
            authorize_query(client, CALLBACK, TASKS, "tasks:read", cx),
            more[i], NULL);
        fails(mcp_oauth_authorize_handle(x, cx), MCP_E_INVALID_REQUEST,
              apr_psprintf(cx->pool, "%s is told to people", more[i]));
        ok(!header(x, "Location"), "and not redirected");
    }
}

static void test_resources(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);
    const char *query = query_with(client, "resource", NULL, cx);

    x->query = apr_pstrcat(cx->pool, query, "resource=", TASKS,
                           "&resource=", TASKS, NULL);
    fine(mcp_oauth_authorize_handle(x, cx), "RFC 8707: one resource twice");
    is(x->page, "signin", "is one resource");
    x = exchange(w, "GET", cx);
    x->query = apr_pstrcat(cx->pool, query, "resource=", TASKS,
                           "&resource=", WIKI, NULL);
    fine(mcp_oauth_authorize_handle(x, cx), "two resources");
    is(sent(header(x, "Location"), "error", cx), "invalid_target",
       "are too many for one token");
    w->service.root = NULL;
    x = exchange(w, "GET", cx);
    x->query = query;
    fine(mcp_oauth_authorize_handle(x, cx), "none, where there are several");
    is(sent(header(x, "Location"), "error", cx), "invalid_target",
       "is one too few");
    w->service.root = &w->tasks;
}

static void test_unknown_client(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query_with("c1-1.AAAA", NULL, NULL, cx);
    fine(mcp_oauth_authorize_handle(x, cx), "an unknown client");
    ok(x->status == 400 && !header(x, "Location"), "is 400, no redirect");
    is(x->page, "unregistered", "with a page that says what to do");
    is(header(x, "Link"),
       "<" ISSUER "/oauth/register>; "
       "rel=\"http://oauth.net/core/2.1/#registration\"",
       "and a link to where clients register");
}

static void test_one_redirect_uri(world_t *w, mcp_ctx_t *cx)
{
    const char *client =
        text_in(client_register(w,
                                "{\"redirect_uris\":[\"" CALLBACK "\"],"
                                "\"token_endpoint_auth_method\":\"none\"}",
                                cx),
                "client_id", cx);
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

    x->query = query_with(client, "redirect_uri", NULL, cx);
    fine(mcp_oauth_authorize_handle(x, cx), "no redirect_uri, one registered");
    is(x->page, "signin", "RFC 6749 3.1.2.3: that one is meant");
    x = exchange(w, "GET", cx);
    x->query = query_with(client, "redirect_uri", "http://127.0.0.1:5/cb", cx);
    fine(mcp_oauth_authorize_handle(x, cx), "another port of loopback");
    is(x->page, "signin", "RFC 8252 7.3: is the same");
}

static void test_provider(world_t *w, const char *client, mcp_ctx_t *cx)
{
    const apr_array_header_t *idps = w->tasks_settings.idps;
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx);
    const mcp_error_t *e;

    x->query = query_with(client, NULL, NULL, cx);
    w->tasks_settings.idps = NULL;
    e = mcp_oauth_authorize_handle(x, cx);
    faults(e, "MCPIdentityProvider",
           "no identity provider is a fault that "
           "says what to write");
    w->tasks_settings.idps = (apr_array_header_t *)idps;
}

/* -- the forms -- */

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
                    "; Path=/; HttpOnly; SameSite=Strict; Secure"),
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
    body = form_of(cx->pool, "transaction", transaction, "decision", "deny",
                   NULL);
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

static void test_http(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;

    (void)client;
    w->service.issuer = w->service.origin = "http://127.0.0.1:8080";
    fine(mcp_jose_keyring_open(
             &w->works.keys, w->directory,
             list_of(cx->pool, ISSUER, "http://127.0.0.1:8080", NULL), cx),
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

    test_redirected(w, client, cx);
    test_page_errors(w, client, cx);
    test_resources(w, client, cx);
    test_unknown_client(w, cx);
    test_one_redirect_uri(w, cx);
    test_provider(w, client, cx);
    test_sign_in(w, client, cx);
    test_transaction(w, client, cx);
    test_origins(w, client, cx);
    test_decision(w, client, cx);
    test_custom_scheme(w, client, cx);
    test_httpd_user(w, client, cx);
    test_guessing(w, client, cx);
    test_http(w, client, cx);
}

TAP_MAIN(test)
