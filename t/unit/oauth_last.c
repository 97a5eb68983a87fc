/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "oauth/last.h"

/* Whether last gives the digest of text. */
static int is_right(mcp_oauth_last_t *last, const char *text)
{
    unsigned char got[MCP_DIGEST_SIZE], want[MCP_DIGEST_SIZE];

    mcp_oauth_last_digest(got, last, text, strlen(text));
    mcp_digest_sha256_text(want, text);
    return !memcmp(got, want, sizeof(want));
}

static void body(mcp_ctx_t *cx)
{
    static const char *const tokens[] = {
        "eyJhbGciOiJFUzI1NiJ9.e30.aaaa", /* the first makes the room */
        "eyJhbGciOiJFUzI1NiJ9.e30.aaab",
        "fyJhbGciOiJFUzI1NiJ9.e30.aaab",
        "eyJhbGciOiJFUzI1NiJ9.e30.aaa",
        "a",
        "eyJhbGciOiJFUzI1NiJ9.e30.longer-than-the-first"};
    mcp_oauth_last_t *last = mcp_oauth_last_make(cx->pool);
    char text[64];
    size_t i;

    for (i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
        ok(is_right(last, tokens[i]) && is_right(last, tokens[i]) &&
               is_right(last, tokens[0]) && is_right(last, tokens[i]),
           "%s: its own digest, at first, again, and behind another",
           tokens[i]);
    for (i = 0; i < strlen(tokens[0]); i++) {
        strcpy(text, tokens[0]);
        text[i] ^= 1;
        if (!is_right(last, tokens[0]) || !is_right(last, text))
            break;
    }
    ok(i == strlen(tokens[0]), "a byte makes another token, wherever it is");
    strcpy(text, tokens[0]);
    is_right(last, text);
    text[0] = 'x';
    ok(is_right(last, tokens[0]), "the caller's text is its own");
    ok(is_right(NULL, tokens[0]), "without one it is a digest as well");
}

TAP_MAIN(body)
