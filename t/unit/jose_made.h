/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_JOSE_MADE_H
#define MCP_T_UNIT_JOSE_MADE_H

#include "tap.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/encode.h"
#include "base/json.h"
#include "jose/jwk.h"

/* Keys and tokens that are made with OpenSSL alone, for the tests of jose/:
 * what they say of a key is not what the code under test says. */

static inline const char *made_part(const char *text, mcp_ctx_t *cx)
{
    return mcp_encode_base64url(text, strlen(text), cx->pool);
}

static inline mcp_jose_jwk_t *made_jwk(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    mcp_jose_jwk_t *jwk = NULL;

    if (mcp_json_read(&json, text, strlen(text), cx) ||
        mcp_jose_jwk_read(&jwk, json, cx))
        return NULL;
    return jwk;
}

/* "RSA", NULL, bits; "EC", curve, 0; "ED25519", NULL, 0 */
static inline EVP_PKEY *made_key(const char *type, const char *curve, int bits)
{
    if (bits)
        return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)bits);
    return curve ? EVP_PKEY_Q_keygen(NULL, NULL, type, curve)
                 : EVP_PKEY_Q_keygen(NULL, NULL, type);
}

typedef enum { MADE_PKCS8, MADE_TRADITIONAL, MADE_LOCKED, MADE_PUBLIC } made_t;

static inline const char *made_pem(EVP_PKEY *key, made_t form, mcp_ctx_t *cx)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char word[] = "sesame", *data;
    long len;

    switch (form) {
    case MADE_PKCS8:
        PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
        break;
    case MADE_TRADITIONAL:
        PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL,
                                             NULL);
        break;
    case MADE_LOCKED:
        PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(),
                                 (unsigned char *)word, 6, NULL, NULL);
        break;
    case MADE_PUBLIC:
        PEM_write_bio_PUBKEY(bio, key);
        break;
    }
    len = BIO_get_mem_data(bio, &data);
    data = apr_pstrmemdup(cx->pool, data, (apr_size_t)len);
    BIO_free(bio);
    return data;
}

/* A JWS that this key of OpenSSL's Ed25519 or Ed448 signed. */
static inline const char *made_okp_jws(const char *header, const char *payload,
                                       EVP_PKEY *key, mcp_ctx_t *cx)
{
    const char *text = apr_pstrcat(cx->pool, made_part(header, cx), ".",
                                   made_part(payload, cx), NULL);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char signature[114];
    size_t len = sizeof(signature);

    EVP_DigestSignInit(md, NULL, NULL, NULL, key);
    EVP_DigestSign(md, signature, &len, (const unsigned char *)text,
                   strlen(text));
    EVP_MD_CTX_free(md);
    return apr_pstrcat(cx->pool, text, ".",
                       mcp_encode_base64url(signature, len, cx->pool), NULL);
}

/* Its public JWK, with more members behind. */
static inline const char *made_okp_jwk(EVP_PKEY *key, const char *more,
                                       mcp_ctx_t *cx)
{
    unsigned char x[57];
    size_t len = sizeof(x);

    EVP_PKEY_get_raw_public_key(key, x, &len);
    return apr_pstrcat(cx->pool, "{\"kty\":\"OKP\",\"crv\":\"",
                       len == 32 ? "Ed25519" : "Ed448", "\",\"x\":\"",
                       mcp_encode_base64url(x, len, cx->pool), "\"", more, "}",
                       NULL);
}

#endif
