/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_asking.h"

/* Browsers that stay signed in. The client is one for which consent is never
 * remembered, so every page is seen. */

static mcp_oauth_request_t unknown_client(void)
{
    mcp_oauth_request_t request = request_make();

    request.client_host = NULL;
    return request;
}

/* ada has signed in and approved in an empty browser; what that answered */
static mcp_oauth_exchange_t *approved(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();

    w->cookie = NULL;
    return saying(w, entering(w, asking(w, &request, cx), "ada", cx),
                  "approve", cx);
}

/* -- how it begins -- */

static void test_begins(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    mcp_oauth_exchange_t *x = asking(w, &request, cx);

    is(seen(x, cx), "signin", "nobody is signed in: the sign-in page");
    ok(!w->cookie, "which sets no cookie");
    ok(!session_set(answering(w, x, "username", "ada", "wrong", cx)),
       "a wrong password begins no session");
    x = entering(w, x, "ada", cx);
    ok(!strcmp(seen(x, cx), "consent") && !session_set(x),
       "a right one neither: it begins with the approval");
    ok(!says(x, "signed_in", cx) && says(x, "can_switch", cx),
       "there is nothing to sign out from, but the account can be another");
    ok(!session_set(saying(w, x, "deny", cx)), "a no begins none");
    x = approved(w, cx);
    is(seen(x, cx), "code", "a yes gives the code");
    ok(has_text(session_set(x), "; Path=/; HttpOnly; SameSite=Lax; Secure"),
       "and a session: Lax, for clients open the page from elsewhere");
    ok(!has_text(session_set(x), "ada") &&
           strcspn(strchr(session_set(x), '=') + 1, ";") == 43,
       "its cookie says nothing");
}

/* -- what it does -- */

static void test_spares(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    mcp_oauth_exchange_t *x;
    int passwords;

    approved(w, cx);
    passwords = w->passwords;
    x = asking(w, &request, cx);
    is(seen(x, cx), "consent", "signed in: no password, but consent");
    is(account_in(x, cx), "ada", "of whoever is signed in");
    ok(says(x, "signed_in", cx), "who can sign out there");
    ok(w->passwords == passwords, "no password was asked for");
    x = saying(w, x, "approve", cx);
    ok(!strcmp(seen(x, cx), "code") && !session_set(x),
       "a second approval lengthens nothing");
    request.resource = WIKI;
    request.scope = "";
    is(seen(asking(w, &request, cx), cx), "consent",
       "it holds for every location with the same provider");
}

static const struct {
    const char *name;
    int asks_sign_in, asks_consent, is_silent;
    apr_int64_t max_age, after;
    const char *want;
} rows[] = {
    {"no prompt", 0, 0, 0, -1, 60, "consent"},
    {"prompt=login", 1, 0, 0, -1, 60, "signin"},
    {"prompt=consent", 0, 1, 0, -1, 60, "consent"},
    {"prompt=none without a remembered consent", 0, 0, 1, -1, 60,
     "consent_required"},
    {"prompt=none login", 1, 0, 1, -1, 60, "login_required"},
    {"max_age not reached", 0, 0, 0, 61, 60, "consent"},
    {"max_age reached", 0, 0, 0, 60, 60, "consent"},
    {"max_age passed", 0, 0, 0, 59, 60, "signin"},
    {"max_age=0, at once", 0, 0, 0, 0, 0, "signin"},
    {"max_age passed, prompt=none", 0, 0, 1, 59, 60, "login_required"},
    {"nearly eight hours later", 0, 0, 0, -1, 8 * 3600 - 1, "consent"},
    {"eight hours later", 0, 0, 0, -1, 8 * 3600, "signin"},
    {"eight hours later, prompt=none", 0, 0, 1, -1, 8 * 3600,
     "login_required"},
    {"after the clock went back", 0, 0, 0, -1, -60, "signin"},
};

static void test_prompts(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        approved(w, cx);
        request.asks_sign_in = rows[i].asks_sign_in;
        request.asks_consent = rows[i].asks_consent;
        request.is_silent = rows[i].is_silent;
        request.max_age = rows[i].max_age;
        pass_seconds(rows[i].after);
        is(seen(asking(w, &request, cx), cx), rows[i].want, rows[i].name);
        pass_seconds(-rows[i].after);
    }
    w->cookie = NULL;
    request = unknown_client();
    request.is_silent = 1;
    is(seen(asking(w, &request, cx), cx), "login_required",
       "OpenID Connect 3.1.2.6: prompt=none, nobody is signed in");
}

/* -- where it does not hold -- */

static void test_bounds(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    mcp_lifetime_t lifetime = w->lifetime;
    const char *key = w->idp.key, *cookie;

    approved(w, cx);
    cookie = w->cookie;
    w->idp.key = "other";
    is(seen(asking(w, &request, cx), cx), "signin",
       "ada of one password file is not ada of another");
    w->idp.key = key;
    w->service.issuer = "https://other.example.com";
    is(seen(asking(w, &request, cx), cx), "signin", "nor at another issuer");
    w->service.issuer = ISSUER;
    w->cookie = "__Host-mcp-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                "A";
    is(seen(asking(w, &request, cx), cx), "signin", "an invented cookie");
    w->cookie = strstr(cookie, "__Host-mcp-session=") + strlen("__Host-");
    is(seen(asking(w, &request, cx), cx), "signin",
       "over https only with __Host-");
    w->cookie = apr_pstrcat(
        cx->pool,
        "__Host-mcp-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; "
        "__Host-mcp-session=x; ",
        cookie, NULL);
    is(seen(asking(w, &request, cx), cx), "consent",
       "one that somebody else planted beside it does no harm");
    lifetime.browser_session = 3600;
    w->wiki_settings.lifetime = &lifetime;
    request.resource = WIKI;
    request.scope = "";
    w->cookie = cookie;
    pass_seconds(3600);
    is(seen(asking(w, &request, cx), cx), "signin",
       "a location with a shorter lifetime asks earlier");
    request.resource = TASKS;
    is(seen(asking(w, &request, cx), cx), "consent", "the other one does not");
    pass_seconds(-3600);
    lifetime.browser_session = 0;
    w->tasks_settings.lifetime = &lifetime;
    is(seen(asking(w, &request, cx), cx), "signin", "none: asked each time");
    ok(!session_set(approved(w, cx)), "and no session begins");
    w->tasks_settings.lifetime = w->wiki_settings.lifetime = &w->lifetime;
}

/* -- how it ends -- */

static void test_sign_out(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    mcp_oauth_exchange_t *x, *waiting;
    const char *cookie;

    approved(w, cx);
    waiting = asking(w, &request, cx);
    x = asking(w, &request, cx);
    cookie = w->cookie;
    w->cookie = NULL;
    is(seen(saying(w, x, "sign-out", cx), cx), "error",
       "another browser signs nobody out");
    w->cookie = cookie;
    x = saying(w, x, "sign-out", cx);
    is(seen(x, cx), "signin", "signing out: the sign-in page comes");
    ok(says(x, "signed_out", cx), "and says so");
    ok(!w->cookie, "the browser loses its cookies");
    is(seen(saying(w, waiting, "approve", cx), cx), "error",
       "so that no page can be answered that still waits");
    w->cookie = cookie;
    is(seen(asking(w, &request, cx), cx), "signin",
       "whoever kept the cookie has nothing from it");
    w->cookie = NULL;
    is(seen(answering(w, x, "cancel", "yes", NULL, cx), cx), "access_denied",
       "who does not sign in again says no: the client hears it");
}

static void test_switch(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = unknown_client();
    mcp_oauth_exchange_t *x, *waiting;
    const char *cookie;

    approved(w, cx);
    cookie = w->cookie;
    waiting = asking(w, &request, cx);
    x = asking(w, &request, cx);
    x = saying(w, x, "switch", cx);
    ok(!strcmp(seen(x, cx), "signin") && !says(x, "signed_out", cx),
       "another account: the sign-in page");
    is(account_in(asking(w, &request, cx), cx), "ada",
       "until somebody else approves, nothing changes");
    x = entering(w, x, "bob", cx);
    is(account_in(x, cx), "bob", "the other one signs in");
    x = saying(w, x, "approve", cx);
    ok(session_set(x) != NULL, "and approves: the session is his");
    is(account_in(asking(w, &request, cx), cx), "bob", "from now on");
    is(seen(saying(w, waiting, "approve", cx), cx), "code",
       "the other tab is not disturbed: it named ada, and was ada's");
    w->cookie = cookie;
    is(seen(asking(w, &request, cx), cx), "signin",
       "the session that was replaced is gone");
}

/* -- httpd alone -- */

static void test_httpd(world_t *w, mcp_ctx_t *cx)
{
    const apr_array_header_t *arguments = w->idp.arguments;
    mcp_oauth_request_t request = unknown_client();
    mcp_oauth_exchange_t *x = exchange(w, "GET", cx), *y;
    const char *flow;

    w->idp.arguments = NULL;
    w->cookie = NULL;
    x->user = "grace";
    fine(mcp_oauth_signin_start(x, &request, cx), "httpd alone");
    ok(!says(x, "can_switch", cx),
       "cannot switch accounts: the page says why");
    flow = text_in(x->page_values, "flow", cx);
    y = deciding(w, flow, "switch", cx);
    y->user = "grace";
    fails(mcp_oauth_authorize_handle(y, cx), MCP_E_INVALID_REQUEST,
          "who asks for it all the same is told what to do");
    y = deciding(w, flow, "approve", cx);
    y->user = "grace";
    fine(mcp_oauth_authorize_handle(y, cx), "and the page is still good");
    ok(!session_set(y), "httpd asks each time: no session of ours");
    request.is_silent = 1;
    x = exchange(w, "GET", cx);
    x->user = "grace";
    fine(mcp_oauth_signin_start(x, &request, cx), "prompt=none");
    is(seen(x, cx), "consent_required", "httpd has signed the user in");
    w->idp.arguments = arguments;
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_begins(w, cx);
    test_spares(w, cx);
    test_prompts(w, cx);
    test_bounds(w, cx);
    test_sign_out(w, cx);
    test_switch(w, cx);
    test_httpd(w, cx);
    ok(has_text(tap_log, "MCP00701: 'ada' signed out"), "it is logged");
}

TAP_MAIN(test)
