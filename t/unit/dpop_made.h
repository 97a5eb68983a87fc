/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_DPOP_MADE_H
#define MCP_T_UNIT_DPOP_MADE_H

#include "jose_made.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "base/writer.h"

/* Proofs of possession that are made with OpenSSL alone. */

typedef struct made_alg_t {
    const char *name;
    const char *type;  /* as made_key() has it */
    const char *curve; /* OpenSSL's name */
    const char *crv;
    int size; /* bits of RSA; bytes of a number of EC */
    const char *digest;
    int is_pss;
} made_alg_t;

static const made_alg_t made_algs[] = {
    {"ES256", "EC", "P-256", "P-256", 32, "SHA256", 0},
    {"ES384", "EC", "P-384", "P-384", 48, "SHA384", 0},
    {"ES512", "EC", "P-521", "P-521", 66, "SHA512", 0},
    {"RS256", "RSA", NULL, NULL, 2048, "SHA256", 0},
    {"RS384", "RSA", NULL, NULL, 2048, "SHA384", 0},
    {"RS512", "RSA", NULL, NULL, 2048, "SHA512", 0},
    {"PS256", "RSA", NULL, NULL, 2048, "SHA256", 1},
    {"PS384", "RSA", NULL, NULL, 2048, "SHA384", 1},
    {"PS512", "RSA", NULL, NULL, 2048, "SHA512", 1},
    {"EdDSA", "ED25519", NULL, "Ed25519", 0, NULL, 0},
    {"Ed25519", "ED25519", NULL, "Ed25519", 0, NULL, 0},
};

#define MADE_ALGS (sizeof(made_algs) / sizeof(made_algs[0]))

typedef struct made_pair_t {
    const made_alg_t *alg;
    EVP_PKEY *key;
    const char *jwk; /* the public one */
} made_pair_t;

static inline const char *made_number(EVP_PKEY *key, const char *name,
                                      mcp_ctx_t *cx)
{
    unsigned char octets[1024];
    BIGNUM *number = NULL;
    int len;

    EVP_PKEY_get_bn_param(key, name, &number);
    len = BN_bn2bin(number, octets);
    BN_free(number);
    return mcp_encode_base64url(octets, (apr_size_t)len, cx->pool);
}

/* {"kty":"EC","crv":...} */
static inline const char *made_public(const made_alg_t *alg, EVP_PKEY *key,
                                      mcp_ctx_t *cx)
{
    unsigned char point[200];
    size_t len = 0, size = (size_t)alg->size;

    if (!strcmp(alg->type, "ED25519"))
        return made_okp_jwk(key, "", cx);
    if (!strcmp(alg->type, "RSA"))
        return apr_pstrcat(cx->pool, "{\"kty\":\"RSA\",\"n\":\"",
                           made_number(key, "n", cx), "\",\"e\":\"",
                           made_number(key, "e", cx), "\"}", NULL);
    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
                                    sizeof(point), &len);
    return apr_pstrcat(
        cx->pool, "{\"kty\":\"EC\",\"crv\":\"", alg->crv, "\",\"x\":\"",
        mcp_encode_base64url(point + 1, size, cx->pool), "\",\"y\":\"",
        mcp_encode_base64url(point + 1 + size, size, cx->pool), "\"}", NULL);
}

static inline made_pair_t made_pair(const char *name, mcp_ctx_t *cx)
{
    made_pair_t pair = {NULL, NULL, NULL};
    size_t i;

    for (i = 0; i < MADE_ALGS; i++)
        if (!strcmp(made_algs[i].name, name))
            pair.alg = &made_algs[i];
    pair.key = made_key(pair.alg->type, pair.alg->curve,
                        pair.alg->curve ? 0 : pair.alg->size);
    pair.jwk = made_public(pair.alg, pair.key, cx);
    return pair;
}

/* ECDSA: two numbers of the curve's size in place of a DER sequence */
static inline size_t made_concatenated(unsigned char *out, size_t len,
                                       int size)
{
    const unsigned char *der = out;
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)len);
    unsigned char both[2 * 66];

    BN_bn2binpad(ECDSA_SIG_get0_r(numbers), both, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), both + size, size);
    ECDSA_SIG_free(numbers);
    memcpy(out, both, 2 * (size_t)size);
    return 2 * (size_t)size;
}

static inline const char *made_jws(const char *header, const char *payload,
                                   const made_pair_t *pair, mcp_ctx_t *cx)
{
    const char *text = apr_pstrcat(cx->pool, made_part(header, cx), ".",
                                   made_part(payload, cx), NULL);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char signature[1024];
    size_t len = sizeof(signature);
    EVP_PKEY_CTX *padding;

    EVP_DigestSignInit_ex(md, &padding, pair->alg->digest, NULL, NULL,
                          pair->key, NULL);
    if (pair->alg->is_pss) {
        EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(md, signature, &len, (const unsigned char *)text,
                   strlen(text));
    EVP_MD_CTX_free(md);
    if (pair->alg->curve)
        len = made_concatenated(signature, len, pair->alg->size);
    return apr_pstrcat(cx->pool, text, ".",
                       mcp_encode_base64url(signature, len, cx->pool), NULL);
}

/* JSON texts of members; NULL: not there */
typedef struct made_proof_t {
    const char *typ, *alg, *jwk;
    const char *htm, *htu, *jti, *iat, *ath;
    const char *header_more, *claims_more; /* ",\"x\":1" */
} made_proof_t;

static inline const char *made_quoted(const char *text, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, "\"", text, "\"", NULL);
}

static inline const char *made_member(const char *name, const char *json,
                                      mcp_ctx_t *cx)
{
    return json ? apr_psprintf(cx->pool, ",\"%s\":%s", name, json) : "";
}

/* One that RFC 9449 4.2 describes, made now, with a jti that is like no other.
 */
static inline made_proof_t made_proof(const made_pair_t *pair, const char *htm,
                                      const char *htu, mcp_ctx_t *cx)
{
    static int count;
    made_proof_t proof;

    memset(&proof, 0, sizeof(proof));
    proof.typ = "\"dpop+jwt\"";
    proof.alg = made_quoted(pair->alg->name, cx);
    proof.jwk = pair->jwk;
    proof.htm = made_quoted(htm, cx);
    proof.htu = made_quoted(htu, cx);
    proof.jti = apr_psprintf(cx->pool, "\"proof-%d\"", ++count);
    proof.iat =
        apr_psprintf(cx->pool, "%" APR_INT64_T_FMT, apr_time_sec(tap_now));
    return proof;
}

static inline const char *made_proof_text(const made_proof_t *proof,
                                          const made_pair_t *pair,
                                          mcp_ctx_t *cx)
{
    const char *header, *claims;

    header = apr_pstrcat(
        cx->pool, "{\"z\":0", made_member("typ", proof->typ, cx),
        made_member("alg", proof->alg, cx), made_member("jwk", proof->jwk, cx),
        proof->header_more ? proof->header_more : "", "}", NULL);
    claims = apr_pstrcat(
        cx->pool, "{\"z\":0", made_member("htm", proof->htm, cx),
        made_member("htu", proof->htu, cx), made_member("jti", proof->jti, cx),
        made_member("iat", proof->iat, cx), made_member("ath", proof->ath, cx),
        proof->claims_more ? proof->claims_more : "", "}", NULL);
    return made_jws(header, claims, pair, cx);
}

#endif
