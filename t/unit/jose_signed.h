/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_JOSE_SIGNED_H
#define MCP_T_UNIT_JOSE_SIGNED_H

#include "jose_made.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

/* Signatures of every algorithm of RFC 7518 3.1 and RFC 8037, and the JWKs of
 * those who make them: with OpenSSL alone, and whether they are right or not.
 */

#define SIGNED_MAX 1024 /* bytes of a signature */

typedef struct signer_t {
    const char *alg;
    EVP_PKEY *key;      /* NULL: the secret is one of HS256 */
    const char *secret; /* NULL: there is no signature */
    int is_der;         /* of ECDSA, as OpenSSL has it */
} signer_t;

/* -- signatures -- */

static inline const EVP_MD *signed_digest(const char *alg)
{
    if (strstr(alg, "384"))
        return EVP_sha384();
    return strstr(alg, "512") ? EVP_sha512() : EVP_sha256();
}

/* RFC 7518 3.4: r and s, each as long as the curve's numbers. */
static inline size_t signed_halves(unsigned char *octets, size_t len,
                                   const EVP_PKEY *key)
{
    int size = (EVP_PKEY_get_bits(key) + 7) / 8;
    const unsigned char *from = octets;
    ECDSA_SIG *halves = d2i_ECDSA_SIG(NULL, &from, (long)len);

    BN_bn2binpad(ECDSA_SIG_get0_r(halves), octets, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(halves), octets + size, size);
    ECDSA_SIG_free(halves);
    return 2 * (size_t)size;
}

static inline size_t signed_by_key(unsigned char *octets, const char *text,
                                   const signer_t *by)
{
    int has_digest = strcmp(EVP_PKEY_get0_type_name(by->key), "ED25519") != 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    size_t len = SIGNED_MAX;
    EVP_PKEY_CTX *how;

    EVP_DigestSignInit(md, &how, has_digest ? signed_digest(by->alg) : NULL,
                       NULL, by->key);
    if (*by->alg == 'P') {
        EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(md, octets, &len, (const unsigned char *)text,
                   strlen(text));
    EVP_MD_CTX_free(md);
    if (EVP_PKEY_is_a(by->key, "EC") && !by->is_der)
        len = signed_halves(octets, len, by->key);
    return len;
}

static inline size_t signed_by_secret(unsigned char *octets, const char *text,
                                      const signer_t *by)
{
    size_t len = 0;

    EVP_Q_mac(NULL, "HMAC", NULL, EVP_MD_get0_name(signed_digest(by->alg)),
              NULL, by->secret, strlen(by->secret),
              (const unsigned char *)text, strlen(text), octets, SIGNED_MAX,
              &len);
    return len;
}

/* The compact serialization, RFC 7515 7.1. */
static inline const char *signed_text(const char *header, const char *payload,
                                      const signer_t *by, mcp_ctx_t *cx)
{
    const char *text = apr_pstrcat(cx->pool, made_part(header, cx), ".",
                                   made_part(payload, cx), NULL);
    unsigned char octets[SIGNED_MAX];
    size_t len = 0;

    if (by->key)
        len = signed_by_key(octets, text, by);
    else if (by->secret)
        len = signed_by_secret(octets, text, by);
    return apr_pstrcat(cx->pool, text, ".",
                       mcp_encode_base64url(octets, len, cx->pool), NULL);
}

/* -- JWKs, RFC 7518 6 -- */

/* "name":"number" */
static inline const char *signed_number(EVP_PKEY *key, const char *name,
                                        const char *parameter, mcp_ctx_t *cx)
{
    unsigned char octets[SIGNED_MAX];
    BIGNUM *number = NULL;
    int size;

    EVP_PKEY_get_bn_param(key, parameter, &number);
    size = EVP_PKEY_is_a(key, "EC") ? (EVP_PKEY_get_bits(key) + 7) / 8
                                    : BN_num_bytes(number);
    BN_bn2binpad(number, octets, size);
    BN_free(number);
    return apr_pstrcat(
        cx->pool, ",\"", name, "\":\"",
        mcp_encode_base64url(octets, (apr_size_t)size, cx->pool), "\"", NULL);
}

/* The public one; crv of EC, and more members behind. */
static inline const char *signed_jwk(EVP_PKEY *key, const char *crv,
                                     const char *more, mcp_ctx_t *cx)
{
    if (EVP_PKEY_is_a(key, "ED25519"))
        return made_okp_jwk(key, more, cx);
    if (EVP_PKEY_is_a(key, "RSA"))
        return apr_pstrcat(cx->pool, "{\"kty\":\"RSA\"",
                           signed_number(key, "n", OSSL_PKEY_PARAM_RSA_N, cx),
                           signed_number(key, "e", OSSL_PKEY_PARAM_RSA_E, cx),
                           more, "}", NULL);
    return apr_pstrcat(cx->pool, "{\"kty\":\"EC\",\"crv\":\"", crv, "\"",
                       signed_number(key, "x", OSSL_PKEY_PARAM_EC_PUB_X, cx),
                       signed_number(key, "y", OSSL_PKEY_PARAM_EC_PUB_Y, cx),
                       more, "}", NULL);
}

#endif
