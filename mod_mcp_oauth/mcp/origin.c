/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/origin.h"

#include <string.h>

#include "base/uri.h"

/* RFC 6454 7: scheme, host and port, nothing else. NULL otherwise. */
static const mcp_uri_t *origin_read(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    if (mcp_uri_read(&uri, text, cx) || !uri->host || uri->userinfo ||
        uri->query || uri->fragment || (uri->path && *uri->path))
        return NULL;
    return uri;
}

static int is_same(const char *word, const char *origin, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri = word ? origin_read(word, cx) : NULL;

    return uri && !strcmp(mcp_uri_origin(uri, cx->pool), origin);
}

int mcp_origin_allowed(const char *origin, const apr_array_header_t *allowed,
                       const char *self, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;
    const char *word, *text;
    int i;

    if (!origin)
        return 1;
    uri = origin_read(origin, cx);
    text = uri ? mcp_uri_origin(uri, cx->pool) : NULL;
    for (i = 0; allowed && i < allowed->nelts; i++) {
        word = APR_ARRAY_IDX(allowed, i, const char *);
        if (!strcmp(word, "any"))
            return 1;
        if (!uri)
            continue;
        if (!strcmp(word, "loopback")
                ? mcp_uri_is_loopback(uri)
                : is_same(!strcmp(word, "self") ? self : word, text, cx))
            return 1;
    }
    return 0;
}
