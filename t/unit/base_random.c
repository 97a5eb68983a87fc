/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

static int refuse(void *baton, unsigned char *buf, apr_size_t len)
{
    return 0;
}

static int count(void *baton, unsigned char *buf, apr_size_t len)
{
    while (len-- > 0)
        buf[len] = (unsigned char)len;
    return 1;
}

static void body(mcp_ctx_t *cx)
{
    static const mcp_host_t counting = {tap_clock, count, tap_write, NULL};
    static const mcp_host_t empty = {tap_clock, refuse, tap_write, NULL};
    unsigned char a[32] = {0}, b[32] = {0};
    const mcp_error_t *e;
    const char *text;

    ok(mcp_random_system(NULL, a, sizeof(a)) &&
           mcp_random_system(NULL, b, sizeof(b)) &&
           memcmp(a, b, sizeof(a)) != 0,
       "the system's generator does not repeat itself");
    ok(!mcp_random_system(NULL, a, (apr_size_t)1 << 32),
       "more than OpenSSL can count is refused, not cut short");

    cx->host = &counting;
    fine(mcp_random_bytes(a, 4, cx), "randomness comes from the host");
    ok(!memcmp(a, "\0\1\2\3", 4), "as it gives it");
    fine(mcp_random_text(&text, 16, cx), "a random text is made");
    is(text, "AAECAwQFBgcICQoLDA0ODw", "of base64url without padding");

    cx->host = &empty;
    e = mcp_random_text(&text, 16, cx);
    fails(e, MCP_E_SERVER_ERROR, "no randomness is no text");
    ok(e && e->remedy, "and the administrator hears what to do");
}

TAP_MAIN(body)
