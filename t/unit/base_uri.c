/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/uri.h"

/* scheme|userinfo|host|port|path|query|fragment, absent parts as - */
static const char *shown(const mcp_uri_t *u, apr_pool_t *pool)
{
    const char *none = "-";

    return apr_psprintf(
        pool, "%s|%s|%s|%d|%s|%s|%s", u->scheme,
        u->userinfo ? u->userinfo : none, u->host ? u->host : none, u->port,
        u->path, u->query ? u->query : none, u->fragment ? u->fragment : none);
}

static const struct {
    const char *text, *parts;
} good[] = {
    {"https://example.com", "https|-|example.com|0||-|-"},
    {"https://example.com/", "https|-|example.com|0|/|-|-"},
    {"HTTPS://Example.COM:8443/A/b?C=d#E",
     "https|-|example.com|8443|/A/b|C=d|E"},
    {"http://u:p@h/", "http|u:p|h|0|/|-|-"},
    {"https://example.com?", "https|-|example.com|0|||-"},
    {"https://example.com#", "https|-|example.com|0||-|"},
    {"https://e/a%2Fb;c=1,2/@:?a/b?c#/?", "https|-|e|0|/a%2Fb;c=1,2/@:|a/b?c|/"
                                          "?"},
    {"http://127.0.0.1:33418/callback",
     "http|-|127.0.0.1|33418|/callback|-|-"},
    {"http://[::1]/cb", "http|-|[::1]|0|/cb|-|-"},
    {"http://[2001:DB8::1]:80", "http|-|[2001:db8::1]|80||-|-"},
    {"http://[::ffff:1.2.3.4]/", "http|-|[::ffff:1.2.3.4]|0|/|-|-"},
    {"https://e//b", "https|-|e|0|//b|-|-"},
    {"cursor://anysphere.cursor-retrieval/oauth/callback",
     "cursor|-|anysphere.cursor-retrieval|0|/oauth/callback|-|-"},
    {"com.example.app:/oauth2redirect",
     "com.example.app|-|-|0|/oauth2redirect|-|-"},
    {"app:///cb", "app|-||0|/cb|-|-"},
    {"claude://x", "claude|-|x|0||-|-"},
    {"urn:ietf:wg:oauth:2.0:oob", "urn|-|-|0|ietf:wg:oauth:2.0:oob|-|-"},
    {"a+b-c.1:x", "a+b-c.1|-|-|0|x|-|-"},
};

static const struct {
    const char *text, *name;
} bad[] = {
    {"", "nothing"},
    {"/path", "a relative reference"},
    {"//example.com/", "a reference without scheme"},
    {"example.com", "a host alone"},
    {"1a://x", "a scheme that begins with a digit"},
    {"ht_tp://x", "a scheme with an underscore"},
    {":x", "an empty scheme"},
    {"https:/x", "https without authority"},
    {"https:x", "https with a rootless path"},
    {"https://", "https without host"},
    {"https:///x", "https with an empty host"},
    {"https://@/x", "https with user information alone"},
    {"https://:80/x", "https with a port alone"},
    {"https://exa mple.com/", "a blank in the host"},
    {"https://example.com/a b", "a blank in the path"},
    {" https://example.com/", "a blank in front"},
    {"https://example.com/\n", "a line feed behind"},
    {"https://example.com\\@evil.example/", "a backslash"},
    {"https://example.com/a\\b", "a backslash in the path"},
    {"https://example.com/\xc3\xbc", "letters beyond ASCII"},
    {"https://ex\xc3\xa4mple.com/", "a host beyond ASCII"},
    {"https://example.com/\x7f", "a control character"},
    {"https://example.com/%", "a lone percent sign"},
    {"https://example.com/%2", "half an escape"},
    {"https://example.com/%2x", "an escape with another letter"},
    {"https://example.com/?%zz", "a bad escape in the query"},
    {"https://example.com/#%zz", "a bad escape in the fragment"},
    {"https://example.com/#a#b", "two fragments"},
    {"https://example.com/[x]", "brackets in the path"},
    {"https://example.com/<x>", "angle brackets"},
    {"https://example.com/\"", "a quote"},
    {"https://example.com/{x}", "braces"},
    {"https://example.com/a|b", "a bar"},
    {"https://a@b@c/", "two at signs"},
    {"https://example.com:/", "an empty port"},
    {"https://example.com:0/", "port 0"},
    {"https://example.com:080/", "a port with a leading zero"},
    {"https://example.com:65536/", "a port too large"},
    {"https://example.com:99999999999/", "a port much too large"},
    {"https://example.com:8a/", "a port with a letter"},
    {"https://example.com:-1/", "a negative port"},
    {"https://a:1:2/", "two ports"},
    {"https://%65xample.com/", "an escape in a host of the web"},
    {"http://[::1/", "an IPv6 literal cut short"},
    {"http://[::1]x/", "text behind an IPv6 literal"},
    {"http://[::g]/", "an IPv6 literal with another letter"},
    {"http://[]/", "an empty IPv6 literal"},
    {"http://[fe80::1%25eth0]/", "a zone identifier"},
    {"http://[v1.x]/", "a future IP literal"},
    {"http://::1/", "an IPv6 address without brackets"},
};

static const mcp_uri_t *uri(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *u;

    return mcp_uri_read(&u, text, cx) ? NULL : u;
}

static void check_reading(mcp_ctx_t *cx)
{
    const mcp_uri_t *u;
    char *text;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
        u = uri(good[i].text, cx);
        is(u ? shown(u, cx->pool) : NULL, good[i].parts,
           apr_pstrcat(cx->pool, "RFC 3986 3: ", good[i].text, NULL));
        is(u ? u->text : NULL, good[i].text, "its text is as written");
    }
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        fails(mcp_uri_read(&u, bad[i].text, cx), MCP_E_INVALID_REQUEST,
              apr_pstrcat(cx->pool, "refused: ", bad[i].name, NULL));
    fails(mcp_uri_read(&u, NULL, cx), MCP_E_INVALID_REQUEST,
          "refused: none at all");

    text = apr_palloc(cx->pool, MCP_URI_MAX + 2);
    memset(text, 'a', MCP_URI_MAX + 1);
    memcpy(text, "app:", 4);
    text[MCP_URI_MAX] = '\0';
    fine(mcp_uri_read(&u, text, cx), "2048 bytes are read");
    text[MCP_URI_MAX] = 'a';
    text[MCP_URI_MAX + 1] = '\0';
    fails(mcp_uri_read(&u, text, cx), MCP_E_INVALID_REQUEST, "2049 are not");
}

static void check_origin(mcp_ctx_t *cx)
{
    static const char *const cases[][2] = {
        {"https://Example.com/x", "https://example.com"},
        {"https://example.com:443/x", "https://example.com"},
        {"http://example.com:80", "http://example.com"},
        {"http://example.com:443/", "http://example.com:443"},
        {"https://u:p@example.com:8443/", "https://example.com:8443"},
        {"http://[::1]:3000/", "http://[::1]:3000"},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is(mcp_uri_origin(uri(cases[i][0], cx), cx->pool), cases[i][1],
           apr_pstrcat(cx->pool, "RFC 6454 6: origin of ", cases[i][0], NULL));
}

static void check_loopback(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        int loopback;
    } cases[] = {
        {"http://127.0.0.1/", 1},
        {"http://127.8.9.10:1/", 1},
        {"http://[::1]:5/", 1},
        {"http://LOCALHOST/", 1},
        {"http://127.0.0.1.evil.com/", 0},
        {"http://localhost.evil.com/", 0},
        {"http://128.0.0.1/", 0},
        {"http://127.1/", 0},
        {"http://0177.0.0.1/", 0},
        {"http://2130706433/", 0},
        {"http://[::2]/", 0},
        {"http://0.0.0.0/", 0},
        {"http://localhost./", 0},
        {"app:/localhost", 0},
        {"http://localhost@evil.com/", 0},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        ok(mcp_uri_is_loopback(uri(cases[i].text, cx)) == cases[i].loopback,
           "RFC 8252 7.3: %s is %s loopback", cases[i].text,
           cases[i].loopback ? "a" : "no");
}

static void check_dots(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        int dots;
    } cases[] = {
        {"https://e/a/../b", 1},   {"https://e/a/./b", 1},
        {"https://e/..", 1},       {"https://e/.", 1},
        {"https://e/%2e%2E/b", 1}, {"https://e/.%2e", 1},
        {"https://e/%2e", 1},      {"app:..", 1},
        {"https://e/...", 0},      {"https://e/a..b/", 0},
        {"https://e/.a/b.", 0},    {"https://e/%2f", 0},
        {"https://e/?/../", 0},    {"https://e", 0},
        {"https://e//", 0},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        ok(mcp_uri_has_dots(uri(cases[i].text, cx)) == cases[i].dots,
           "RFC 3986 5.2.4: %s has %s dot segments", cases[i].text,
           cases[i].dots ? "" : "no");
    ok(mcp_uri_is_web(uri("HTTP://e/", cx)) &&
           mcp_uri_is_web(uri("https://e/", cx)) &&
           !mcp_uri_is_web(uri("httpx://e/", cx)),
       "http and https are the web");
}

/* RFC 3986 5.4 */
static const struct {
    const char *reference, *base, *want;
} references[] = {
#define BASE "http://a/b/c/d;p?q"
    {"g:h", BASE, "g:h"},
    {"g", BASE, "http://a/b/c/g"},
    {"./g", BASE, "http://a/b/c/g"},
    {"g/", BASE, "http://a/b/c/g/"},
    {"/g", BASE, "http://a/g"},
    {"//g", BASE, "http://g"},
    {"?y", BASE, "http://a/b/c/d;p?y"},
    {"g?y", BASE, "http://a/b/c/g?y"},
    {"#s", BASE, "http://a/b/c/d;p?q#s"},
    {"g?y#s", BASE, "http://a/b/c/g?y#s"},
    {";x", BASE, "http://a/b/c/;x"},
    {"", BASE, "http://a/b/c/d;p?q"},
    {".", BASE, "http://a/b/c/"},
    {"..", BASE, "http://a/b/"},
    {"../g", BASE, "http://a/b/g"},
    {"../../../g", BASE, "http://a/g"},
    {"/./g", BASE, "http://a/g"},
    {"/../g", BASE, "http://a/g"},
    {"g.", BASE, "http://a/b/c/g."},
    {"..g", BASE, "http://a/b/c/..g"},
    {"./g/.", BASE, "http://a/b/c/g/"},
    {"g/../h", BASE, "http://a/b/c/h"},
    {"g;x=1/../y", BASE, "http://a/b/c/y"},
    {"g?y/../x", BASE, "http://a/b/c/g?y/../x"},
    {"http:g", BASE, "http:g"},
#undef BASE
    /* 5.2.3, and bases that are relative themselves */
    {"g", "http://a", "http://a/g"},
    {"#s", "urn:x:y", "urn:x:y#s"},
    {"g", "", "g"},
    {"../g", "a/b/c", "a/g"},
    {"#s", "a/b#t", "a/b#s"},
};

static void check_references(mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(references) / sizeof(*references); i++)
        is(mcp_uri_resolve(references[i].reference, references[i].base,
                           cx->pool),
           references[i].want,
           apr_psprintf(cx->pool, "RFC 3986 5.2: \"%s\" in \"%s\"",
                        references[i].reference, references[i].base));
}

static void body(mcp_ctx_t *cx)
{
    check_reading(cx);
    check_origin(cx);
    check_loopback(cx);
    check_dots(cx);
    check_references(cx);
}

TAP_MAIN(body)
