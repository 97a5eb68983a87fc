/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth_world.h"

#include "oauth/client.h"

static mcp_oauth_client_t a_client(mcp_oauth_client_method_t method,
                                   mcp_ctx_t *cx)
{
    mcp_oauth_client_t client;

    memset(&client, 0, sizeof(client));
    client.method = method;
    client.may_refresh = 1;
    client.redirect_uris = list_of(cx->pool, CALLBACK, "https://a/b", NULL);
    client.name = "N\xc3\xa4me";
    client.scope = "tasks:read";
    return client;
}

/* NULL when it is not known, for whatever reason */
static const mcp_oauth_client_t *found(const mcp_oauth_service_t *service,
                                       const char *id, mcp_ctx_t *cx)
{
    const mcp_oauth_client_t *client;

    return mcp_oauth_client_find(&client, service, id, cx) ? NULL : client;
}

static void test_round_trip(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t one = a_client(MCP_CLIENT_NONE, cx), two = one;
    const mcp_oauth_client_t *again;

    fine(mcp_oauth_client_make(&one, &w->service, cx), "a client is made");
    again = found(&w->service, one.id, cx);
    if (!ok(again != NULL, "and found by its id"))
        return;
    is(again->name, one.name, "with its name");
    is(again->scope, "tasks:read", "its scope");
    is(APR_ARRAY_IDX(again->redirect_uris, 1, char *), "https://a/b",
       "its redirect URIs");
    ok(again->redirect_uris->nelts == 2, "both");
    ok(again->may_refresh && again->method == MCP_CLIENT_NONE,
       "its grant types and method");
    ok(again->issued == one.issued && one.issued % 3600 == 0,
       "its issue time, to the hour");
    ok(!mcp_oauth_client_secret(again, &w->service, cx->pool),
       "a public client has no secret");
    fine(mcp_oauth_client_make(&two, &w->service, cx), "registered again");
    is(two.id, one.id, "the same public client has the same id");
    pass_seconds(3600);
    fine(mcp_oauth_client_make(&two, &w->service, cx), "an hour later");
    ok(strcmp(two.id, one.id) != 0, "it has another");
    ok(strspn(one.id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789-._~") == strlen(one.id),
       "an id needs no percent-encoding");
}

static void test_secret(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t one = a_client(MCP_CLIENT_BASIC, cx), two = one;
    const char *secret;

    fine(mcp_oauth_client_make(&one, &w->service, cx), "a confidential one");
    fine(mcp_oauth_client_make(&two, &w->service, cx), "and another");
    ok(strcmp(one.id, two.id) != 0, "never the same id twice");
    secret = mcp_oauth_client_secret(&one, &w->service, cx->pool);
    ok(secret && strlen(secret) == 43, "it has a secret of 256 bits");
    is(mcp_oauth_client_secret(found(&w->service, one.id, cx), &w->service,
                               cx->pool),
       secret, "which is derived from its id");
    ok(strcmp(mcp_oauth_client_secret(&two, &w->service, cx->pool), secret),
       "and not that of another");
}

/* Every single character matters. */
static void test_forged(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t one = a_client(MCP_CLIENT_NONE, cx);
    apr_size_t i, len, good = 0;
    mcp_oauth_service_t other = w->service;
    char *id, was;

    fine(mcp_oauth_client_make(&one, &w->service, cx), "an id to change");
    id = apr_pstrdup(cx->pool, one.id);
    len = strlen(id);
    for (i = 0; i < len; i++) {
        was = id[i];
        id[i] = was == 'A' ? 'B' : 'A';
        good += found(&w->service, id, cx) != NULL;
        id[i] = was;
    }
    ok(good == 0, "no id with one character changed is a client");
    for (i = 0, good = 0; i < len; i++)
        good += found(&w->service, apr_pstrmemdup(cx->pool, id, i), cx) !=
                NULL;
    ok(good == 0, "no truncated id is a client");
    ok(!found(&w->service, apr_pstrcat(cx->pool, id, "A", NULL), cx),
       "nor a longer one");
    other.issuer = "https://other.example.com";
    ok(!found(&other, id, cx), "nor one of another issuer");
    ok(found(&w->service, id, cx) != NULL, "the id itself still is");
}

static void test_strange(world_t *w, mcp_ctx_t *cx)
{
    static const char *const ids[] = {
        "",
        "client",
        "c1-",
        "c1-0.",
        "c1-1.",
        "c1-.AAAA",
        "c1-1.AA",
        "c1-99.AA",
        "c1-1.!!!",
        "c2-1.AAAA",
        "c1--1.AA",
        "c1-1",
        "c1-1.=",
        "c1-9999999.A",
        "c1-1.AAAA.AAAA",
        "https://claude.ai/oauth/claude-code-client-metadata",
    };
    char *huge = apr_palloc(cx->pool, 100001);
    apr_size_t i;

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        ok(!found(&w->service, ids[i], cx), "'%s' is not a client", ids[i]);
    ok(!found(&w->service, NULL, cx), "nor is none");
    memset(huge, 'A', 100000);
    memcpy(huge, "c1-1.", 5);
    huge[100000] = '\0';
    ok(!found(&w->service, huge, cx), "nor a huge one");
}

static void test_limits(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t one = a_client(MCP_CLIENT_NONE, cx);
    char *name = apr_palloc(cx->pool, 801);
    const mcp_error_t *e;

    memset(name, 'n', 800);
    name[800] = '\0';
    one.name = name;
    e = mcp_oauth_client_make(&one, &w->service, cx);
    fails(e, MCP_E_INVALID_METADATA, "more than fits into 1 KiB is refused");
    ok(e && has_text(mcp_error_text(e), "1024"), "naming the limit");
    one = a_client(MCP_CLIENT_NONE, cx);
    fine(mcp_oauth_client_make(&one, &w->service, cx), "one to grow old");
    w->lifetime.registration = 86400;
    pass_seconds(86400 - 3600);
    ok(found(&w->service, one.id, cx) != NULL,
       "a client lives as long as MCPLifetime registration says");
    pass_seconds(2 * 3600);
    ok(!found(&w->service, one.id, cx), "and no longer");
    w->lifetime.registration = MCP_UNLIMITED;
    ok(found(&w->service, one.id, cx) != NULL, "or for ever");
}

static void test_brief(mcp_ctx_t *cx)
{
    const char *longest = apr_psprintf(cx->pool, "%064d", 7);
    const char *longer = apr_psprintf(cx->pool, "c1-0.%060d", 7);
    const char *brief = mcp_oauth_client_brief(longer, cx->pool);

    is(mcp_oauth_client_brief("web", cx->pool), "web", "a short id is shown");
    is(mcp_oauth_client_brief(longest, cx->pool), longest,
       "so is one of 64 bytes");
    is(brief,
       apr_pstrcat(cx->pool, "c1-0.000000000000000~",
                   mcp_digest_text(longer, cx->pool), NULL),
       "of a longer one the beginning and the digest");
    is(mcp_oauth_client_brief(brief, cx->pool), brief,
       "which is its own brief form");
    is(mcp_oauth_client_brief(NULL, cx->pool), NULL, "none has none");
}

/* A restart forgets nobody: the keys are in their file. */
static void test_restart(world_t *w, mcp_ctx_t *cx)
{
    mcp_oauth_client_t one = a_client(MCP_CLIENT_NONE, cx);

    fine(mcp_oauth_client_make(&one, &w->service, cx), "before a restart");
    fine(keys_open(&w->works.keys, w->directory,
                   list_of(cx->pool, ISSUER, NULL), cx),
         "the keys are read again");
    ok(found(&w->service, one.id, cx) != NULL, "after it the client is known");
}

static void test(mcp_ctx_t *cx)
{
    world_t *w = world_make(cx);

    test_round_trip(w, cx);
    test_secret(w, cx);
    test_forged(w, cx);
    test_strange(w, cx);
    test_limits(w, cx);
    test_brief(cx);
    test_restart(w, cx);
}

TAP_MAIN(test)
