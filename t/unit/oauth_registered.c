/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_journey.h"

#include "oauth/budget.h"
#include "oauth/client_grant.h"
#include "oauth/registered.h"
#include "oauth/revoke.h"
#include "oauth/verify.h"

/* Clients of the configuration, what they are granted, who is denied, and who
 * may register. */

static const mcp_secret_setting_t secret = {"a-secret-of-some-length", "x"};

static mcp_client_setting_t *client_add(world_t *w, const char *id, int grants,
                                        mcp_ctx_t *cx)
{
    mcp_client_setting_t *setting = apr_pcalloc(cx->pool, sizeof(*setting));

    if (!w->settings.clients)
        w->settings.clients = apr_array_make(cx->pool, 4, sizeof(setting));
    setting->id = id;
    setting->grants = grants;
    APR_ARRAY_PUSH(w->settings.clients, mcp_client_setting_t *) = setting;
    return setting;
}

static void clients_make(world_t *w, mcp_ctx_t *cx)
{
    mcp_client_setting_t *setting;

    setting = client_add(w, "app", MCP_GRANTS_CODE | MCP_GRANTS_REFRESH, cx);
    setting->redirect_uris = list_of(cx->pool, "myapp:/cb", CALLBACK, NULL);
    setting->label = "The app";
    setting = client_add(w, "job", MCP_GRANTS_CLIENT, cx);
    setting->secret = &secret;
    setting->scopes = list_of(cx->pool, "tasks:write", NULL);
    setting = client_add(w, "once", MCP_GRANTS_CODE, cx);
    setting->redirect_uris = list_of(cx->pool, CALLBACK, NULL);
    setting->scopes = list_of(cx->pool, "tasks:read", NULL);
    setting->consent = MCP_CONSENT_OFF;
}

static const mcp_oauth_client_t *find(world_t *w, const char *id,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;

    fine(mcp_oauth_client_find(&client, &w->service, id, cx), "looked for");
    return client;
}

static void test_find(world_t *w, mcp_ctx_t *cx)
{
    static const char *const unknown[] = {"App", "ap",    "app ", " app",
                                          "",    "app\n", "apps"};
    const mcp_oauth_client_t *client = find(w, "app", cx);
    apr_size_t i;

    if (!ok(client != NULL, "a client of the configuration"))
        return;
    is(client->name, "The app", "goes by its label");
    ok(client->redirect_uris->nelts == 2, "with its redirect URIs");
    ok(client->method == MCP_CLIENT_NONE && client->may_refresh,
       "is public without a secret");
    ok(!mcp_oauth_client_secret(client, &w->service, cx->pool), "has none");
    ok(mcp_oauth_client_may(client, MCP_GRANTS_CODE) &&
           !mcp_oauth_client_may(client, MCP_GRANTS_CLIENT),
       "and may what Grants say");
    client = find(w, "job", cx);
    is(client->name, "job", "without a label by its id");
    ok(client->method == MCP_CLIENT_BASIC && !client->may_refresh,
       "with a secret it is confidential");
    is(mcp_oauth_client_secret(client, &w->service, cx->pool), secret.text,
       "with that secret");
    is(client->scope, "tasks:write", "and its scopes");
    for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        ok(!find(w, unknown[i], cx), "'%s' is not its id", unknown[i]);
    ok(mcp_oauth_registered_has(&w->service, MCP_GRANTS_CLIENT),
       "some may use client_credentials");
}

/* -- client_credentials -- */

static const char *own_token(world_t *w, const char *scope,
                             const char *resource, mcp_ctx_t *cx)
{
    return token_post(w, NULL,
                      form_of(cx->pool, "grant_type", "client_credentials",
                              "client_id", "job", "client_secret", secret.text,
                              "scope", scope, "resource", resource, NULL),
                      cx);
}

static const mcp_principal_t *
principal_of(const char *json, const mcp_oauth_resource_t *at, mcp_ctx_t *cx)
{
    const mcp_principal_t *who = NULL;
    const char *token = text_in(json, "access_token", cx);

    if (!token ||
        verify_header(&who, apr_pstrcat(cx->pool, "Bearer ", token, NULL), at,
                      cx))
        return NULL;
    return who;
}

static void test_own(world_t *w, mcp_ctx_t *cx)
{
    const char *json = own_token(w, NULL, TASKS, cx);
    const mcp_principal_t *who = principal_of(json, &w->tasks, cx);
    const char *grant;
    int was_there;

    if (!ok(who != NULL, "RFC 6749 4.4: a client gets a token for itself"))
        return;
    is(who->subject, "job", "RFC 9068 2.2: it is the subject");
    is(who->user, "client:job", "no user is called like it");
    is(who->issuer, ISSUER, "whom this server vouches for");
    is(who->client, "job", "and the client");
    ok(!text_in(json, "refresh_token", cx), "RFC 6749 4.4.3: none to refresh");
    is(text_in(json, "scope", cx), "tasks:write tasks:read",
       "with its scopes and what they include");
    ok(!principal_of(json, &w->wiki, cx), "for one resource");
    grant = apr_pstrdup(cx->pool, who->grant);
    is(text_in(own_token(w, "tasks:read offline_access", TASKS, cx), "scope",
               cx),
       "tasks:read", "less if it asks for less, and never offline");
    is(own_token(w, "tasks:admin", TASKS, cx), "error 400 invalid_scope",
       "and never more");
    who = principal_of(own_token(w, NULL, NULL, cx), &w->tasks, cx);
    ok(who && !strcmp(who->grant, grant),
       "the same grant again, for the resource of the root");
    pass_seconds(86401);
    who = principal_of(own_token(w, NULL, TASKS, cx), &w->tasks, cx);
    ok(who && strcmp(who->grant, grant) != 0, "after a day another one");
    grant = apr_pstrdup(cx->pool, who->grant);
    fine(mcp_oauth_revoke_grant(&was_there, grant, &w->works, cx),
         "that is revoked");
    ok(!principal_of(json, &w->tasks, cx), "ends its tokens");
    who = principal_of(own_token(w, NULL, TASKS, cx), &w->tasks, cx);
    ok(who && strcmp(who->grant, grant) != 0, "the client can go on");
}

static void test_may(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *name, *client, *secret, *type, *want;
    } rows[] = {
        {"a public client", "app", NULL, "client_credentials",
         "error 400 unauthorized_client"},
        {"a wrong secret", "job", "x", "client_credentials",
         "error 401 invalid_client"},
        {"no secret", "job", NULL, "client_credentials",
         "error 401 invalid_client"},
        {"no users", "job", "a-secret-of-some-length", "authorization_code",
         "error 400 unauthorized_client"},
        {"no refresh", "once", NULL, "refresh_token",
         "error 400 unauthorized_client"},
        {"a public client's secret", "app", "a-secret-of-some-length",
         "client_credentials", "error 401 invalid_client"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        is(token_post(w, NULL,
                      form_of(cx->pool, "grant_type", rows[i].type,
                              "client_id", rows[i].client, "client_secret",
                              rows[i].secret, NULL),
                      cx),
           rows[i].want, rows[i].name);
}

/* -- denied -- */

static void test_denied(world_t *w, mcp_ctx_t *cx)
{
    const char *id = public_client(w, cx);
    const char *json = tokens_for(w, id, cx);
    const char *other = tokens_for(w, "app", cx);
    const mcp_record_t *record;
    unsigned char key[MCP_DIGEST_SIZE];

    ok(principal_of(json, &w->tasks, cx) != NULL, "a client that is at work");
    fine(mcp_oauth_client_deny(id, &w->works, cx), "is denied");
    ok(!find(w, id, cx), "and unknown");
    ok(!principal_of(json, &w->tasks, cx), "its token ends");
    is(refresh(w, id, text_in(json, "refresh_token", cx), NULL, cx),
       "error 401 invalid_client", "it cannot refresh");
    ok(principal_of(other, &w->tasks, cx) != NULL, "others go on");
    fine(mcp_oauth_client_deny("app", &w->works, cx), "one of those is, too");
    ok(!find(w, "app", cx) && !principal_of(other, &w->tasks, cx),
       "although the configuration names it");
    fine(mcp_oauth_client_deny("app", &w->works, cx), "denied twice");
    fine(
        mcp_oauth_client_deny("https://app.example.com/c.json", &w->works, cx),
        "one by URL");
    ok(!find(w, "https://app.example.com/c.json", cx),
       "whose document nobody fetches");
    pass_seconds(APR_INT64_C(100) * 365 * 86400);
    mcp_store_purge(w->works.store, cx);
    ok(!find(w, "app", cx), "for ever");
    mcp_digest_sha256(key, "app", 3);
    fine(mcp_store_get(&record, w->works.store, MCP_RECORD_DENIED, key, cx),
         "the record");
    ok(record && has_text(apr_pstrmemdup(cx->pool, record->value, record->len),
                          "{\"client_id\":\"app\",\"denied\":"),
       "says whom and when");
}

/* -- who may register -- */

static const char *registering(world_t *w, const char *authorization,
                               mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t *x =
        posting(w, "application/json",
                "{\"redirect_uris\":[\"" CALLBACK "\"],"
                "\"token_endpoint_auth_method\":\"none\"}",
                cx);
    const char *challenge;
    const mcp_error_t *e;

    x->authorization = authorization;
    e = mcp_oauth_register_handle(x, cx);
    challenge = header(x, "WWW-Authenticate");
    if (!e)
        return apr_psprintf(cx->pool, "%d", x->status);
    return apr_psprintf(cx->pool, "%d %s%s%s", mcp_error_http(e),
                        mcp_error_oauth(e), challenge ? " " : "",
                        challenge ? challenge : "");
}

static void test_policy(world_t *w, mcp_ctx_t *cx)
{
    mcp_registration_setting_t set = {MCP_REGISTRATION_OPEN, NULL};
    static const struct {
        const char *name, *authorization, *want;
    } rows[] = {
        {"RFC 7591 3: no token", NULL,
         "401 invalid_token Bearer realm=\"registration\""},
        {"another scheme", "Basic a-secret-of-some-length",
         "401 invalid_token Bearer realm=\"registration\""},
        {"a wrong one", "Bearer x",
         "401 invalid_token Bearer realm=\"registration\", "
         "error=\"invalid_token\""},
        {"an empty one", "Bearer ",
         "401 invalid_token Bearer realm=\"registration\", "
         "error=\"invalid_token\""},
        {"the token", "Bearer a-secret-of-some-length", "201"},
        {"RFC 9110 11.1: any case", "bEARER a-secret-of-some-length", "201"},
    };
    apr_size_t i;

    w->settings.registration = &set;
    is(registering(w, NULL, cx), "201", "open: anybody registers");
    set.mode = MCP_REGISTRATION_CLOSED;
    is(registering(w, NULL, cx), "404 invalid_request", "closed: nobody");
    ok(!mcp_oauth_service_registers(&w->service), "and that is known");
    set.mode = MCP_REGISTRATION_TOKEN;
    set.token = &secret;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        is(registering(w, rows[i].authorization, cx), rows[i].want,
           rows[i].name);
    w->settings.registration = NULL;
}

static void test_budget(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *name, *address, *want;
    } rows[] = {
        {"one address", "192.0.2.7", "201"},
        {"the same", "192.0.2.7", "201"},
        {"the same once more", "192.0.2.7", "429 temporarily_unavailable"},
        {"its neighbour", "192.0.2.8", "201"},
        {"IPv6", "2001:db8:1:2::1", "201"},
        {"the same /64", "2001:db8:1:2:ffff::1", "201"},
        {"the same /64 again", "2001:0db8:1:2:3:4:5:6",
         "429 temporarily_unavailable"},
        {"another /64", "2001:db8:1:3::1", "201"},
        {"no address", NULL, "201"},
    };
    apr_size_t i;

    w->limit.registrations.count = 2;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        w->address = rows[i].address;
        is(registering(w, NULL, cx), rows[i].want, rows[i].name);
    }
    w->address = "192.0.2.7";
    pass_seconds(2 * 3600);
    is(registering(w, NULL, cx), "201", "after two hours there is room");
}

static void body(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    ok(!mcp_oauth_registered_has(&w->service, MCP_GRANTS_CODE),
       "no client is configured");
    is(own_token(w, NULL, TASKS, cx), "error 400 unsupported_grant_type",
       "RFC 8414 2: then client_credentials is not supported");
    clients_make(w, cx);
    test_find(w, cx);
    test_own(w, cx);
    test_may(w, cx);
    test_policy(w, cx);
    test_budget(w, cx);
    test_denied(w, cx);
}

TAP_MAIN(body)
