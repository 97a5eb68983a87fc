/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "oauth/redirect.h"

#define LONG_PATH 2048

/* fault: a word of it; NULL: may be registered */
static const struct {
    const char *uri;
    const char *fault;
} acceptable[] = {
    /* what real clients register */
    {"https://claude.ai/api/mcp/auth_callback", NULL},
    {"https://claude.com/api/mcp/auth_callback", NULL},
    {"https://chatgpt.com/connector/oauth/abc123", NULL},
    {"https://vscode.dev/redirect", NULL},
    {"https://global.consent.azure-apim.net/redirect/x-1", NULL},
    {"https://www.cursor.com/agents/mcp/oauth/callback", NULL},
    {"cursor://anysphere.cursor-mcp/oauth/callback", NULL},
    {"cursor://anysphere.cursor-retrieval/oauth/user-1/callback", NULL},
    {"vscode://vscode.github-authentication/did-authenticate", NULL},
    {"http://127.0.0.1:33418/", NULL},
    {"http://127.0.0.1/", NULL},
    {"http://127.0.0.1", NULL},
    {"http://localhost/callback", NULL},
    {"http://localhost:3118/callback", NULL},
    {"http://[::1]:8080/cb", NULL},
    {"http://[::1]/cb", NULL},
    {"http://127.1.2.3:9/cb", NULL},
    {"https://app.example.com:8443/cb?tenant=1", NULL},
    {"https://192.0.2.1/cb", NULL},
    {"https://localhost/cb", NULL},
    {"com.example.app:/oauth2redirect", NULL},
    {"com.example.app://callback", NULL},
    {"CURSOR://anysphere.cursor-mcp/oauth/callback", NULL},
    {"https://h.example/a%20b", NULL},
    {"https://h.example/...", NULL},
    /* http elsewhere */
    {"http://example.com/cb", "loopback"},
    {"http://192.168.1.10/cb", "loopback"},
    {"http://localhost.example.com/cb", "loopback"},
    {"http://127.0.0.1.example.com/cb", "loopback"},
    {"http://0.0.0.0/cb", "loopback"},
    {"http://[::]/cb", "loopback"},
    {"http://[::ffff:127.0.0.1]/cb", "loopback"},
    {"http://2130706433/cb", "loopback"},
    {"http://127.1/cb", "loopback"},
    {"http://localhost./cb", "loopback"},
    /* schemes that a browser runs or shows */
    {"javascript:alert(1)", "never"},
    {"JavaScript://x/%0aalert(1)", "never"},
    {"data:text/html,x", "never"},
    {"file:///etc/passwd", "never"},
    {"vbscript:x", "never"},
    {"blob:https://example.com/1", "never"},
    {"about:blank", "never"},
    {"view-source:https://example.com/", "never"},
    {"filesystem:https://example.com/x", "never"},
    {"ws://127.0.0.1/cb", "never"},
    {"intent://x#Intent;end", "fragment"},
    {"mailto:ada@example.com", "never"},
    /* schemes nobody allowed */
    {"evil://callback", "not allowed"},
    {"x:/cb", "not allowed"},
    {"vscode-evil://x", "not allowed"},
    {"cursor:", "nothing but"},
    {"cursor://", "nothing but"},
    /* parts that confuse */
    {"https://app.example.com/cb#frag", "fragment"},
    {"https://app.example.com/cb#", "fragment"},
    {"https://user@app.example.com/cb", "user information"},
    {"https://claude.ai:x@evil.example/cb", "user information"},
    {"https://claude.ai%40evil.example/cb", "absolute URI"},
    {"https://app.example.com/a/../cb", "dot segments"},
    {"https://app.example.com/./cb", "dot segments"},
    {"https://app.example.com/a/%2e%2E/cb", "dot segments"},
    {"https://app.example.com/a/.%2e", "dot segments"},
    {"cursor://x/../y", "dot segments"},
    {"https://exa$mple.com/cb", "unusual character"},
    {"https://*.example.com/cb", "unusual character"},
    {"https://a,b/cb", "unusual character"},
    /* what is not a URI */
    {"", "absolute URI"},
    {"/callback", "absolute URI"},
    {"//evil.example/cb", "absolute URI"},
    {"callback", "absolute URI"},
    {"https:", "absolute URI"},
    {"https:///cb", "absolute URI"},
    {"https://", "absolute URI"},
    {"https:app.example.com/cb", "absolute URI"},
    {"https://app.example.com/c b", "absolute URI"},
    {"https://app.example.com/c\tb", "absolute URI"},
    {"https://app.example.com/c\nb", "absolute URI"},
    {"https://app.example.com/\x01", "absolute URI"},
    {"https://app.example.com\\@evil.example/", "absolute URI"},
    {"https://app.example.com/\"><script>", "absolute URI"},
    {"https://\xc3\xa4.example/cb", "absolute URI"},
    {"https://app.example.com:0/cb", "absolute URI"},
    {"https://app.example.com:99999/cb", "absolute URI"},
    {"https://app.example.com:/cb", "absolute URI"},
    {"https://app.example.com:80a/cb", "absolute URI"},
    {"https://app.example.com/%zz", "absolute URI"},
    {"http://[::1/cb", "absolute URI"},
    {" https://app.example.com/cb", "absolute URI"},
};

static const struct {
    const char *registered;
    const char *asked;
    int match;
} matches[] = {
    {"https://a.example/cb", "https://a.example/cb", 1},
    {"https://a.example/cb", "https://a.example/cb/", 0},
    {"https://a.example/cb", "https://a.example/CB", 0},
    {"https://a.example/cb", "https://a.example/cb?x=1", 0},
    {"https://a.example/cb?x=1", "https://a.example/cb", 0},
    {"https://a.example/cb", "https://a.example:443/cb", 0},
    {"https://a.example/cb", "https://a.example:8443/cb", 0},
    {"https://a.example/cb", "https://A.example/cb", 0},
    {"https://a.example/cb", "http://a.example/cb", 0},
    {"https://a.example/cb", "https://a.example/cb#x", 0},
    {"https://a.example/cb", "https://a.example.evil/cb", 0},
    {"https://a.example/cb", "https://evil.a.example/cb", 0},
    {"https://a.example/a%2Fb", "https://a.example/a%2fb", 0},
    /* RFC 8252 7.3: the port of loopback http is free */
    {"http://127.0.0.1:33418/", "http://127.0.0.1:33418/", 1},
    {"http://127.0.0.1:33418/", "http://127.0.0.1:50000/", 1},
    {"http://127.0.0.1:33418/", "http://127.0.0.1/", 1},
    {"http://127.0.0.1/", "http://127.0.0.1:50000/", 1},
    {"http://localhost/callback", "http://localhost:3118/callback", 1},
    {"http://localhost:1/callback", "http://localhost:65535/callback", 1},
    {"http://[::1]/cb", "http://[::1]:7777/cb", 1},
    {"http://127.0.0.1/cb?a=b", "http://127.0.0.1:5/cb?a=b", 1},
    /* and nothing else is */
    {"http://127.0.0.1/", "http://127.0.0.1:50000", 0},
    {"http://127.0.0.1/", "http://localhost:50000/", 0},
    {"http://localhost/", "http://127.0.0.1/", 0},
    {"http://localhost/", "http://[::1]/", 0},
    {"http://127.0.0.1/", "http://127.0.0.2/", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1:5/cb/", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1:5/cb?x", 0},
    {"http://127.0.0.1/cb?a=b", "http://127.0.0.1:5/cb?a=c", 0},
    {"http://127.0.0.1/cb", "http://x@127.0.0.1:5/cb", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1:5/cb#x", 0},
    {"http://127.0.0.1/cb", "https://127.0.0.1/cb", 0},
    {"https://127.0.0.1/cb", "https://127.0.0.1:5/cb", 0},
    {"https://localhost/cb", "https://localhost:5/cb", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1:/cb", 0},
    {"http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", 0},
    {"cursor://a/cb", "cursor://a/cb", 1},
    {"cursor://a/cb", "cursor://a/cb2", 0},
    {"cursor://a/cb", "vscode://a/cb", 0},
    {"cursor://localhost/cb", "cursor://localhost:5/cb", 0},
};

static const struct {
    const char *uri;
    const char *name;
    const char *scheme;
    int is_web, is_loopback;
} described[] = {
    {"https://a.example/secret?x=y", "a.example", "https", 1, 0},
    {"https://a.example:8443/", "a.example:8443", "https", 1, 0},
    {"http://127.0.0.1:5/", "127.0.0.1:5", "http", 1, 1},
    {"http://localhost/", "localhost", "http", 1, 1},
    {"cursor://localhost/x", "cursor:", "cursor", 0, 0},
    {"no uri", "(malformed)", "", 0, 0},
};

#define ROWS(table) (sizeof(table) / sizeof(table[0]))

static void test_acceptable(mcp_ctx_t *cx)
{
    apr_array_header_t *schemes =
        apr_array_make(cx->pool, 2, sizeof(const char *));
    apr_size_t i;

    APR_ARRAY_PUSH(schemes, const char *) = "cursor";
    APR_ARRAY_PUSH(schemes, const char *) = "vscode";
    /* an administrator who allows it does not make it safe */
    APR_ARRAY_PUSH(schemes, const char *) = "javascript";
    for (i = 0; i < ROWS(acceptable); i++) {
        const char *fault =
            mcp_oauth_redirect_fault(acceptable[i].uri, schemes, cx);
        const char *want = acceptable[i].fault;

        if (!ok(want ? fault && strstr(fault, want) : !fault,
                "redirect URI row %d: %s", (int)i,
                want ? want : "may be registered"))
            printf("# %s: %s\n", acceptable[i].uri, fault ? fault : "fine");
    }
    ok(mcp_oauth_redirect_fault("cursor://x/y", NULL, cx) != NULL,
       "no custom scheme is allowed where none is configured");
}

static void test_long(mcp_ctx_t *cx)
{
    char *uri = apr_palloc(cx->pool, LONG_PATH + 64);

    strcpy(uri, "https://a.example/");
    memset(uri + 18, 'a', LONG_PATH - 18);
    uri[LONG_PATH] = '\0';
    ok(!mcp_oauth_redirect_fault(uri, NULL, cx), "2048 bytes are allowed");
    strcat(uri, "a");
    is(mcp_oauth_redirect_fault(uri, NULL, cx), "is longer than 2048 bytes",
       "2049 bytes are not");
}

static void test(mcp_ctx_t *cx)
{
    apr_size_t i;

    test_acceptable(cx);
    test_long(cx);
    for (i = 0; i < ROWS(matches); i++)
        ok(mcp_oauth_redirect_match(matches[i].registered, matches[i].asked,
                                    cx) == matches[i].match,
           "%s %s %s", matches[i].asked, matches[i].match ? "is" : "is not",
           matches[i].registered);
    for (i = 0; i < ROWS(described); i++) {
        mcp_oauth_redirect_t said =
            mcp_oauth_redirect_describe(described[i].uri, cx);

        is(said.name, described[i].name, "what people read of it");
        is(said.scheme, described[i].scheme, "its scheme");
        ok(said.is_web == described[i].is_web &&
               said.is_loopback == described[i].is_loopback,
           "web and loopback: %s", described[i].uri);
    }
}

TAP_MAIN(test)
