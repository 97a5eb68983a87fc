/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/redirect.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"

/* A browser runs or shows these itself: never, whatever is configured. */
static const char *const never[] = {
    "javascript", "data",       "file",        "vbscript", "blob",
    "about",      "filesystem", "view-source", "ws",       "wss",
    "ftp",        "intent",     "jar",         "mailto",   "tel",
};

static int is_never(const char *scheme)
{
    apr_size_t i;

    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (!strcmp(never[i], scheme))
            return 1;
    return 0;
}

static int is_allowed(const char *scheme, const apr_array_header_t *schemes)
{
    int i;

    for (i = 0; schemes && i < schemes->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(schemes, i, const char *), scheme))
            return 1;
    /* the reverse name of a domain that its owner has: RFC 8252 7.1 */
    return strchr(scheme, '.') != NULL;
}

/* RFC 3986 lets a host hold characters that browsers read as something
 * else. */
static int is_plain_host(const char *host)
{
    if (*host == '[')
        return 1;
    for (; *host; host++)
        if (!apr_isalnum(*host) && !strchr("-._", *host))
            return 0;
    return 1;
}

static const char *web_fault(const mcp_uri_t *uri)
{
    if (!is_plain_host(uri->host))
        return "has an unusual character in its host";
    if (!strcmp(uri->scheme, "http") && !mcp_uri_is_loopback(uri))
        return "uses http, which is for loopback addresses only; use https";
    return NULL;
}

static const char *custom_fault(const mcp_uri_t *uri,
                                const apr_array_header_t *schemes)
{
    if (is_never(uri->scheme))
        return "has a scheme that is never allowed";
    if (!is_allowed(uri->scheme, schemes))
        return "has a scheme that is not allowed here";
    if (!(uri->host && *uri->host) && !*uri->path)
        return "is nothing but a scheme";
    return NULL;
}

const char *mcp_oauth_redirect_fault(const char *uri,
                                     const apr_array_header_t *schemes,
                                     mcp_ctx_t *cx)
{
    const mcp_uri_t *read;

    if (strlen(uri) > MCP_REDIRECT_MAX)
        return "is longer than " APR_STRINGIFY(MCP_REDIRECT_MAX) " bytes";
    if (mcp_uri_read(&read, uri, cx))
        return "is not an absolute URI";
    if (read->fragment)
        return "has a fragment";
    if (read->userinfo)
        return "has user information";
    if (mcp_uri_has_dots(read))
        return "has dot segments in its path";
    return mcp_uri_is_web(read) ? web_fault(read)
                                : custom_fault(read, schemes);
}

static int is_same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

int mcp_oauth_redirect_match(const char *registered, const char *asked,
                             mcp_ctx_t *cx)
{
    const mcp_uri_t *a, *b;

    if (!strcmp(registered, asked))
        return 1;
    if (mcp_uri_read(&a, registered, cx) || mcp_uri_read(&b, asked, cx))
        return 0;
    if (strcmp(a->scheme, "http") != 0 || strcmp(b->scheme, "http") != 0)
        return 0;
    if (!mcp_uri_is_loopback(a) || !is_same(a->host, b->host))
        return 0;
    return !b->userinfo && !b->fragment && is_same(a->path, b->path) &&
           is_same(a->query, b->query);
}

mcp_oauth_redirect_t mcp_oauth_redirect_describe(const char *uri,
                                                 mcp_ctx_t *cx)
{
    mcp_oauth_redirect_t said = {"(malformed)", "", 0, 0};
    const mcp_uri_t *read;

    if (mcp_uri_read(&read, uri, cx))
        return said;
    said.scheme = read->scheme;
    said.is_web = mcp_uri_is_web(read);
    said.is_loopback = said.is_web && mcp_uri_is_loopback(read);
    if (!said.is_web)
        said.name = apr_pstrcat(cx->pool, read->scheme, ":", NULL);
    else if (read->port)
        said.name = apr_psprintf(cx->pool, "%s:%d", read->host, read->port);
    else
        said.name = read->host;
    return said;
}
