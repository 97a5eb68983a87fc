/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/uri.h"
#include "oauth/redirect.h"

/* Two lines: a registered URI and one asked for. What may be registered has
 * nothing in it that a browser runs or reads as another place, and what
 * matches goes to the same scheme, host and path. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mcp_uri_t *uri_of(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    PROMISE(!mcp_uri_read(&uri, text, cx));
    return uri;
}

static void check_acceptable(const char *text, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri = uri_of(text, cx);
    const char *p;

    PROMISE(!uri->fragment && !uri->userinfo && !mcp_uri_has_dots(uri));
    PROMISE(strcmp(uri->scheme, "javascript") && strcmp(uri->scheme, "data"));
    PROMISE(strcmp(uri->scheme, "http") || mcp_uri_is_loopback(uri));
    PROMISE(mcp_uri_is_web(uri) || strchr(uri->scheme, '.') ||
            !strcmp(uri->scheme, "cursor"));
    for (p = text; *p; p++)
        PROMISE(*p > 0x20 && *p < 0x7f && *p != '"' && *p != '<');
}

static void check_match(const char *registered, const char *asked,
                        mcp_ctx_t *cx)
{
    const mcp_uri_t *a, *b;

    if (!strcmp(registered, asked))
        return;
    a = uri_of(registered, cx);
    b = uri_of(asked, cx);
    PROMISE(!strcmp(a->scheme, "http") && !strcmp(b->scheme, "http"));
    PROMISE(mcp_uri_is_loopback(a) && !strcmp(a->host, b->host));
    PROMISE(!strcmp(a->path, b->path) && !b->userinfo && !b->fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    char *asked = strchr(text, '\n');
    apr_array_header_t *schemes =
        apr_array_make(cx.pool, 1, sizeof(const char *));

    APR_ARRAY_PUSH(schemes, const char *) = "cursor";
    if (asked)
        *asked++ = '\0';
    PROMISE(mcp_oauth_redirect_describe(text, &cx).name != NULL);
    if (!mcp_oauth_redirect_fault(text, schemes, &cx)) {
        check_acceptable(text, &cx);
        PROMISE(mcp_oauth_redirect_match(text, text, &cx));
        if (asked && mcp_oauth_redirect_match(text, asked, &cx))
            check_match(text, asked, &cx);
    }
    target_end(&cx);
    return 0;
}
