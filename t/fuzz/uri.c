/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include <apr_lib.h>

#include "base/uri.h"

/* The parts that the URI reader cuts make up the text again, and no byte that
 * RFC 3986 keeps out of a URI is in it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *put_together(const mcp_uri_t *uri, apr_pool_t *pool)
{
    const char *authority = "", *tail;

    if (uri->host)
        authority = apr_pstrcat(
            pool, "//", uri->userinfo ? uri->userinfo : "",
            uri->userinfo ? "@" : "", uri->host,
            uri->port ? apr_psprintf(pool, ":%d", uri->port) : "", NULL);
    tail = apr_pstrcat(pool, uri->path, uri->query ? "?" : "",
                       uri->query ? uri->query : "", uri->fragment ? "#" : "",
                       uri->fragment ? uri->fragment : "", NULL);
    return apr_pstrcat(pool, uri->scheme, ":", authority, tail, NULL);
}

static void check_bytes(const char *text)
{
    for (; *text; text++)
        PROMISE(*text > 0x20 && *text < 0x7f && !strchr("\"<>\\^`{|}", *text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *text =
        apr_pstrmemdup(cx.pool, (const char *)data, (apr_size_t)size);
    const mcp_uri_t *uri, *origin;
    const mcp_error_t *e;

    e = mcp_uri_read(&uri, text, &cx);
    if (e) {
        PROMISE(e->code == MCP_E_INVALID_REQUEST && !uri);
    }
    else {
        check_bytes(text);
        PROMISE(strlen(text) <= MCP_URI_MAX);
        PROMISE(!strcasecmp(text, put_together(uri, cx.pool)));
        mcp_uri_has_dots(uri);
        mcp_uri_is_loopback(uri);
        if (mcp_uri_is_web(uri)) {
            PROMISE(!mcp_uri_read(&origin, mcp_uri_origin(uri, cx.pool), &cx));
            PROMISE(!strcmp(origin->host, uri->host));
        }
    }
    target_end(&cx);
    return 0;
}
