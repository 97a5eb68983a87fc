/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_remote.h"

/* A sign-in at a provider elsewhere, from our page to tokens of ours. */

static const char *query_of(const char *client, mcp_ctx_t *cx)
{
    return authorize_query(client, CALLBACK, TASKS, "tasks:write", cx);
}

/* "code", the error that the client is sent, or the status and what is read */
static const char *outcome(const mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const char *location = header(x, "Location");

    if (!location)
        return apr_psprintf(cx->pool, "%d %s", x->status, x->page);
    if (strncmp(location, CALLBACK, sizeof(CALLBACK) - 1) != 0)
        return "elsewhere";
    if (!sent(location, "state", cx) ||
        strcmp(sent(location, "state", cx), STATE) != 0 ||
        strcmp(sent(location, "iss", cx), ISSUER) != 0)
        return "without state or iss";
    return sent(location, "code", cx) ? "code" : sent(location, "error", cx);
}

static const char *came(world_t *w, const char *client, const char *name,
                        const char *value, mcp_ctx_t *cx)
{
    const mcp_oauth_exchange_t *left = leaving(w, query_of(client, cx), cx);
    const char *state = sent(header(left, "Location"), "state", cx);

    return outcome(
        arriving(w, form_of(cx->pool, name, value, "state", state, NULL), cx),
        cx);
}

static void test_way(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x = leaving(w, query_of(client, cx), cx);
    const char *location = header(x, "Location"), *code, *json, *seen;
    mcp_oauth_grant_t *grant;

    ok(!strncmp(location, IDP "/authorize?", sizeof(IDP) + 10),
       "after our page the browser goes to the provider");
    is(sent(location, "client_id", cx), IDP_CLIENT, "as our client");
    is(sent(location, "redirect_uri", cx), ISSUER "/oauth/callback",
       "to come back to us");
    is(sent(location, "code_challenge_method", cx), "S256", "with PKCE");
    ok(strcmp(sent(location, "code_challenge", cx), CHALLENGE) != 0 &&
           strcmp(sent(location, "state", cx), STATE) != 0,
       "of our own; the client's values stay here");
    x = arriving(w, arrival(x, cx), cx);
    is(outcome(x, cx), "code", "it comes back, and the client gets a code");
    code = sent(header(x, "Location"), "code", cx);
    ok(!has_text(header(x, "Location"), "theirs"), "of ours");
    json = redeem(w, client, code, cx);
    is(principal_in(w, json, cx)->subject, "ada", "it is good for ada");
    is(principal_in(w, json, cx)->issuer, IDP, "of that provider");
    is(principal_in(w, json, cx)->email, "ada@example.com", "known by that");
    grant = grant_in(w, json, cx);
    seen = apr_pstrcat(cx->pool, json, grant->upstream, header(x, "Location"),
                       NULL);
    ok(!has_text(seen, "at-0-1") && !has_text(seen, "rt-0-1"),
       "the provider's tokens are nowhere to be read");
    ok(!has_text(tap_log, "at-0-1") && !has_text(tap_log, "rt-0-1") &&
           !has_text(tap_audit, "rt-0-1"),
       "nor in a log");
}

/* -- when it does not come to that -- */

static const struct {
    const char *name;
    const char *said; /* error at the callback */
    const char *want;
} errors[] = {
    {"who cancels there", "access_denied", "access_denied"},
    {"a provider that is busy", "temporarily_unavailable",
     "temporarily_unavailable"},
    {"a provider with a fault", "server_error", NULL},
    {"a scope that it does not know", "invalid_scope", "server_error"},
    {"a client that it does not know", "unauthorized_client", "server_error"},
    {"a word that nobody knows", "<script>", "server_error"},
};

static void test_errors(world_t *w, const char *client, mcp_ctx_t *cx)
{
    apr_size_t i;

    op.signed_in = 0;
    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        const char *got = came(w, client, "error", errors[i].said, cx);

        *tap_audit = '\0';
        if (errors[i].want)
            is(got, errors[i].want, errors[i].name);
        else
            ok(!strcmp(got, "server_error") ||
                   !strcmp(got, "temporarily_unavailable"),
               "%s", errors[i].name);
    }
    is(came(w, client, "code", NULL, cx), "server_error",
       "neither a code nor an error");
    ok(op.signed_in == 0, "nothing was exchanged");
}

static void test_down(world_t *w, const char *client, mcp_ctx_t *cx)
{
    op.is_forged = 1;
    is(came(w, client, "code", "c", cx), "server_error",
       "an id_token that a stranger signed");
    op_behave();
    remote_network(w, cx);
    op.is_down = 1;
    is(outcome(leaving(w, query_of(client, cx), cx), cx),
       "temporarily_unavailable", "a provider that is down");
    op_behave();
    remote_network(w, cx);
    is(came(w, client, "code", "c", cx), "code", "and up again");
}

/* -- our page -- */

static void test_page(world_t *w, const char *client, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *page, *x;
    const char *own, *transaction;

    w->cookie = NULL;
    page = exchange(w, "GET", cx);
    page->query = query_of(client, cx);
    fine(mcp_oauth_authorize_handle(page, cx), "a page of ours");
    cookie_keep(w, page, cx);
    is(page->page, "consent", "asks before anybody signs in");
    transaction = text_in(page->page_values, "transaction", cx);
    own = w->cookie;
    w->cookie = NULL;
    x = posting(w, FORM,
                form_of(cx->pool, "transaction", transaction, "provider",
                        IDP_LABEL, "decision", "approve", NULL),
                cx);
    fails(mcp_oauth_authorize_handle(x, cx), MCP_E_INVALID_REQUEST,
          "a yes from another browser is none");
    w->cookie = own;
    x = posting(w, FORM,
                form_of(cx->pool, "transaction", transaction, "provider",
                        "Nobody", "decision", "approve", NULL),
                cx);
    fails(mcp_oauth_authorize_handle(x, cx), MCP_E_INVALID_REQUEST,
          "nor is one for a provider that is not there");
    x = posting(w, FORM,
                form_of(cx->pool, "transaction", transaction, "decision",
                        "deny", NULL),
                cx);
    fine(mcp_oauth_authorize_handle(x, cx), "a no");
    is(outcome(x, cx), "access_denied", "goes to the client");

    x = exchange(w, "GET", cx);
    x->query =
        apr_pstrcat(cx->pool, query_of(client, cx), "&prompt=none", NULL);
    fine(mcp_oauth_authorize_handle(x, cx), "prompt=none");
    is(outcome(x, cx), "login_required", "shows and asks nobody");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = remote_world(cx);
    const char *client = public_client(w, cx);

    test_way(w, client, cx);
    test_errors(w, client, cx);
    test_down(w, client, cx);
    test_page(w, client, cx);
}

TAP_MAIN(test)
