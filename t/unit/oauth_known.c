/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/known.h"

#include "base/scope.h"

#include "oauth_world.h"

static const char *path_of(const world_t *w, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, w->directory, "/" MCP_KNOWN_FILE, NULL);
}

static const apr_array_header_t *services_of(const world_t *w,
                                             apr_pool_t *pool)
{
    apr_array_header_t *services =
        apr_array_make(pool, 1, sizeof(const mcp_oauth_service_t *));

    APR_ARRAY_PUSH(services, const mcp_oauth_service_t *) = &w->service;
    return services;
}

static void client_add(world_t *w, apr_pool_t *pool)
{
    mcp_client_setting_t *client = apr_pcalloc(pool, sizeof(*client));
    mcp_secret_setting_t *secret = apr_pcalloc(pool, sizeof(*secret));

    secret->text = "a secret of nobody else";
    secret->source = "file:web.secret";
    client->id = "web";
    client->label = "The web";
    client->secret = secret;
    w->settings.clients =
        apr_array_make(pool, 1, sizeof(const mcp_client_setting_t *));
    APR_ARRAY_PUSH(w->settings.clients, const mcp_client_setting_t *) = client;
    w->settings.audit_log = "|/usr/bin/logger --token=hidden";
    w->wiki.required = list_of(pool, "wiki:read", "wiki:write", NULL);
}

static void test_back(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_known_t written;
    const mcp_oauth_known_t *known;
    const mcp_oauth_service_t *service;
    const mcp_oauth_resource_t *wiki;
    const char *text;
    mcp_secret_setting_t password = {"a secret of nobody else",
                                     "file:/etc/redis.secret"};
    mcp_store_setting_t redis;

    memset(&redis, 0, sizeof(redis));
    memset(&written, 0, sizeof(written));
    written.written = 1800000000;
    redis.name = "redis";
    redis.url = "rediss://mcp@redis.example.com:6380/2";
    redis.host = "redis.example.com";
    redis.port = 6380;
    redis.db = 2;
    redis.tls = 1;
    redis.user = "mcp";
    redis.password = &password;
    redis.timeout = 300;
    written.store = &redis;
    written.ca_file = "/etc/ca.pem";
    written.sealing_key = "file:/etc/sealing.key";
    written.services = services_of(w, cx->pool);
    w->wiki_settings.auth_mode = MCP_MODE_RELAY;
    fine(mcp_oauth_known_read(&known, w->directory, &w->works, cx),
         "where nothing was written");
    ok(!known, "nothing is known");
    if (!fine(mcp_oauth_known_write(&written, w->directory, cx), "written") ||
        !fine(mcp_oauth_known_read(&known, w->directory, &w->works, cx),
              "read") ||
        !ok(known != NULL, "it is there"))
        return;
    ok(known->written == 1800000000, "when it was written");
    ok(!strcmp(known->store->name, "redis") &&
           !strcmp(known->store->url, redis.url) &&
           !strcmp(known->store->host, redis.host) && !known->store->path &&
           known->store->port == 6380 && known->store->db == 2 &&
           known->store->tls && !strcmp(known->store->user, "mcp") &&
           known->store->timeout == 300,
       "the store");
    is(known->store->password->source, "file:/etc/redis.secret",
       "where its password is");
    is(known->store->password->text, NULL, "which is not here");
    is(known->ca_file, "/etc/ca.pem", "whom it trusts");
    is(known->sealing_key, "file:/etc/sealing.key", "where the key is");
    is(known->sealing_key_before, NULL, "there was none before");
    ok(known->is_of_root == (geteuid() == 0), "whose the file is");
    service = APR_ARRAY_IDX(known->services, 0, const mcp_oauth_service_t *);
    is(service->issuer, ISSUER, "the issuer");
    ok(service->works == &w->works, "with what it works");
    is(APR_ARRAY_IDX(service->settings->clients, 0,
                     const mcp_client_setting_t *)
           ->label,
       "The web", "a client's name");
    is(service->settings->audit_log, "|", "of a pipe, that it is one");
    wiki = mcp_oauth_known_resource(known, WIKI);
    ok(wiki && mcp_oauth_service_relays(wiki) &&
           mcp_oauth_service_issues(mcp_oauth_known_resource(known, TASKS)),
       "whose tokens are its own");
    ok(wiki && wiki->settings->lifetime->grant == w->lifetime.grant &&
           wiki->settings->lifetime->registration == MCP_UNLIMITED,
       "lifetimes");
    ok(wiki && mcp_scope_has(wiki->required, "wiki:write"),
       "what its Require lines name");
    ok(!mcp_oauth_known_resource(known, ISSUER "/none"), "no other location");
    text = file_get(path_of(w, cx), cx->pool);
    ok(!strstr(text, "nobody else") && !strstr(text, "hidden"), "no secret");
    ok(mode_of(path_of(w, cx)) == MCP_KNOWN_MODE, "its mode");
}

static void test_bad(world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"", "an empty file"},
        {"{", "half a file"},
        {"{}", "another file"},
        {"{\"format\":\"mcp_oauth keys\",\"version\":1}", "the key file"},
        {"{\"format\":\"mcp_oauth service\",\"version\":2}", "a newer one"},
        {"{\"format\":\"mcp_oauth service\",\"version\":1}", "nothing in it"},
        {"{\"format\":\"mcp_oauth service\",\"version\":1,\"written\":1,"
         "\"store\":{\"name\":\"sqlite\"},\"issuers\":[{}]}",
         "an issuer without a name"},
        {"{\"format\":\"mcp_oauth service\",\"version\":1,\"written\":1,"
         "\"store\":{\"name\":\"sqlite\"},\"issuers\":[{\"issuer\":\"x\","
         "\"resources\":[{\"resource\":\"y\",\"required\":\"\\u0001\"}]}]}",
         "a scope that is none"},
        {"{\"format\":\"mcp_oauth service\",\"version\":1,\"written\":1,"
         "\"store\":{\"name\":\"sqlite\"},\"issuers\":[{\"issuer\":\"x\","
         "\"clients\":[{\"name\":\"y\"}]}]}",
         "a client without an id"},
    };
    const mcp_oauth_known_t *known;
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        file_put(path_of(w, cx), cases[i].text, strlen(cases[i].text));
        faults(mcp_oauth_known_read(&known, w->directory, &w->works, cx),
               "Restart httpd", cases[i].name);
        ok(!known, "nothing is known of it");
    }
    unlink(path_of(w, cx));
    ok(symlink("keys.json", path_of(w, cx)) == 0, "a link");
    faults(mcp_oauth_known_read(&known, w->directory, &w->works, cx),
           "Restart httpd", "is not followed");
}

static void test_unwritable(world_t *w, mcp_ctx_t *cx)
{
    mcp_store_setting_t sqlite;
    mcp_oauth_known_t written;

    memset(&sqlite, 0, sizeof(sqlite));
    sqlite.name = "sqlite";
    memset(&written, 0, sizeof(written));
    written.store = &sqlite;
    written.services = services_of(w, cx->pool);
    faults(mcp_oauth_known_write(&written, "/nonexistent", cx), "Check",
           "a directory that is not there");
}

static void body(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    client_add(w, cx->pool);
    test_back(w, cx);
    test_bad(w, cx);
    test_unwritable(w, cx);
}

TAP_MAIN(body)
