/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/uri.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3986 2.2, 2.3 */
#define UNRESERVED_MARKS "-._~"
#define SUB_DELIMS "!$&'()*+,;="

static const struct {
    const char *scheme;
    int port;
} own_ports[] = {{"http", 80}, {"https", 443}};

/* -- the grammar of RFC 3986 appendix A; each takes a part and its length --
 */

/* unreserved, sub-delims, escapes, and more */
static int is_made_of(const char *s, apr_size_t len, const char *more)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (s[i] == '%') {
            if (len - i < 3 || !apr_isxdigit(s[i + 1]) ||
                !apr_isxdigit(s[i + 2]))
                return 0;
            i += 2;
        }
        else if (!s[i] || (!apr_isalnum(s[i]) &&
                           !strchr(UNRESERVED_MARKS SUB_DELIMS, s[i]) &&
                           !strchr(more, s[i]))) {
            return 0;
        }
    }
    return 1;
}

static int is_scheme(const char *s, apr_size_t len)
{
    apr_size_t i;

    if (!len || !apr_isalpha(s[0]))
        return 0;
    for (i = 1; i < len; i++)
        if (!apr_isalnum(s[i]) && !strchr("+-.", s[i]))
            return 0;
    return 1;
}

/* IP-literal without IPvFuture, which nothing speaks */
static int is_ip_literal(const char *host)
{
    char address[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    apr_size_t len = strlen(host);

    if (len < 2 || len - 2 >= sizeof(address) || host[len - 1] != ']')
        return 0;
    apr_cpystrn(address, host + 1, len - 1);
    return inet_pton(AF_INET6, address, bytes) == 1;
}

static int is_host(const char *host)
{
    return host[0] == '[' ? is_ip_literal(host)
                          : is_made_of(host, strlen(host), "");
}

/* -1 when it is not one. Stricter than the RFC: an empty port and leading
 * zeros are refused, so that one port has one spelling. */
static int port_read(const char *text)
{
    apr_size_t len = strspn(text, "0123456789");
    int port;

    if (!len || len > 5 || text[0] == '0' || text[len])
        return -1;
    port = atoi(text);
    return port <= 65535 ? port : -1;
}

/* -- reading -- */

static char *lower(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *copy = apr_pstrmemdup(pool, text, len), *c;

    for (c = copy; *c; c++)
        *c = (char)apr_tolower(*c);
    return copy;
}

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *part)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "The %s of a URI is malformed (RFC 3986).", part);
}

/* [ userinfo "@" ] host [ ":" port ] */
static const mcp_error_t *authority_read(mcp_uri_t *uri, const char *text,
                                         apr_size_t len, mcp_ctx_t *cx)
{
    const char *at = memchr(text, '@', len), *end = text + len, *colon;

    if (at) {
        if (!is_made_of(text, (apr_size_t)(at - text), ":"))
            return refuse(cx, "user information");
        uri->userinfo =
            apr_pstrmemdup(cx->pool, text, (apr_size_t)(at - text));
        text = at + 1;
    }
    /* an IPv6 literal has colons of its own */
    colon = text < end && *text == '['
                ? memchr(text, ']', (apr_size_t)(end - text))
                : text;
    colon = colon ? memchr(colon, ':', (apr_size_t)(end - colon)) : NULL;
    uri->host =
        lower(cx->pool, text, (apr_size_t)((colon ? colon : end) - text));
    if (!is_host(uri->host))
        return refuse(cx, "host");
    if (!colon)
        return NULL;
    uri->port = port_read(
        apr_pstrmemdup(cx->pool, colon + 1, (apr_size_t)(end - colon - 1)));
    return uri->port < 0 ? refuse(cx, "port") : NULL;
}

/* RFC 9110 4.2: a host is needed, and DNS has no name with an escape in it,
 * so one is there only to be read differently by two readers. */
static const mcp_error_t *web_check(const mcp_uri_t *uri, mcp_ctx_t *cx)
{
    if (mcp_uri_is_web(uri) &&
        (!uri->host || !*uri->host || strchr(uri->host, '%')))
        return refuse(cx, "host");
    return NULL;
}

/* path [ "?" query ] [ "#" fragment ] */
static const mcp_error_t *rest_read(mcp_uri_t *uri, const char *text,
                                    mcp_ctx_t *cx)
{
    const char *hash = strchr(text, '#');
    const char *end = hash ? hash : text + strlen(text);
    const char *mark = memchr(text, '?', (apr_size_t)(end - text));
    const char *path_end = mark ? mark : end;

    if (!is_made_of(text, (apr_size_t)(path_end - text), ":@/"))
        return refuse(cx, "path");
    uri->path = apr_pstrmemdup(cx->pool, text, (apr_size_t)(path_end - text));
    if (mark) {
        mark++;
        if (!is_made_of(mark, (apr_size_t)(end - mark), ":@/?"))
            return refuse(cx, "query");
        uri->query = apr_pstrmemdup(cx->pool, mark, (apr_size_t)(end - mark));
    }
    if (hash) {
        if (!is_made_of(hash + 1, strlen(hash + 1), ":@/?"))
            return refuse(cx, "fragment");
        uri->fragment = apr_pstrdup(cx->pool, hash + 1);
    }
    return NULL;
}

const mcp_error_t *mcp_uri_read(const mcp_uri_t **uri, const char *text,
                                mcp_ctx_t *cx)
{
    mcp_uri_t *u = apr_pcalloc(cx->pool, sizeof(*u));
    apr_size_t len;

    *uri = NULL;
    if (!text || strlen(text) > MCP_URI_MAX)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "A URI is missing or longer than %d bytes.",
                              MCP_URI_MAX);
    u->text = text = apr_pstrdup(cx->pool, text);
    len = strcspn(text, ":/?#");
    if (text[len] != ':' || !is_scheme(text, len))
        return refuse(cx, "scheme");
    u->scheme = lower(cx->pool, text, len);
    text += len + 1;
    if (text[0] == '/' && text[1] == '/') {
        text += 2;
        len = strcspn(text, "/?#");
        MCP_TRY(authority_read(u, text, len, cx));
        text += len;
    }
    MCP_TRY(web_check(u, cx));
    MCP_TRY(rest_read(u, text, cx));
    *uri = u;
    return NULL;
}

/* -- looking -- */

const char *mcp_uri_origin(const mcp_uri_t *uri, apr_pool_t *pool)
{
    const char *host = uri->host ? uri->host : "";
    apr_size_t i;

    for (i = 0; i < sizeof(own_ports) / sizeof(*own_ports); i++)
        if (uri->port == own_ports[i].port &&
            !strcmp(uri->scheme, own_ports[i].scheme))
            return apr_pstrcat(pool, uri->scheme, "://", host, NULL);
    if (!uri->port)
        return apr_pstrcat(pool, uri->scheme, "://", host, NULL);
    return apr_psprintf(pool, "%s://%s:%d", uri->scheme, host, uri->port);
}

int mcp_uri_is_loopback(const mcp_uri_t *uri)
{
    unsigned char bytes[sizeof(struct in_addr)];

    if (!uri->host)
        return 0;
    if (!strcmp(uri->host, "localhost") || !strcmp(uri->host, "[::1]"))
        return 1;
    return inet_pton(AF_INET, uri->host, bytes) == 1 && bytes[0] == 127;
}

int mcp_uri_is_web(const mcp_uri_t *uri)
{
    return !strcmp(uri->scheme, "http") || !strcmp(uri->scheme, "https");
}

/* How many dots a segment consists of, plain or escaped; 0 when it holds
 * anything else. */
static int count_dots(const char *s, apr_size_t len)
{
    int dots = 0;

    while (len) {
        apr_size_t step = s[0] == '.' ? 1 : 3;

        if (s[0] != '.' && (len < 3 || strncasecmp(s, "%2e", 3) != 0))
            return 0;
        dots++;
        s += step;
        len -= step;
    }
    return dots;
}

int mcp_uri_has_dots(const mcp_uri_t *uri)
{
    const char *s = uri->path;
    apr_size_t len;
    int dots;

    for (;;) {
        len = strcspn(s, "/");
        dots = count_dots(s, len);
        if (dots == 1 || dots == 2)
            return 1;
        if (!s[len])
            return 0;
        s += len + 1;
    }
}
