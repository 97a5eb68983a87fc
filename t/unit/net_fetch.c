/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/encode.h"
#include "net/curl.h"
#include "tap.h"

static const mcp_fetch_setting_t straight = {2, 1, NULL, NULL};
static const mcp_fetch_setting_t none = {2, 1, "", ""};
static const mcp_fetch_setting_t proxied = {2, 1, "http://127.0.0.1:9", NULL};

#define N "not one of https"

static const struct {
    const char *url;
    const char *fault;         /* of a stranger's, straight */
    const char *proxied_fault; /* through a proxy */
    const char *trusted_fault; /* of the administrator's */
} urls[] = {
    {"https://example.com/a", NULL, NULL, NULL},
    {"https://example.com:8443/a?b", NULL, NULL, NULL},
    {"HTTPS://example.com/a", NULL, NULL, NULL},
    {"https://127.0.0.1/a", NULL, "its host is an address", NULL},
    {"https://[::1]/a", NULL, "its host is an address", NULL},
    {"https://0x7f.1/a", NULL, "its host is an address", NULL},
    {"https://2130706433/a", NULL, "its host is an address", NULL},
    {"https://localhost/a", NULL, "its host is a name without", NULL},
    {"https://vault.internal/a", NULL, "its host is the name of a local",
     NULL},
    {"http://example.com/a", N, N, N},
    {"file:///etc/passwd", N, N, N},
    {"gopher://example.com/", N, N, N},
    {"example.com", N, N, N},
    {"", N, N, N},
    {"https://", N, N, N},
    {"https://a b/", N, N, N},
    {"https://example.com/\r\nX: y", N, N, N},
    {"https://me@example.com/", "user name", "user name", "user name"},
    {"https://me:pw@example.com/", "user name", "user name", "user name"},
    {"http://localhost/a", N, N, NULL},
    {"http://localhost:8080/a", N, N, NULL},
    {"http://127.0.0.1:8080/a", N, N, NULL},
    {"http://127.8.9.1/a", N, N, NULL},
    {"http://[::1]:8080/a", N, N, NULL},
    {"HTTP://LOCALHOST/a", N, N, NULL},
    {"http://localhost.example.com/a", N, N, N},
    {"http://127.0.0.1.example.com/a", N, N, N},
    {"http://10.0.0.1/a", N, N, N},
    {"http://me@localhost/", N, N, "user name"},
    {"ftp://localhost/", N, N, N},
};

static int is_fault(const char *got, const char *want)
{
    return want ? got && strstr(got, want) : !got;
}

static void test_urls(mcp_ctx_t *cx)
{
    mcp_net_request_t request = {NULL, 0, 100, NULL};
    const mcp_uri_t *uri;
    size_t i;

    for (i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        request.url = urls[i].url;
        request.is_trusted = 0;
        request.setting = i % 2 ? &straight : &none;
        ok(is_fault(mcp_net_fetch_fault(&uri, &request, cx), urls[i].fault),
           "'%s' straight", mcp_encode_log(urls[i].url, 80, cx->pool));
        ok(mcp_net_fetch_is_guarded(&request), "the guard judges addresses");
        request.setting = &proxied;
        ok(is_fault(mcp_net_fetch_fault(&uri, &request, cx),
                    urls[i].proxied_fault),
           "through a proxy");
        ok(!mcp_net_fetch_is_guarded(&request), "the proxy has to");
        request.is_trusted = 1;
        ok(is_fault(mcp_net_fetch_fault(&uri, &request, cx),
                    urls[i].trusted_fault),
           "of the administrator");
        ok(!mcp_net_fetch_is_guarded(&request), "nobody has to");
    }
}

static const struct {
    long status;
    mcp_net_outcome_t outcome;
} statuses[] = {
    {200, MCP_NET_OK},      {201, MCP_NET_REFUSED}, {204, MCP_NET_REFUSED},
    {206, MCP_NET_REFUSED}, {301, MCP_NET_REFUSED}, {302, MCP_NET_REFUSED},
    {304, MCP_NET_REFUSED}, {307, MCP_NET_REFUSED}, {400, MCP_NET_REFUSED},
    {401, MCP_NET_REFUSED}, {403, MCP_NET_REFUSED}, {404, MCP_NET_REFUSED},
    {408, MCP_NET_PASSED},  {410, MCP_NET_REFUSED}, {425, MCP_NET_PASSED},
    {429, MCP_NET_PASSED},  {451, MCP_NET_REFUSED}, {500, MCP_NET_PASSED},
    {502, MCP_NET_PASSED},  {503, MCP_NET_PASSED},  {504, MCP_NET_PASSED},
    {599, MCP_NET_PASSED},
};

static void test_statuses(mcp_ctx_t *cx)
{
    mcp_net_request_t request = {NULL, 0, 100, NULL};
    mcp_net_reply_t reply;
    size_t i;

    for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        memset(&reply, 0, sizeof(reply));
        mcp_net_fetch_judge(&reply, &request, statuses[i].status, cx->pool);
        ok(reply.status == statuses[i].status &&
               reply.outcome == statuses[i].outcome &&
               (reply.outcome == MCP_NET_OK) == !reply.why,
           "%ld is %s", statuses[i].status,
           statuses[i].outcome == MCP_NET_OK       ? "an answer"
           : statuses[i].outcome == MCP_NET_PASSED ? "a passing failure"
                                                   : "a lasting one");
    }
    memset(&reply, 0, sizeof(reply));
    reply.is_limited = 1;
    mcp_net_fetch_judge(&reply, &request, 403, cx->pool);
    ok(reply.outcome == MCP_NET_PASSED, "who limits us is asked again later");
    mcp_net_fetch_judge(&reply, &request, 200, cx->pool);
    ok(reply.outcome == MCP_NET_OK, "unless it answers");
    memset(&reply, 0, sizeof(reply));
    mcp_net_fetch_judge(&reply, &request, 302, cx->pool);
    ok(strstr(reply.why, "redirects are not followed") != NULL,
       "a redirect is called one");
}

/* To a proxy, our loopback is its own. */
static void test_proxy(mcp_ctx_t *cx)
{
    static const struct {
        const char *url;
        int is_straight; /* of the administrator's */
    } rows[] = {
        {"https://example.com/", 0}, {"https://10.0.0.1/", 0},
        {"https://localhost/", 1},   {"http://127.0.0.1:8080/", 1},
        {"https://[::1]:8443/", 1},  {"https://localhost.example/", 0},
    };
    mcp_net_request_t request = {NULL, 1, 100, &proxied};
    const mcp_uri_t *uri;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        request.url = rows[i].url;
        fine(mcp_uri_read(&uri, request.url, cx), request.url);
        request.setting = &proxied;
        request.is_trusted = 1;
        is(mcp_net_fetch_proxy(&request, uri),
           rows[i].is_straight ? "" : proxied.proxy, "is asked for through");
        request.is_trusted = 0;
        is(mcp_net_fetch_proxy(&request, uri), proxied.proxy, "strangers'");
        request.setting = &straight;
        is(mcp_net_fetch_proxy(&request, uri), "", "and without any");
    }
}

static void test_types(mcp_ctx_t *cx)
{
    char *large = apr_palloc(cx->pool, 201);

    memset(large, 'a', 200);
    large[200] = '\0';
    is(mcp_net_fetch_media_type("application/json", cx->pool),
       "application/json", "a media type");
    is(mcp_net_fetch_media_type("Application/JSON; charset=utf-8", cx->pool),
       "application/json", "in lower case, without parameters");
    is(mcp_net_fetch_media_type("text/html,application/json", cx->pool),
       "text/html", "of two the first one");
    is(mcp_net_fetch_media_type("", cx->pool), "", "an empty one");
    is(mcp_net_fetch_media_type(NULL, cx->pool), NULL, "none");
    is(mcp_net_fetch_media_type(large, cx->pool), NULL, "nor one too long");
}

/* -- curl itself, as far as it goes without a server -- */

static const char *resolve(const char *host, apr_pool_t *pool)
{
    (void)pool;
    return strcmp(host, "inside.example") ? NULL : "127.0.0.1,[::1]";
}

static void divert(struct sockaddr *address)
{
    (void)address;
    ok(0, "nothing is dialled");
}

static const mcp_net_dial_t dial = {resolve, divert};

static const struct {
    const char *url;
    const char *why;
} refused[] = {
    {"https://127.0.0.1:9/", "127.0.0.1, a loopback address"},
    {"https://[::1]:9/", "::1, a loopback address"},
    {"https://[::ffff:127.0.0.1]:9/", "an IPv4-mapped address"},
    {"https://2130706433:9/", "127.0.0.1, a loopback address"},
    {"https://0x7f.1:9/", "127.0.0.1, a loopback address"},
    {"https://017700000001:9/", "127.0.0.1, a loopback address"},
    {"https://0:9/", "0.0.0.0, an address of this network"},
    {"https://10.0.0.1:9/", "a private address"},
    {"https://169.254.169.254:9/", "a link-local address"},
    {"https://100.64.0.1:9/", "carrier"},
    {"https://[64:ff9b::7f00:1]:9/", "a NAT64 address"},
    {"https://[fe80::1]:9/", "a link-local address"},
    {"https://inside.example:9/", "a loopback address"},
    {"https://localhost:9/", "a loopback address"},
};

static void test_refused(const mcp_net_fetcher_t *fetcher, mcp_ctx_t *cx)
{
    mcp_net_request_t request = {NULL, 0, 100, &straight};
    mcp_net_reply_t reply;
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        request.url = refused[i].url;
        fetcher->fetch(&reply, fetcher->baton, &request, cx);
        if (!ok(reply.outcome == MCP_NET_PASSED &&
                    strstr(reply.why, refused[i].why),
                "%s is not dialled", refused[i].url))
            printf("# %s\n", reply.why);
    }
    request.url = "file:///etc/passwd";
    fetcher->fetch(&reply, fetcher->baton, &request, cx);
    ok(reply.outcome == MCP_NET_REFUSED, "no file is read");
}

/* A port that nobody listens on, if the guard lets it come to that. */
static void test_trusted(const mcp_net_fetcher_t *fetcher, mcp_ctx_t *cx)
{
    mcp_net_request_t request = {"https://127.0.0.1:9/", 1, 100, &straight};
    mcp_net_reply_t reply;

    fetcher->fetch(&reply, fetcher->baton, &request, cx);
    ok(reply.outcome == MCP_NET_PASSED &&
           !strstr(reply.why, "public addresses"),
       "the administrator's URL is dialled wherever it leads");
    request.is_trusted = 0;
    request.url = "https://example.com:9/";
    request.setting = &proxied;
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    fetcher->fetch(&reply, fetcher->baton, &request, cx);
    ok(reply.outcome == MCP_NET_PASSED && strstr(reply.why, "port 9"),
       "the proxy of MCPFetch is asked, not that of the environment");
}

static void test(mcp_ctx_t *cx)
{
    mcp_net_fetcher_t with, without;

    test_urls(cx);
    test_statuses(cx);
    test_proxy(cx);
    test_types(cx);
    fine(mcp_net_curl_make(&with, 2, &dial, cx), "curl, with a dial");
    test_refused(&with, cx);
    fine(mcp_net_curl_make(&without, 2, NULL, cx), "curl as it is");
    test_trusted(&without, cx);
}

TAP_MAIN(test)
