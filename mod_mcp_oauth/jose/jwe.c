/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/jwe.h"

#include <string.h>
#include <strings.h>

#include <apr_strings.h>
#include <openssl/err.h>

#include "base/encode.h"
#include "jose/native.h"

#define ALG "RSA-OAEP"
#define PARTS 5
#define TAG 16 /* bytes of the authentication tag */

enum { HEADER, KEY, IV, CIPHERTEXT, AUTH_TAG };

/* RFC 7518 5.1 */
static const struct content_t {
    const char *enc;
    apr_size_t iv; /* bytes */
} contents[] = {{"A256GCM", 12}, {"A128CBC-HS256", 16}};

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "JWE refused: %s", why);
}

static const struct content_t *content_find(const char *enc)
{
    apr_size_t i;

    for (i = 0; enc && i < sizeof(contents) / sizeof(contents[0]); i++)
        if (strcmp(contents[i].enc, enc) == 0)
            return &contents[i];
    return NULL;
}

/* -- reading -- */

int mcp_jose_jwe_is_like(const char *text, apr_size_t len)
{
    const char *dot = text, *end = text + len;
    int dots = 0;

    while ((dot = memchr(dot, '.', (apr_size_t)(end - dot))) != NULL) {
        dot++;
        dots++;
    }
    return dots == PARTS - 1;
}

static int is_jwt(const mcp_json_t *cty)
{
    const char *text = mcp_json_string(cty);

    return !cty || (text && strcasecmp(text, "JWT") == 0);
}

static const mcp_error_t *header_check(mcp_jose_jwe_t *jwe, mcp_ctx_t *cx)
{
    static const char *const never[] = {"crit", "zip", "p2c", "p2s"};
    const mcp_json_t *kid = mcp_json_get(jwe->header, "kid");
    const char *alg = mcp_json_string(mcp_json_get(jwe->header, "alg"));
    const struct content_t *content =
        content_find(mcp_json_string(mcp_json_get(jwe->header, "enc")));
    apr_size_t i;

    if (!alg || strcmp(alg, ALG) != 0)
        return refuse(cx, "its alg is not RSA-OAEP");
    if (!content)
        return refuse(cx, "its enc is not A256GCM or A128CBC-HS256");
    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (mcp_json_get(jwe->header, never[i]))
            return refuse(cx, "it has crit, zip, p2c or p2s");
    if (!is_jwt(mcp_json_get(jwe->header, "cty")))
        return refuse(cx, "its cty is not JWT");
    if (kid && !mcp_json_string(kid))
        return refuse(cx, "its kid is not a string");
    jwe->enc = content->enc;
    jwe->kid = mcp_json_string(kid);
    return NULL;
}

static const mcp_error_t *header_read(mcp_jose_jwe_t *jwe, const char *octets,
                                      apr_size_t len, mcp_ctx_t *cx)
{
    if (mcp_json_read(&jwe->header, octets, len, cx))
        return refuse(cx, "its header is not JSON");
    if (mcp_json_type(jwe->header) != MCP_JSON_OBJECT)
        return refuse(cx, "its header is not a JSON object");
    return header_check(jwe, cx);
}

const mcp_error_t *mcp_jose_jwe_read(const mcp_jose_jwe_t **out,
                                     const char *text, apr_size_t len,
                                     mcp_ctx_t *cx)
{
    mcp_jose_jwe_t *jwe = apr_pcalloc(cx->pool, sizeof(*jwe));
    const unsigned char *octets[PARTS];
    apr_size_t sizes[PARTS];
    const char *part;
    int i;

    if (len > MCP_JWE_MAX)
        return refuse(cx, "it is too long");
    if (!mcp_jose_jwe_is_like(text, len))
        return refuse(cx, "it has not five parts");
    jwe->text = apr_pstrmemdup(cx->pool, text, len);
    for (i = 0, part = jwe->text; i < PARTS; i++) {
        const char *dot = memchr(part, '.', jwe->text + len - part);
        const char *end = dot ? dot : jwe->text + len;

        octets[i] = mcp_encode_base64url_read(
            &sizes[i], part, (apr_size_t)(end - part), cx->pool);
        if (!octets[i])
            return refuse(cx, "a part is not base64url");
        part = end + 1;
    }
    jwe->key = sizes[KEY];
    jwe->iv = sizes[IV];
    jwe->tag = sizes[AUTH_TAG];
    MCP_TRY(header_read(jwe, (const char *)octets[HEADER], sizes[HEADER], cx));
    *out = jwe;
    return NULL;
}

/* -- decrypting -- */

/* cjose reads as many bytes as the algorithm needs whatever there is, and one
 * that is not patched (CVE-2023-37464) compares as much of the tag as there
 * is. */
static int has_right_sizes(const mcp_jose_jwe_t *jwe,
                           const mcp_jose_jwk_t *jwk)
{
    return jwe->key == jwk->signature &&
           jwe->iv == content_find(jwe->enc)->iv && jwe->tag == TAG;
}

/* cjose does not show the content encryption key: one of another length than
 * enc needs is cut or filled up with zeros. Whoever encrypts chooses that key,
 * and harms nobody but themselves with a weak one. */
static const char *native_decrypt(apr_size_t *len, const mcp_jose_jwe_t *jwe,
                                  const mcp_jose_jwk_t *jwk, apr_pool_t *pool)
{
    cjose_jwe_t *native = cjose_jwe_import(jwe->text, strlen(jwe->text), NULL);
    uint8_t *octets = NULL;
    size_t size = 0;
    char *copy = NULL;

    if (native)
        octets = cjose_jwe_decrypt(native, jwk->native, &size, NULL);
    if (octets) {
        copy = apr_pstrmemdup(pool, (const char *)octets, size);
        *len = size;
        cjose_get_dealloc()(octets);
    }
    cjose_jwe_release(native);
    ERR_clear_error();
    return copy;
}

const mcp_error_t *mcp_jose_jwe_decrypt(const char **plaintext,
                                        apr_size_t *len,
                                        const mcp_jose_jwe_t *jwe,
                                        const mcp_jose_jwk_t *jwk,
                                        mcp_ctx_t *cx)
{
    const char *fault;

    if (!jwk)
        return refuse(cx, "there is no key to decrypt it with");
    fault = mcp_jose_jwe_key_fault(jwk, cx->pool);
    if (fault)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Give a private RSA key for RSA-OAEP.",
                               "this key cannot decrypt: %s", fault);
    *plaintext = NULL;
    if (has_right_sizes(jwe, jwk))
        *plaintext = native_decrypt(len, jwe, jwk, cx->pool);
    return *plaintext ? NULL
                      : refuse(cx, "it cannot be decrypted with the key that "
                                   "there is");
}

const char *mcp_jose_jwe_key_fault(const mcp_jose_jwk_t *jwk, apr_pool_t *pool)
{
    if (!jwk->is_private)
        return "it is a public key, and only the private one decrypts";
    if (strcmp(jwk->kty, "RSA") != 0)
        return apr_psprintf(
            pool, "it is a key of type %s, and only RSA keys decrypt here",
            jwk->kty);
    if (jwk->use && strcmp(jwk->use, "enc") != 0)
        return "its use is sig, and one whose use is enc is needed";
    if (jwk->is_alg_said && strcmp(jwk->alg, ALG) != 0)
        return apr_psprintf(pool,
                            "its alg is %s, and only RSA-OAEP is decrypted "
                            "here: have the provider encrypt with that",
                            mcp_encode_log(jwk->alg, 40, pool));
    if (jwk->enc && !content_find(jwk->enc))
        return apr_psprintf(pool,
                            "its enc is %s, and only A256GCM and "
                            "A128CBC-HS256 are decrypted here: have the "
                            "provider encrypt with one of them",
                            mcp_encode_log(jwk->enc, 40, pool));
    return NULL;
}
