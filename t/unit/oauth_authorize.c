/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

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
    {"prompt", "select_account", NULL},
    {"max_age", "60", NULL},
    {"max_age", "0", NULL},
    {"max_age", "", NULL},
    {"max_age", "-1", "invalid_request"},
    {"max_age", "1h", "invalid_request"},
    {"max_age", "1234567890", "invalid_request"},
    {"prompt", "consent none", "login_required"},
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
        "&client_id=x",      "&client_id=",    "&client%5fid=x",
        "&redirect_uri=x",   "&redirect_uri=", "&%72edirect_uri=x",
        "&redirect_uri=%ff", "&client_id=%zz",
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

/* RFC 6749 3.1, 4.1.2.1: what is malformed elsewhere goes to the client. */
static void test_malformed(world_t *w, const char *client, mcp_ctx_t *cx)
{
    static const char *const more[] = {
        "&scope=x",
        "&response_type=code",
        "&code_challenge=x",
        "&bad=%zz",
        "&bad=%00",
        "&bad=%ff",
        "&=x",
        "&x=1&x=2",
    };
    const char *query =
        authorize_query(client, CALLBACK, TASKS, "tasks:read", cx);
    mcp_oauth_exchange_t *x;
    apr_size_t i;

    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        x = exchange(w, "GET", cx);
        x->query = apr_pstrcat(cx->pool, query, more[i], NULL);
        fine(mcp_oauth_authorize_handle(x, cx), more[i]);
        is(sent(header(x, "Location"), "error", cx), "invalid_request",
           "is told to the client");
        is(sent(header(x, "Location"), "state", cx), STATE, "with the state");
    }
    x = exchange(w, "GET", cx);
    x->query = apr_pstrcat(cx->pool, query, "&state=other", NULL);
    fine(mcp_oauth_authorize_handle(x, cx), "state twice");
    is(sent(header(x, "Location"), "error", cx), "invalid_request", "too");
    ok(!sent(header(x, "Location"), "state", cx), "with neither of them");
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

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);
    const char *client = public_client(w, cx);

    test_redirected(w, client, cx);
    test_page_errors(w, client, cx);
    test_malformed(w, client, cx);
    test_resources(w, client, cx);
    test_unknown_client(w, cx);
    test_one_redirect_uri(w, cx);
    test_provider(w, client, cx);
}

TAP_MAIN(test)
