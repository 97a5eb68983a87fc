/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/encode.h"
#include "store/seal.h"

static const unsigned char key[MCP_DIGEST_SIZE] =
    "01234567890123456789012345678";
static const unsigned char other[MCP_DIGEST_SIZE] = "a different key";

static const char *opened(const char *sealed, const char *bound, mcp_ctx_t *cx)
{
    const char *text = "unset";

    if (mcp_store_seal_open(&text, key, bound, sealed, cx))
        return "error";
    return text;
}

static void test_round(mcp_ctx_t *cx)
{
    char *large = apr_pcalloc(cx->pool, 100001);
    const char *texts[] = {"", "a", "{\"refresh_token\":\"secret\"}",
                           "\xc3\xa4\xe2\x82\xac", large};
    const char *sealed;
    int i;

    memset(large, 'x', 100000);
    for (i = 0; i < 5; i++) {
        fine(mcp_store_seal_make(&sealed, key, "purpose", texts[i], cx),
             "seals");
        ok(i < 2 || !strstr(sealed, texts[i]), "does not show the text");
        is(opened(sealed, "purpose", cx), texts[i], "opens");
    }
}

static void test_refused(mcp_ctx_t *cx)
{
    const char *sealed, *again, *text;
    unsigned char *octets;
    apr_size_t len, i;
    int open = 0;

    mcp_store_seal_make(&sealed, key, "user a", "text", cx);
    mcp_store_seal_make(&again, key, "user a", "text", cx);
    ok(strcmp(sealed, again) != 0, "every sealing has a nonce of its own");
    is(opened(sealed, "user b", cx), NULL, "bound to something else");
    is(opened(sealed, "", cx), NULL, "bound to nothing");
    fine(mcp_store_seal_open(&text, other, "user a", sealed, cx),
         "another key is no fault");
    is(text, NULL, "but opens nothing");
    is(opened("", "user a", cx), NULL, "an empty text");
    is(opened("not base64url!", "user a", cx), NULL, "no base64url");
    is(opened("AAAA", "user a", cx), NULL, "too short");
    is(opened(apr_pstrcat(cx->pool, sealed, "A", NULL), "user a", cx), NULL,
       "one character more");
    octets = mcp_encode_base64url_read(&len, sealed, strlen(sealed), cx->pool);
    for (i = 0; i < len * 8; i++) {
        octets[i / 8] ^= 1 << i % 8;
        open += opened(mcp_encode_base64url(octets, len, cx->pool), "user a",
                       cx) != NULL;
        octets[i / 8] ^= 1 << i % 8;
    }
    ok(open == 0, "%d bits changed one by one: none opens", (int)len * 8);
    for (i = 0; i < len; i++)
        open += opened(mcp_encode_base64url(octets, i, cx->pool), "user a",
                       cx) != NULL;
    ok(open == 0, "cut anywhere: none opens");
}

static int no_random(void *baton, unsigned char *buf, apr_size_t len)
{
    return 0;
}

static void test_no_random(mcp_ctx_t *cx)
{
    mcp_host_t host = tap_host;
    mcp_ctx_t poor = *cx;
    const char *sealed = NULL;

    host.random = no_random;
    poor.host = &host;
    ok(mcp_store_seal_make(&sealed, key, "a", "b", &poor) != NULL && !sealed,
       "nothing is sealed without randomness");
}

static void body(mcp_ctx_t *cx)
{
    test_round(cx);
    test_refused(cx);
    test_no_random(cx);
}

TAP_MAIN(body)
