/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_general.h>
#include <apr_pools.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/encode.h"

/* Many tokens at once, for t/bench/resource_server: signs the lines that it
 * is given, which are HEADER.PAYLOAD of a JWT each, with RS256.
 *
 *   build/bench/sign KEY.pem
 */

#define LINE_MAX_BYTES 8192

static EVP_PKEY *key_read(const char *path)
{
    FILE *file = fopen(path, "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;

    if (file)
        fclose(file);
    return key;
}

/* NULL when it fails */
static const char *sign(const char *text, EVP_PKEY *key, apr_pool_t *pool)
{
    unsigned char signature[1024];
    size_t len = sizeof(signature);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    int good = EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestSign(md, signature, &len, (const void *)text,
                              strlen(text)) == 1;

    EVP_MD_CTX_free(md);
    return good ? mcp_encode_base64url(signature, len, pool) : NULL;
}

static int sign_all(EVP_PKEY *key, apr_pool_t *pool)
{
    char line[LINE_MAX_BYTES];
    const char *signature;

    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        signature = sign(line, key, pool);
        if (!signature)
            return 0;
        printf("%s.%s\n", line, signature);
    }
    return 1;
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    EVP_PKEY *key;
    int good;

    apr_app_initialize(&argc, &argv, NULL);
    apr_pool_create(&pool, NULL);
    key = argc == 2 ? key_read(argv[1]) : NULL;
    good = key && sign_all(key, pool);
    EVP_PKEY_free(key);
    apr_terminate();
    return !good;
}
