/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include <openssl/err.h>

#include "jose/alg.h"
#include "jose/kind.h"
#include "jose/native.h"
#include "jose/pem.h"

#define MAX_BYTES 65536

static int is_json(const char *text, apr_size_t len)
{
    while (len && strchr(" \t\r\n", *text)) {
        text++;
        len--;
    }
    return len && *text == '{';
}

/* What is no private key of a kind that signs or decrypts here. */
static const mcp_error_t *whole_check(const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *kty = mcp_json_string(mcp_json_get(json, "kty"));

    if (!kty && mcp_json_get(json, "keys"))
        return mcp_jose_pem_refuse(
            cx, "it is a JWK Set; give one private key of it");
    if (kty && strcmp(kty, "oct") == 0)
        return mcp_jose_pem_refuse(
            cx, "it is a shared secret, and an RSA or EC key is needed");
    if (kty && strcmp(kty, "OKP") == 0)
        return mcp_jose_pem_refuse(
            cx, "it is a key of type OKP, and RSA and EC are taken");
    if (!mcp_json_get(json, "d"))
        return mcp_jose_pem_refuse(
            cx, "it is a public key, and the private one is needed");
    return NULL;
}

/* RFC 7517 4.2, 4.3. *use: NULL where the JWK does not say. */
static const mcp_error_t *use_read(const char **use, const mcp_json_t *json,
                                   mcp_ctx_t *cx)
{
    const mcp_json_t *word = mcp_json_get(json, "use");

    *use = mcp_json_string(word);
    if (*use && strcmp(*use, "sig") != 0 && strcmp(*use, "enc") != 0)
        *use = NULL;
    if (word && !*use)
        return mcp_jose_kind_misfit(cx, "use is neither sig nor enc");
    if (*use || !mcp_json_get(json, "key_ops"))
        return NULL;
    if (mcp_jose_jwk_has_op(json, "sign", "sign"))
        *use = "sig";
    else if (mcp_jose_jwk_has_op(json, "decrypt", "unwrapKey"))
        *use = "enc";
    else
        return mcp_jose_kind_misfit(
            cx, "key_ops has none of sign, decrypt and unwrapKey");
    return NULL;
}

/* RFC 7517 4.4, and what is taken where the JWK does not say. */
static const mcp_error_t *alg_read(mcp_jose_jwk_t *jwk, const mcp_json_t *json,
                                   mcp_ctx_t *cx)
{
    const mcp_json_t *word = mcp_json_get(json, "alg");
    const char *alg = mcp_json_string(word);
    int is_rsa = strcmp(jwk->kty, "RSA") == 0;

    if (word && !alg)
        return mcp_jose_kind_misfit(cx, "alg is not a string");
    if (mcp_jose_alg_find(alg) && !mcp_jose_jwk_does(jwk, alg))
        return mcp_jose_kind_misfit(cx, "alg does not fit the key");
    jwk->is_alg_said = alg != NULL;
    if (!alg && is_rsa)
        alg = jwk->use && strcmp(jwk->use, "enc") == 0 ? "RSA-OAEP" : "RS256";
    if (alg)
        jwk->alg = alg;
    return NULL;
}

static const mcp_error_t *purpose_read(mcp_jose_jwk_t *jwk,
                                       const mcp_json_t *json, mcp_ctx_t *cx)
{
    const mcp_json_t *kid = mcp_json_get(json, "kid");

    if (kid && !mcp_json_string(kid))
        return mcp_jose_kind_misfit(cx, "kid is not a string");
    jwk->kid = kid ? mcp_json_string(kid)
                   : mcp_jose_kind_thumbprint(json, cx->pool);
    jwk->is_kid_made = !kid;
    jwk->enc = mcp_json_string(mcp_json_get(json, "enc"));
    MCP_TRY(use_read(&jwk->use, json, cx));
    return alg_read(jwk, json, cx);
}

/* Nobody has computed yet whether an RSA key's private numbers belong to the
 * public ones; an EC key's do, or it was not imported. */
static int is_pair(const mcp_jose_jwk_t *jwk)
{
    cjose_header_t *header = cjose_header_new(NULL);
    cjose_jws_t *jws = NULL;
    int good;

    if (header && cjose_header_set(header, "alg", "RS256", NULL))
        jws = cjose_jws_sign(jwk->native, header, (const uint8_t *)"{}", 2,
                             NULL);
    good = jws && cjose_jws_verify(jws, jwk->native, NULL);
    cjose_jws_release(jws);
    if (header)
        cjose_header_release(header);
    ERR_clear_error();
    return good;
}

const mcp_error_t *mcp_jose_jwk_private(mcp_jose_jwk_t **out, const char *text,
                                        apr_size_t len, mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    mcp_jose_jwk_t *jwk;

    if (len > MAX_BYTES)
        return mcp_jose_pem_refuse(cx, "it has more than %d bytes", MAX_BYTES);
    if (!is_json(text, len))
        MCP_TRY(mcp_jose_pem_convert(&json, text, len, cx));
    else if (mcp_json_read(&json, text, len, cx))
        return mcp_jose_pem_refuse(cx, "it begins with { and is not JSON");
    MCP_TRY(whole_check(json, cx));
    MCP_TRY(mcp_jose_jwk_begin(&jwk, json, cx));
    MCP_TRY(purpose_read(jwk, json, cx));
    MCP_TRY(mcp_jose_jwk_finish(jwk, json, cx));
    if (!jwk->crv && !is_pair(jwk))
        return mcp_jose_pem_refuse(
            cx, "its private numbers do not belong to its public ones");
    *out = jwk;
    return NULL;
}
