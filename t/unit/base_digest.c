/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <pthread.h>

#include "base/digest.h"

static const char *hex(const unsigned char *bytes, apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; i < MCP_DIGEST_SIZE; i++)
        text = apr_psprintf(pool, "%s%02x", text, bytes[i]);
    return text;
}

static void check_sha256(mcp_ctx_t *cx)
{
    static const char long_text[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    unsigned char out[MCP_DIGEST_SIZE], two[MCP_DIGEST_SIZE];

    mcp_digest_sha256(out, "abc", 3);
    is(hex(out, cx->pool),
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
       "FIPS 180-4: SHA-256 of abc");
    mcp_digest_sha256(out, NULL, 0);
    is(hex(out, cx->pool),
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
       "FIPS 180-4: SHA-256 of nothing");
    mcp_digest_sha256(out, long_text, strlen(long_text));
    is(hex(out, cx->pool),
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
       "FIPS 180-4: SHA-256 of two blocks");
    mcp_digest_sha256(out, "ab\0c", 4);
    mcp_digest_sha256_two(two, "ab", "c");
    ok(!memcmp(two, out, sizeof(two)), "of two texts: the first with its NUL");
    mcp_digest_sha256_two(two, "a", "bc");
    ok(memcmp(two, out, sizeof(two)) != 0, "others have another");
    mcp_digest_sha256_behind(two, "ab\0", 3, "c");
    ok(!memcmp(two, out, sizeof(two)), "of bytes and the text behind them");
}

static void check_hmac(mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE] = {0}, out[MCP_DIGEST_SIZE];

    /* a key shorter than a block is padded with zeros: 20 of them are the
     * test's key, 12 are padding */
    memset(key, 0x0b, 20);
    mcp_digest_hmac(out, key, "Hi There", 8);
    is(hex(out, cx->pool),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "RFC 4231 4.2: HMAC-SHA-256");
    memset(key, 0, sizeof(key));
    memcpy(key, "Jefe", 4);
    mcp_digest_hmac(out, key, "what do ya want for nothing?", 28);
    is(hex(out, cx->pool),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "RFC 4231 4.3: HMAC-SHA-256");
}

/* RFC 5869 A.3 has an input key of 22 bytes; ours have 32, so the value is
 * from Python's hmac module, by the two lines of the RFC. */
static void check_hkdf(mcp_ctx_t *cx)
{
    unsigned char secret[MCP_DIGEST_SIZE], out[MCP_DIGEST_SIZE];
    int i;

    for (i = 0; i < MCP_DIGEST_SIZE; i++)
        secret[i] = (unsigned char)i;
    mcp_digest_hkdf(out, secret, "info", 4);
    is(hex(out, cx->pool),
       "cccad7895238973b7b227c5216571c432f4602b7264e8e35cde4d3249e93720e",
       "RFC 5869 2.2, 2.3: with info");
    mcp_digest_hkdf(out, secret, NULL, 0);
    is(hex(out, cx->pool),
       "37ad29109f43265287804b674e2653d0a513718907f97fca97c95bded8104bbf",
       "RFC 5869 2.2, 2.3: without info");
}

static void check_equal(void)
{
    const unsigned char a[] = {1, 0, 2}, b[] = {1, 0, 3};

    ok(mcp_digest_equal("secret", "secret"), "equal texts are equal");
    ok(!mcp_digest_equal("secret", "secreT"), "others are not");
    ok(!mcp_digest_equal("secret", "secre"), "nor is a shorter one");
    ok(mcp_digest_equal("", ""), "the empty text is a text");
    ok(!mcp_digest_equal(NULL, NULL), "NULL does not equal NULL");
    ok(!mcp_digest_equal(NULL, "") && !mcp_digest_equal("", NULL),
       "nor the empty text");
    ok(mcp_digest_equal_bytes(a, a, 3) && !mcp_digest_equal_bytes(a, b, 3),
       "bytes are compared beyond a NUL");
    ok(!mcp_digest_equal_bytes(NULL, NULL, 3), "NULL bytes equal nothing");
}

static void *work(void *wrong)
{
    static const unsigned char key[MCP_DIGEST_SIZE] = {7};
    unsigned char first[MCP_DIGEST_SIZE], out[MCP_DIGEST_SIZE];
    int i;

    mcp_digest_hmac(first, key, "text", 4);
    for (i = 0; i < 5000; i++) {
        mcp_digest_hmac(out, key, "text", 4);
        if (!mcp_digest_equal_bytes(first, out, sizeof(out)))
            *(int *)wrong = 1;
    }
    return NULL;
}

static void check_threads(void)
{
    pthread_t threads[4];
    int wrong[4] = {0}, i, sum = 0;

    for (i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, &wrong[i]);
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        sum += wrong[i];
    }
    ok(sum == 0, "four threads at once get the same digests");
}

/* Printed, not judged: a test machine may be busy. */
static void show_speed(void)
{
    unsigned char data[1024] = {0}, out[MCP_DIGEST_SIZE];
    apr_time_t begin = apr_time_now(), middle;
    int i;

    for (i = 0; i < 20000; i++)
        mcp_digest_sha256(out, data, sizeof(data));
    middle = apr_time_now();
    for (i = 0; i < 20000; i++)
        mcp_digest_hmac(out, data, data, 100);
    printf("# SHA-256 of 1 KiB: %.2f us, HMAC of 100 bytes: %.2f us\n",
           (double)(middle - begin) / 20000,
           (double)(apr_time_now() - middle) / 20000);
}

/* LeakSanitizer knows whether it is given back. */
static void check_end(void)
{
    unsigned char before[MCP_DIGEST_SIZE], after[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(before, "abc");
    mcp_digest_end();
    mcp_digest_end();
    mcp_digest_sha256_text(after, "abc");
    ok(!memcmp(before, after, sizeof(after)), "it can be begun again");
    mcp_digest_end();
}

static void body(mcp_ctx_t *cx)
{
    check_sha256(cx);
    check_hmac(cx);
    check_hkdf(cx);
    check_equal();
    is(mcp_digest_text("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                       cx->pool),
       "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
       "RFC 7636 B: S256 of a code_verifier");
    check_threads();
    check_end();
    show_speed();
}

TAP_MAIN(body)
