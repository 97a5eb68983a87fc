/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/kind.h"

#include <string.h>

#include <apr_strings.h>
#include <openssl/err.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/writer.h"
#include "jose/native.h"
#include "jose/okp.h"

#define RSA_MIN_BITS 2048
/* Whoever sends a token can have it verified with keys of their own choice
 * (jwks_uri): longer ones would make that dear. */
#define RSA_MAX_BITS 8192
#define RSA_MAX_EXPONENT 4 /* bytes */

const mcp_error_t *mcp_jose_kind_misfit(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_REQUEST, cx, "JWK refused: %s", why);
}

static unsigned char *octets(apr_size_t *len, const mcp_json_t *json,
                             const char *name, mcp_ctx_t *cx)
{
    const char *text = mcp_json_string(mcp_json_get(json, name));

    return text ? mcp_encode_base64url_read(len, text, strlen(text), cx->pool)
                : NULL;
}

static int has_size(const mcp_json_t *json, const char *name, apr_size_t size,
                    mcp_ctx_t *cx)
{
    apr_size_t len;

    return octets(&len, json, name, cx) && len == size;
}

static const mcp_error_t *ec_check(mcp_jose_jwk_t *jwk, const mcp_json_t *json,
                                   mcp_ctx_t *cx)
{
    static const struct {
        const char *crv;
        apr_size_t size;
        const char *alg;
    } curves[] = {{"P-256", 32, "ES256"},
                  {"P-384", 48, "ES384"},
                  {"P-521", 66, "ES512"}};
    apr_size_t i, size = 0;

    jwk->crv = mcp_json_string(mcp_json_get(json, "crv"));
    for (i = 0; jwk->crv && i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (strcmp(jwk->crv, curves[i].crv) != 0)
            continue;
        size = curves[i].size;
        jwk->alg = curves[i].alg;
    }
    if (!size)
        return mcp_jose_kind_misfit(cx, "crv is not P-256, P-384 or P-521");
    if (!has_size(json, "x", size, cx) || !has_size(json, "y", size, cx))
        return mcp_jose_kind_misfit(
            cx, "a coordinate is not as long as the curve's");
    if (jwk->is_private && !has_size(json, "d", size, cx))
        return mcp_jose_kind_misfit(cx, "d is not as long as the curve's");
    jwk->signature = 2 * size;
    return NULL;
}

/* bits without leading zeros; 0 for an even number, which no modulus or
 * exponent is */
static apr_size_t odd_bits(const unsigned char *number, apr_size_t len)
{
    apr_size_t bits;

    for (; len && !number[0]; len--)
        number++;
    if (!len || !(number[len - 1] & 1))
        return 0;
    for (bits = 8 * len; !(number[0] & 1 << (bits - 1) % 8); bits--)
        ;
    return bits;
}

static const mcp_error_t *rsa_check(mcp_jose_jwk_t *jwk,
                                    const mcp_json_t *json, mcp_ctx_t *cx)
{
    apr_size_t n_len = 0, e_len = 0, bits;
    const unsigned char *n = octets(&n_len, json, "n", cx);
    const unsigned char *e = octets(&e_len, json, "e", cx);

    if (!n || !e)
        return mcp_jose_kind_misfit(cx, "n or e is missing or not base64url");
    bits = odd_bits(n, n_len);
    if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
        return mcp_jose_kind_misfit(
            cx, "the modulus is not odd and 2048 to 8192 bits");
    if (odd_bits(e, e_len) < 2 || odd_bits(e, e_len) > 8 * RSA_MAX_EXPONENT)
        return mcp_jose_kind_misfit(
            cx, "the exponent is not odd and 2 to 32 bits");
    jwk->signature = (bits + 7) / 8;
    return NULL;
}

static apr_status_t release(void *native)
{
    cjose_jwk_release(native);
    return APR_SUCCESS;
}

/* cjose computes the point from d and ignores x and y, so a pair that does
 * not belong together would sign what nobody can verify. */
static const mcp_error_t *pair_check(const mcp_jose_jwk_t *jwk,
                                     const mcp_json_t *json, mcp_ctx_t *cx)
{
    char *text = cjose_jwk_to_json(jwk->native, false, NULL);
    const mcp_json_t *real;
    const char *copy;

    if (!text)
        return mcp_jose_kind_misfit(cx, "it is no point on its curve");
    copy = apr_pstrdup(cx->pool, text);
    cjose_get_dealloc()(text);
    MCP_TRY(mcp_json_read(&real, copy, strlen(copy), cx));
    if (!mcp_json_equal(mcp_json_get(real, "x"), mcp_json_get(json, "x")) ||
        !mcp_json_equal(mcp_json_get(real, "y"), mcp_json_get(json, "y")))
        return mcp_jose_kind_misfit(cx, "d does not belong to x and y");
    return NULL;
}

static const mcp_error_t *native_import(mcp_jose_jwk_t *jwk,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    jwk->native =
        cjose_jwk_import(jwk->private_text, strlen(jwk->private_text), NULL);
    ERR_clear_error();
    if (!jwk->native)
        return mcp_jose_kind_misfit(cx, "its numbers make no key");
    apr_pool_cleanup_register(cx->pool, jwk->native, release,
                              apr_pool_cleanup_null);
    return jwk->crv ? pair_check(jwk, json, cx) : NULL;
}

static const char *const none[] = {NULL};
static const char *const ec_public[] = {"crv", "x", "y", NULL};
static const char *const ec_private[] = {"d", NULL};
static const char *const ec_thumbprint[] = {"crv", "kty", "x", "y", NULL};
static const char *const rsa_public[] = {"n", "e", NULL};
static const char *const rsa_private[] = {"d",  "p",  "q", "dp",
                                          "dq", "qi", NULL};
static const char *const rsa_thumbprint[] = {"e", "kty", "n", NULL};
static const char *const okp_public[] = {"crv", "x", NULL};
static const char *const okp_thumbprint[] = {"crv", "kty", "x", NULL};

static const mcp_jose_kind_t kinds[] = {
    {"EC", ec_public, ec_private, ec_thumbprint, ec_check, native_import},
    {"RSA", rsa_public, rsa_private, rsa_thumbprint, rsa_check, native_import},
    {"OKP", okp_public, none, okp_thumbprint, mcp_jose_okp_check,
     mcp_jose_okp_import},
};

const mcp_jose_kind_t *mcp_jose_kind_of(const mcp_json_t *json)
{
    const char *kty = mcp_json_string(mcp_json_get(json, "kty"));
    apr_size_t i;

    for (i = 0; kty && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].kty, kty) == 0)
            return &kinds[i];
    return NULL;
}

const char *mcp_jose_kind_thumbprint(const mcp_json_t *json, apr_pool_t *pool)
{
    const mcp_jose_kind_t *kind = mcp_jose_kind_of(json);
    mcp_writer_t *w = mcp_writer_make(pool);
    const char *const *name;

    if (!kind)
        return NULL;
    mcp_writer_open(w, '{');
    for (name = kind->thumbprint; *name; name++)
        mcp_writer_member(w, *name,
                          mcp_json_string(mcp_json_get(json, *name)));
    mcp_writer_close(w);
    return mcp_digest_text(mcp_writer_text(w, NULL), pool);
}
