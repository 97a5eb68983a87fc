/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#define BLOCK 64 /* bytes of a SHA-256 input block */

/* EVP_MD_fetch looks through the providers under a lock: ten times the price
 * of a digest, so it happens once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

/* A context costs more than a short digest: each thread has one, for what is
 * no secret. */
static __thread EVP_MD_CTX *of_thread;
static pthread_key_t at_thread_end;

typedef struct piece_t {
    const void *data;
    apr_size_t len;
} piece_t;

static void free_context(void *md)
{
    EVP_MD_CTX_free(md);
}

static void fetch(void)
{
    if (!pthread_key_create(&at_thread_end, free_context))
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* The module may be loaded anew, and keys are few. What OpenSSL has stays: it
 * may have been cleaned up before. */
static void __attribute__((destructor)) unload(void)
{
    if (sha256)
        pthread_key_delete(at_thread_end);
}

/* A digest that is wrong or missing would let strangers in: without memory or
 * without SHA-256 in OpenSSL, nothing goes on. */
static void must(int ok)
{
    if (!ok)
        abort();
}

static void digest(EVP_MD_CTX *md, unsigned char *out, const piece_t *pieces,
                   int count)
{
    int i;

    must(EVP_DigestInit_ex2(md, sha256, NULL));
    for (i = 0; i < count; i++)
        if (pieces[i].len)
            must(EVP_DigestUpdate(md, pieces[i].data, pieces[i].len));
    must(EVP_DigestFinal_ex(md, out, NULL));
}

static EVP_MD_CTX *begin(void)
{
    EVP_MD_CTX *md;

    must(pthread_once(&once, fetch) == 0);
    must(sha256 != NULL);
    md = EVP_MD_CTX_new();
    must(md != NULL);
    return md;
}

/* HMAC of data followed by tail */
static void hmac(unsigned char *out, const unsigned char *key, piece_t data,
                 piece_t tail)
{
    unsigned char inner[BLOCK], outer[BLOCK], hash[MCP_DIGEST_SIZE];
    piece_t first[3] = {{inner, BLOCK}, data, tail};
    piece_t second[2] = {{outer, BLOCK}, {hash, MCP_DIGEST_SIZE}};
    EVP_MD_CTX *md = begin();
    int i;

    memset(inner, 0x36, BLOCK);
    memset(outer, 0x5c, BLOCK);
    for (i = 0; i < MCP_DIGEST_SIZE; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    digest(md, hash, first, 3);
    digest(md, out, second, 2);
    EVP_MD_CTX_free(md);
    OPENSSL_cleanse(inner, BLOCK);
    OPENSSL_cleanse(outer, BLOCK);
}

/* The digest of what is no secret. */
static void of_pieces(unsigned char *out, const piece_t *pieces, int count)
{
    if (!of_thread) {
        of_thread = begin();
        must(pthread_setspecific(at_thread_end, of_thread) == 0);
    }
    digest(of_thread, out, pieces, count);
}

void mcp_digest_end(void)
{
    if (!of_thread)
        return;
    pthread_setspecific(at_thread_end, NULL);
    free_context(of_thread);
    of_thread = NULL;
}

void mcp_digest_sha256(unsigned char out[MCP_DIGEST_SIZE], const void *data,
                       apr_size_t len)
{
    piece_t whole = {data, len};

    of_pieces(out, &whole, 1);
}

void mcp_digest_sha256_two(unsigned char out[MCP_DIGEST_SIZE], const char *a,
                           const char *b)
{
    mcp_digest_sha256_behind(out, a, strlen(a) + 1, b);
}

void mcp_digest_sha256_behind(unsigned char out[MCP_DIGEST_SIZE],
                              const void *head, apr_size_t len,
                              const char *text)
{
    piece_t both[2] = {{head, len}, {text, strlen(text)}};

    of_pieces(out, both, 2);
}

void mcp_digest_sha256_text(unsigned char out[MCP_DIGEST_SIZE],
                            const char *text)
{
    mcp_digest_sha256(out, text, strlen(text));
}

void mcp_digest_hmac(unsigned char out[MCP_DIGEST_SIZE],
                     const unsigned char key[MCP_DIGEST_SIZE],
                     const void *data, apr_size_t len)
{
    piece_t whole = {data, len}, none = {NULL, 0};

    hmac(out, key, whole, none);
}

void mcp_digest_hkdf(unsigned char out[MCP_DIGEST_SIZE],
                     const unsigned char secret[MCP_DIGEST_SIZE],
                     const void *info, apr_size_t len)
{
    static const unsigned char no_salt[MCP_DIGEST_SIZE];
    unsigned char prk[MCP_DIGEST_SIZE];
    piece_t purpose = {info, len}, counter = {"\x01", 1};

    mcp_digest_hmac(prk, no_salt, secret, MCP_DIGEST_SIZE);
    hmac(out, prk, purpose, counter);
    OPENSSL_cleanse(prk, sizeof(prk));
}

const char *mcp_digest_text(const char *text, apr_pool_t *pool)
{
    unsigned char hash[MCP_DIGEST_SIZE];

    mcp_digest_sha256_text(hash, text);
    return mcp_encode_base64url(hash, sizeof(hash), pool);
}

int mcp_digest_equal(const char *a, const char *b)
{
    apr_size_t len;

    if (!a || !b)
        return 0;
    len = strlen(a);
    return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

int mcp_digest_equal_bytes(const unsigned char *a, const unsigned char *b,
                           apr_size_t len)
{
    return a && b && CRYPTO_memcmp(a, b, len) == 0;
}
