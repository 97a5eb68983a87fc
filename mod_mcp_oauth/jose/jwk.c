/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/jwk.h"

#include <string.h>

#include <apr_strings.h>
#include <openssl/err.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/writer.h"
#include "jose/native.h"

#define RSA_MIN_BITS 2048
/* Whoever sends a token can have it verified with keys of their own choice
 * (jwks_uri): longer ones would make that dear. */
#define RSA_MAX_BITS 8192
#define RSA_MAX_EXPONENT 4 /* bytes */

typedef struct alg_t {
    const char *name;
    const char *kty;
    const char *crv;
} alg_t;

static const alg_t algs[] = {
    {"ES256", "EC", "P-256"}, {"ES384", "EC", "P-384"},
    {"ES512", "EC", "P-521"}, {"RS256", "RSA", NULL},
    {"RS384", "RSA", NULL},   {"RS512", "RSA", NULL},
    {"PS256", "RSA", NULL},   {"PS384", "RSA", NULL},
    {"PS512", "RSA", NULL},   {NULL, NULL, NULL},
};

typedef struct kind_t {
    const char *kty;
    const char *const *public_names;
    const char *const *private_names;
    const mcp_error_t *(*check)(mcp_jose_jwk_t *, const mcp_json_t *,
                                mcp_ctx_t *);
} kind_t;

static const mcp_error_t *misfit(mcp_ctx_t *cx, const char *why)
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
        return misfit(cx, "crv is not P-256, P-384 or P-521");
    if (!has_size(json, "x", size, cx) || !has_size(json, "y", size, cx))
        return misfit(cx, "a coordinate is not as long as the curve's");
    if (jwk->is_private && !has_size(json, "d", size, cx))
        return misfit(cx, "d is not as long as the curve's");
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
        return misfit(cx, "n or e is missing or not base64url");
    bits = odd_bits(n, n_len);
    if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
        return misfit(cx, "the modulus is not odd and 2048 to 8192 bits");
    if (odd_bits(e, e_len) < 2 || odd_bits(e, e_len) > 8 * RSA_MAX_EXPONENT)
        return misfit(cx, "the exponent is not odd and 2 to 32 bits");
    jwk->signature = (bits + 7) / 8;
    return NULL;
}

static const char *const ec_public[] = {"crv", "x", "y", NULL};
static const char *const ec_private[] = {"d", NULL};
static const char *const rsa_public[] = {"n", "e", NULL};
static const char *const rsa_private[] = {"d",  "p",  "q", "dp",
                                          "dq", "qi", NULL};

static const kind_t kinds[] = {
    {"EC", ec_public, ec_private, ec_check},
    {"RSA", rsa_public, rsa_private, rsa_check},
    {NULL, NULL, NULL, NULL},
};

static const kind_t *kind_of(const mcp_json_t *json)
{
    const char *kty = mcp_json_string(mcp_json_get(json, "kty"));
    const kind_t *kind;

    for (kind = kinds; kty && kind->kty; kind++)
        if (strcmp(kind->kty, kty) == 0)
            return kind;
    return NULL;
}

static int is_array_with(const mcp_json_t *array, const char *one,
                         const char *other)
{
    apr_size_t i;

    if (mcp_json_type(array) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(array); i++) {
        const char *text = mcp_json_string(mcp_json_at(array, i));

        if (text && (strcmp(text, one) == 0 || strcmp(text, other) == 0))
            return 1;
    }
    return 0;
}

/* RFC 7517 4.2 to 4.5: for whom and for what the key is */
static const mcp_error_t *purpose_check(mcp_jose_jwk_t *jwk,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    const mcp_json_t *use = mcp_json_get(json, "use");
    const mcp_json_t *ops = mcp_json_get(json, "key_ops");
    const mcp_json_t *alg = mcp_json_get(json, "alg");
    const mcp_json_t *kid = mcp_json_get(json, "kid");

    if (use && (!mcp_json_string(use) || strcmp(mcp_json_string(use), "sig")))
        return misfit(cx, "use is not sig");
    if (ops && !is_array_with(ops, "verify", "sign"))
        return misfit(cx, "key_ops has neither verify nor sign");
    if (alg && !mcp_jose_jwk_does(jwk, mcp_json_string(alg)))
        return misfit(cx, "alg does not fit the key");
    if (kid && !mcp_json_string(kid))
        return misfit(cx, "kid is not a string");
    if (alg)
        jwk->alg = mcp_json_string(alg);
    jwk->kid = mcp_json_string(kid);
    return NULL;
}

int mcp_jose_jwk_does(const mcp_jose_jwk_t *jwk, const char *alg)
{
    const alg_t *row;

    if (!alg || (jwk->alg && strcmp(jwk->alg, alg) != 0))
        return 0;
    for (row = algs; row->name; row++)
        if (strcmp(row->name, alg) == 0)
            return strcmp(row->kty, jwk->kty) == 0 &&
                   (!row->crv || strcmp(row->crv, jwk->crv) == 0);
    return 0;
}

static void copy_members(mcp_writer_t *w, const mcp_json_t *json,
                         const char *const *names)
{
    for (; *names; names++)
        mcp_writer_member(w, *names,
                          mcp_json_string(mcp_json_get(json, *names)));
}

static const char *render(const mcp_jose_jwk_t *jwk, const mcp_json_t *json,
                          int with_private, apr_pool_t *pool)
{
    const kind_t *kind = kind_of(json);
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "kty", jwk->kty);
    copy_members(w, json, kind->public_names);
    if (with_private)
        copy_members(w, json, kind->private_names);
    mcp_writer_member(w, "kid", jwk->kid);
    mcp_writer_member(w, "use", "sig");
    mcp_writer_member(w, "alg", jwk->alg);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
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
        return misfit(cx, "it is no point on its curve");
    copy = apr_pstrdup(cx->pool, text);
    cjose_get_dealloc()(text);
    MCP_TRY(mcp_json_read(&real, copy, strlen(copy), cx));
    if (!mcp_json_equal(mcp_json_get(real, "x"), mcp_json_get(json, "x")) ||
        !mcp_json_equal(mcp_json_get(real, "y"), mcp_json_get(json, "y")))
        return misfit(cx, "d does not belong to x and y");
    return NULL;
}

static const mcp_error_t *import(mcp_jose_jwk_t *jwk, const mcp_json_t *json,
                                 mcp_ctx_t *cx)
{
    jwk->public_text = render(jwk, json, 0, cx->pool);
    jwk->private_text = render(jwk, json, 1, cx->pool);
    jwk->native =
        cjose_jwk_import(jwk->private_text, strlen(jwk->private_text), NULL);
    ERR_clear_error();
    if (!jwk->native)
        return misfit(cx, "its numbers make no key");
    apr_pool_cleanup_register(cx->pool, jwk->native, release,
                              apr_pool_cleanup_null);
    return jwk->crv ? pair_check(jwk, json, cx) : NULL;
}

static const mcp_error_t *numbers_check(const char *const *names,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    apr_size_t len;

    for (; *names; names++) {
        if (strcmp(*names, "crv") == 0 || !mcp_json_get(json, *names))
            continue;
        if (!octets(&len, json, *names, cx) || !len)
            return misfit(cx, "a number is not base64url");
    }
    return NULL;
}

const mcp_error_t *mcp_jose_jwk_read(mcp_jose_jwk_t **out,
                                     const mcp_json_t *json, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = apr_pcalloc(cx->pool, sizeof(*jwk));
    const kind_t *kind = kind_of(json);

    if (!kind)
        return misfit(cx, "kty is not EC or RSA");
    jwk->kty = kind->kty;
    jwk->is_private = mcp_json_get(json, "d") != NULL;
    MCP_TRY(numbers_check(kind->public_names, json, cx));
    MCP_TRY(numbers_check(kind->private_names, json, cx));
    MCP_TRY(kind->check(jwk, json, cx));
    MCP_TRY(purpose_check(jwk, json, cx));
    MCP_TRY(import(jwk, json, cx));
    *out = jwk;
    return NULL;
}

/* RFC 7638: the digest of the required members in this order, no blanks. */
static const char *thumbprint(const mcp_json_t *json, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "crv", mcp_json_string(mcp_json_get(json, "crv")));
    mcp_writer_member(w, "kty", mcp_json_string(mcp_json_get(json, "kty")));
    mcp_writer_member(w, "x", mcp_json_string(mcp_json_get(json, "x")));
    mcp_writer_member(w, "y", mcp_json_string(mcp_json_get(json, "y")));
    mcp_writer_close(w);
    return mcp_digest_text(mcp_writer_text(w, NULL), pool);
}

const mcp_error_t *mcp_jose_jwk_make(mcp_jose_jwk_t **jwk, mcp_ctx_t *cx)
{
    cjose_jwk_t *native = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, NULL);
    char *text = native ? cjose_jwk_to_json(native, true, NULL) : NULL;
    const mcp_json_t *json;
    const char *copy;

    if (native)
        cjose_jwk_release(native);
    if (!text)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Check the OpenSSL installation and that "
                               "/dev/urandom can be read.",
                               "OpenSSL cannot make a P-256 key");
    copy = apr_pstrdup(cx->pool, text);
    cjose_get_dealloc()(text);
    MCP_TRY(mcp_json_read(&json, copy, strlen(copy), cx));
    MCP_TRY(mcp_jose_jwk_read(jwk, json, cx));
    (*jwk)->kid = thumbprint(json, cx->pool);
    (*jwk)->public_text = render(*jwk, json, 0, cx->pool);
    (*jwk)->private_text = render(*jwk, json, 1, cx->pool);
    return NULL;
}

const char *mcp_jose_jwk_kid(const mcp_jose_jwk_t *jwk)
{
    return jwk->kid;
}

const char *mcp_jose_jwk_alg(const mcp_jose_jwk_t *jwk)
{
    return jwk->alg;
}

const char *mcp_jose_jwk_text(const mcp_jose_jwk_t *jwk, int with_private,
                              apr_pool_t *pool)
{
    return apr_pstrdup(pool,
                       with_private ? jwk->private_text : jwk->public_text);
}
