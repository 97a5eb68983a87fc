/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/uri.h"

/* RFC 3986 appendix B; what is absent is NULL, but for the path */
typedef struct parts_t {
    const char *scheme, *authority, *path, *query, *fragment;
} parts_t;

static parts_t cut(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strcspn(text, ":/?#");
    parts_t p = {NULL, NULL, NULL, NULL, NULL};

    if (len && text[len] == ':') {
        p.scheme = apr_pstrmemdup(pool, text, len);
        text += len + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        len = strcspn(text + 2, "/?#");
        p.authority = apr_pstrmemdup(pool, text + 2, len);
        text += len + 2;
    }
    len = strcspn(text, "?#");
    p.path = apr_pstrmemdup(pool, text, len);
    text += len;
    if (*text == '?') {
        len = strcspn(text + 1, "#");
        p.query = apr_pstrmemdup(pool, text + 1, len);
        text += len + 1;
    }
    if (*text == '#')
        p.fragment = text + 1;
    return p;
}

/* 5.2.4 */
static const char *without_dots(const char *path, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(path) + 1), *to = out;

    while (*path) {
        if (!strncmp(path, "../", 3)) {
            path += 3;
        }
        else if (!strncmp(path, "./", 2) || !strncmp(path, "/./", 3)) {
            path += 2;
        }
        else if (!strcmp(path, "/.")) {
            path = "/";
        }
        else if (!strncmp(path, "/../", 4) || !strcmp(path, "/..")) {
            path = path[3] ? path + 3 : "/";
            while (to > out && *--to != '/')
                continue;
        }
        else if (!strcmp(path, ".") || !strcmp(path, "..")) {
            break;
        }
        else {
            do
                *to++ = *path++;
            while (*path && *path != '/');
        }
    }
    *to = '\0';
    return out;
}

/* 5.2.3 */
static const char *merged(const parts_t *base, const char *path,
                          apr_pool_t *pool)
{
    const char *slash = strrchr(base->path, '/');

    if (base->authority && !*base->path)
        return apr_pstrcat(pool, "/", path, NULL);
    if (!slash)
        return path;
    return apr_pstrcat(
        pool, apr_pstrmemdup(pool, base->path, slash + 1 - base->path), path,
        NULL);
}

/* 5.3 */
static const char *composed(const parts_t *p, apr_pool_t *pool)
{
    return apr_pstrcat(
        pool, p->scheme ? p->scheme : "", p->scheme ? ":" : "",
        p->authority ? "//" : "", p->authority ? p->authority : "", p->path,
        p->query ? "?" : "", p->query ? p->query : "", p->fragment ? "#" : "",
        p->fragment ? p->fragment : "", NULL);
}

/* 5.2.2 */
const char *mcp_uri_resolve(const char *reference, const char *base_text,
                            apr_pool_t *pool)
{
    parts_t p = cut(reference, pool), base = cut(base_text, pool);

    if (!p.scheme && !p.authority && !*p.path) {
        p.path = base.path;
        if (!p.query)
            p.query = base.query;
    }
    else if (!p.scheme && !p.authority && *p.path != '/') {
        p.path = without_dots(merged(&base, p.path, pool), pool);
    }
    else {
        p.path = without_dots(p.path, pool);
    }
    if (!p.scheme && !p.authority)
        p.authority = base.authority;
    if (!p.scheme)
        p.scheme = base.scheme;
    return composed(&p, pool);
}
