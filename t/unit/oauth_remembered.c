/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_asking.h"

/* When the consent page is left out. */

/* What the browser sees of a request in which ada is signed in. */
static const char *next(world_t *w, const mcp_oauth_request_t *request,
                        mcp_ctx_t *cx)
{
    return seen(asking(w, request, cx), cx);
}

/* ada signs in with an empty browser and answers the consent page. */
static mcp_oauth_exchange_t *answered(world_t *w,
                                      const mcp_oauth_request_t *request,
                                      const char *decision, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x;

    w->cookie = NULL;
    x = entering(w, asking(w, request, cx), "ada", cx);
    return strcmp(seen(x, cx), "consent") ? x : saying(w, x, decision, cx);
}

/* No two cases meet in the store: each has a client of its own. */
static mcp_oauth_request_t fresh(mcp_ctx_t *cx)
{
    static int count;
    mcp_oauth_request_t request = request_make();

    request.client_id =
        apr_psprintf(cx->pool, "https://claude.ai/%d.json", count++);
    return request;
}

/* -- for whom -- */

static const struct {
    const char *name;
    const char *host;
    int is_registered;
    const char *redirect_uri;
    int remembered;
} clients[] = {
    {"a client with a metadata document", "claude.ai", 0, WEB, 1},
    {"a client that the administrator registered", NULL, 1, WEB, 1},
    {"a client that registered itself", NULL, 0, WEB, 0},
    {"an application on this computer", "claude.ai", 0, CALLBACK, 0},
    {"also by name", "claude.ai", 0, "http://localhost/callback", 0},
    {"also with https", "claude.ai", 0, "https://127.0.0.1/cb", 0},
    {"also by IPv6", "claude.ai", 1, "http://[::1]:9/cb", 0},
    {"an app of this device", "claude.ai", 0, "cursor://x/cb", 0},
    {"one that the administrator registered", NULL, 1, "com.example.x:/cb", 0},
};

static void test_clients(world_t *w, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        mcp_oauth_request_t request = fresh(cx);
        const mcp_oauth_exchange_t *page;

        request.client_host = clients[i].host;
        request.is_registered = clients[i].is_registered;
        request.redirect_uri = clients[i].redirect_uri;
        w->cookie = NULL;
        page = entering(w, asking(w, &request, cx), "ada", cx);
        ok(says(page, "remembered", cx) == clients[i].remembered &&
               says(page, "certain", cx) == clients[i].remembered,
           "%s: the page says whether it is remembered", clients[i].name);
        saying(w, page, "approve", cx);
        is(next(w, &request, cx), clients[i].remembered ? "code" : "consent",
           clients[i].name);
        request.is_silent = 1;
        is(next(w, &request, cx),
           clients[i].remembered ? "code" : "consent_required",
           "and with prompt=none");
    }
}

/* -- what -- */

static const struct {
    const char *name;
    const char *scope; /* of the second request; NULL: that of the first */
    const char *client, *redirect_uri, *resource;
    int asks_consent;
    apr_int64_t after;
    const char *want;
} requests[] = {
    {"the same", NULL, NULL, NULL, NULL, 0, 0, "code"},
    {"less", "tasks:write", NULL, NULL, NULL, 0, 0, "code"},
    {"nothing", "", NULL, NULL, NULL, 0, 0, "code"},
    {"one more", "tasks:read tasks:write tasks:admin", NULL, NULL, NULL, 0, 0,
     "consent"},
    {"another one", "tasks:admin", NULL, NULL, NULL, 0, 0, "consent"},
    {"offline_access besides", "tasks:read offline_access", NULL, NULL, NULL,
     0, 0, "consent"},
    {"another client", NULL, "https://claude.ai/other.json", NULL, NULL, 0, 0,
     "consent"},
    {"another redirect URI of the client", NULL, NULL, WEB "/2", NULL, 0, 0,
     "consent"},
    {"another resource", "", NULL, NULL, WIKI, 0, 0, "consent"},
    {"prompt=consent", NULL, NULL, NULL, NULL, 1, 0, "consent"},
    {"nearly 90 days later", NULL, NULL, NULL, NULL, 0, 90 * 86400 - 1,
     "code"},
    {"90 days later", NULL, NULL, NULL, NULL, 0, 90 * 86400, "consent"},
    {"after the clock went back", NULL, NULL, NULL, NULL, 0, -60, "consent"},
};

static void test_requests(world_t *w, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        mcp_oauth_request_t request = fresh(cx);

        request.scope = "tasks:read tasks:write";
        answered(w, &request, "approve", cx);
        if (requests[i].scope)
            request.scope = requests[i].scope;
        if (requests[i].client)
            request.client_id = requests[i].client;
        if (requests[i].redirect_uri)
            request.redirect_uri = requests[i].redirect_uri;
        if (requests[i].resource)
            request.resource = requests[i].resource;
        request.asks_consent = requests[i].asks_consent;
        pass_seconds(requests[i].after);
        /* with the password, so that it is not the session that decides */
        w->cookie = NULL;
        is(seen(entering(w, asking(w, &request, cx), "ada", cx), cx),
           requests[i].want, requests[i].name);
        pass_seconds(-requests[i].after);
    }
}

/* -- what is no yes -- */

static void test_denial(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(cx);

    is(seen(answered(w, &request, "deny", cx), cx), "access_denied", "a no");
    is(seen(answered(w, &request, "deny", cx), cx), "access_denied",
       "is not remembered: the page comes again");
    is(seen(answered(w, &request, "approve", cx), cx), "code",
       "and the user may say yes");
    request.scope = "tasks:admin";
    is(seen(answered(w, &request, "deny", cx), cx), "access_denied",
       "a no to more");
    request.scope = "tasks:read";
    is(next(w, &request, cx), "signin",
       "(nobody is signed in after a mere no)");
    is(seen(answered(w, &request, NULL, cx), cx), "code",
       "takes nothing of the yes to less");
}

static void test_users(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(cx);
    mcp_oauth_exchange_t *x;

    answered(w, &request, "approve", cx);
    w->cookie = NULL;
    is(seen(entering(w, asking(w, &request, cx), "bob", cx), cx), "consent",
       "what ada allowed, bob did not");
    w->idp.issuer = "ldap";
    w->cookie = NULL;
    is(seen(entering(w, asking(w, &request, cx), "ada", cx), cx), "consent",
       "nor ada of another provider");
    w->idp.issuer = "httpd";
    x = answered(w, &request, NULL, cx);
    ok(!strcmp(seen(x, cx), "code") && session_set(x),
       "signing in to what was allowed begins a session too");
    ok(has_text(tap_log, "(remembered)"), "the log says why nobody was asked");
}

/* -- what the administrator says -- */

static void test_lifetime(world_t *w, mcp_ctx_t *cx)
{
    mcp_lifetime_t lifetime = w->lifetime;
    mcp_oauth_request_t request = fresh(cx);
    const mcp_oauth_exchange_t *page;

    answered(w, &request, "approve", cx);
    w->tasks_settings.lifetime = &lifetime;
    lifetime.consent = 0;
    is(next(w, &request, cx), "consent", "none: asked always");
    lifetime.consent = 3600;
    pass_seconds(3600);
    page = asking(w, &request, cx);
    is(seen(page, cx), "consent", "a shorter time counts at once");
    is(text_in(page->page_values, "remembered_for", cx), "1 hour",
       "and the page names it");
    lifetime.consent = 90 * 86400;
    is(next(w, &request, cx), "code", "and so does a longer one");
    lifetime.consent = MCP_UNLIMITED;
    request.asks_consent = 1;
    page = asking(w, &request, cx);
    ok(says(page, "remembered", cx) &&
           !text_in(page->page_values, "remembered_for", cx),
       "without a limit there is no time to name");
    pass_seconds(-3600);
    w->tasks_settings.lifetime = &w->lifetime;
}

static void test_consent_off(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_request_t request = fresh(cx);
    mcp_oauth_exchange_t *x;

    request.client_host = NULL;
    request.is_registered = request.skips_consent = 1;
    request.redirect_uri = CALLBACK;
    w->cookie = NULL;
    x = entering(w, asking(w, &request, cx), "ada", cx);
    is(seen(x, cx), "code", "Consent off: nobody is asked");
    ok(!session_set(x), "but the user, who approved nothing, stays not "
                        "signed in");
    request.asks_consent = 1;
    w->cookie = NULL;
    is(seen(entering(w, asking(w, &request, cx), "ada", cx), cx), "consent",
       "prompt=consent asks all the same");
}

/* -- who sees it -- */

static void test_frames(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *dest;
        const char *want;
    } rows[] = {{"document", "code"},
                {NULL, "code"},
                {"iframe", "consent"},
                {"empty", "consent"},
                {"image", "consent"}};
    mcp_oauth_request_t request = fresh(cx);
    apr_size_t i;

    answered(w, &request, "approve", cx);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mcp_oauth_exchange_t *x = exchange(w, "GET", cx);

        x->fetch_dest = rows[i].dest;
        fine(mcp_oauth_signin_start(x, &request, cx), "Sec-Fetch-Dest");
        is(seen(x, cx), rows[i].want,
           "a code without a page is for whole pages only");
    }
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_clients(w, cx);
    test_requests(w, cx);
    test_denial(w, cx);
    test_users(w, cx);
    test_lifetime(w, cx);
    test_consent_off(w, cx);
    test_frames(w, cx);
}

TAP_MAIN(test)
