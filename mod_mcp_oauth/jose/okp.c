/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/okp.h"

#include <string.h>

#include <openssl/err.h>

#include "base/encode.h"
#include "jose/kind.h"

static const struct curve_t {
    const char *crv; /* OpenSSL's name, too */
    apr_size_t key;
    apr_size_t signature;
} curves[] = {{"Ed25519", 32, 64}, {"Ed448", 57, 114}};

static const unsigned char *point(apr_size_t *len, const mcp_json_t *json,
                                  apr_pool_t *pool)
{
    const char *x = mcp_json_string(mcp_json_get(json, "x"));

    return x ? mcp_encode_base64url_read(len, x, strlen(x), pool) : NULL;
}

const mcp_error_t *mcp_jose_okp_check(mcp_jose_jwk_t *jwk,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *crv = mcp_json_string(mcp_json_get(json, "crv"));
    const struct curve_t *curve = NULL;
    apr_size_t i, len;

    for (i = 0; crv && i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(curves[i].crv, crv) == 0)
            curve = &curves[i];
    if (!curve)
        return mcp_jose_kind_misfit(cx, "crv is not Ed25519 or Ed448");
    if (!point(&len, json, cx->pool) || len != curve->key)
        return mcp_jose_kind_misfit(cx, "x is not as long as the curve's");
    jwk->crv = curve->crv;
    jwk->signature = curve->signature;
    jwk->is_private = 0;
    return NULL;
}

static apr_status_t release(void *okp)
{
    EVP_PKEY_free(okp);
    return APR_SUCCESS;
}

const mcp_error_t *mcp_jose_okp_import(mcp_jose_jwk_t *jwk,
                                       const mcp_json_t *json, mcp_ctx_t *cx)
{
    apr_size_t len;
    const unsigned char *x = point(&len, json, cx->pool);

    jwk->okp = EVP_PKEY_new_raw_public_key_ex(NULL, jwk->crv, NULL, x, len);
    ERR_clear_error();
    if (!jwk->okp)
        return mcp_jose_kind_misfit(cx, "OpenSSL makes no key of it");
    apr_pool_cleanup_register(cx->pool, jwk->okp, release,
                              apr_pool_cleanup_null);
    return NULL;
}

int mcp_jose_okp_has_signed(const mcp_jose_jwk_t *jwk, const char *text,
                            apr_pool_t *pool)
{
    const char *dot = strrchr(text, '.');
    apr_size_t len;
    const unsigned char *signature =
        mcp_encode_base64url_read(&len, dot + 1, strlen(dot + 1), pool);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    int good = signature && md &&
               EVP_DigestVerifyInit(md, NULL, NULL, NULL, jwk->okp) == 1 &&
               EVP_DigestVerify(md, signature, len,
                                (const unsigned char *)text,
                                (size_t)(dot - text)) == 1;

    EVP_MD_CTX_free(md);
    return good;
}
