/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/jws.h"

#include <string.h>
#include <strings.h>

#include <apr_strings.h>
#include <openssl/err.h>

#include "base/encode.h"
#include "jose/native.h"
#include "jose/okp.h"

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "JWS refused: %s", why);
}

/* One part of the serialization as a JSON object. */
static const mcp_error_t *part_read(const mcp_json_t **json, const char **text,
                                    const char *part, apr_size_t len,
                                    mcp_ctx_t *cx)
{
    apr_size_t size;
    char *octets =
        (char *)mcp_encode_base64url_read(&size, part, len, cx->pool);

    if (!octets)
        return refuse(cx, "a part is not base64url");
    if (mcp_json_read(json, octets, size, cx))
        return refuse(cx, "a part is not JSON");
    if (mcp_json_type(*json) != MCP_JSON_OBJECT)
        return refuse(cx, "a part is not a JSON object");
    if (text)
        *text = octets;
    return NULL;
}

/* A member that must be a string where it is present. */
static const mcp_error_t *text_read(const char **text,
                                    const mcp_json_t *header, const char *name,
                                    mcp_ctx_t *cx)
{
    const mcp_json_t *json = mcp_json_get(header, name);

    *text = mcp_json_string(json);
    if (json && !*text)
        return refuse(cx, "alg, kid or typ is not a string");
    return NULL;
}

static const mcp_error_t *header_check(mcp_jose_jws_t *jws, mcp_ctx_t *cx)
{
    MCP_TRY(text_read(&jws->alg, jws->header, "alg", cx));
    MCP_TRY(text_read(&jws->kid, jws->header, "kid", cx));
    MCP_TRY(text_read(&jws->typ, jws->header, "typ", cx));
    if (!jws->alg)
        return refuse(cx, "there is no alg");
    if (strcasecmp(jws->alg, "none") == 0)
        return refuse(cx, "alg is none");
    /* RFC 7515 4.1.11: we understand no extension, and cjose ignores crit */
    if (mcp_json_get(jws->header, "crit"))
        return refuse(cx, "it has crit");
    /* RFC 7797 5.2 forbids it in a JWT */
    if (mcp_json_get(jws->header, "b64"))
        return refuse(cx, "it has b64");
    return NULL;
}

static const mcp_error_t *whole_read(const mcp_jose_jws_t **out,
                                     const char *text, apr_size_t len,
                                     mcp_ctx_t *cx)
{
    mcp_jose_jws_t *jws = apr_pcalloc(cx->pool, sizeof(*jws));
    const char *payload, *signature, *copy;
    apr_size_t size;

    copy = apr_pstrmemdup(cx->pool, text, len);
    payload = memchr(copy, '.', len);
    if (!payload)
        return refuse(cx, "it has one part");
    payload++;
    signature = memchr(payload, '.', copy + len - payload);
    if (!signature)
        return refuse(cx, "it has two parts");
    signature++;
    MCP_TRY(part_read(&jws->header, NULL, copy, payload - 1 - copy, cx));
    MCP_TRY(header_check(jws, cx));
    if (signature == copy + len ||
        !mcp_encode_base64url_read(&size, signature, copy + len - signature,
                                   cx->pool))
        return refuse(cx, "the signature is not base64url");
    MCP_TRY(part_read(&jws->claims, &jws->claims_text, payload,
                      signature - 1 - payload, cx));
    jws->text = copy;
    *out = jws;
    return NULL;
}

const mcp_error_t *mcp_jose_jws_read(const mcp_jose_jws_t **jws,
                                     const char *text, apr_size_t len,
                                     mcp_ctx_t *cx)
{
    return len > MCP_JWS_MAX ? refuse(cx, "it is too long")
                             : whole_read(jws, text, len, cx);
}

const mcp_error_t *mcp_jose_jws_read_long(const mcp_jose_jws_t **jws,
                                          const char *text, apr_size_t len,
                                          mcp_ctx_t *cx)
{
    return len > MCP_JWS_LONG_MAX ? refuse(cx, "it is too long")
                                  : whole_read(jws, text, len, cx);
}

/* cjose halves whatever length an ECDSA signature has, so that one signature
 * would have many forms. */
static int has_right_size(const mcp_jose_jws_t *jws, const mcp_jose_jwk_t *jwk)
{
    return strlen(strrchr(jws->text, '.') + 1) == (jwk->signature * 4 + 2) / 3;
}

static int has_signed(const mcp_jose_jwk_t *jwk, const char *text)
{
    cjose_jws_t *native = cjose_jws_import(text, strlen(text), NULL);
    int good = native && cjose_jws_verify(native, jwk->native, NULL);

    cjose_jws_release(native);
    return good;
}

const mcp_error_t *mcp_jose_jws_verify(const mcp_jose_jws_t *jws,
                                       const mcp_jose_jwk_t *jwk,
                                       mcp_ctx_t *cx)
{
    int good;

    if (!jwk || !mcp_jose_jwk_does(jwk, jws->alg))
        return refuse(cx, "its alg is not the key's");
    if (!has_right_size(jws, jwk))
        return refuse(cx, "the signature has the wrong length");
    good = jwk->okp ? mcp_jose_okp_has_signed(jwk, jws->text, cx->pool)
                    : has_signed(jwk, jws->text);
    if (good)
        return NULL;
    /* mod_ssl takes what is left in the thread's queue for its own */
    ERR_clear_error();
    return refuse(cx, "the signature is wrong");
}

const char *mcp_jose_jws_key_fault(const mcp_jose_jwk_t *jwk, apr_pool_t *pool)
{
    if (!jwk->is_private)
        return "it is a public key, and only a private one signs";
    if (jwk->use && strcmp(jwk->use, "sig") != 0)
        return "its use is enc, and one whose use is sig is needed";
    if (!jwk->alg)
        return "it does not say its alg";
    if (!mcp_jose_jwk_does(jwk, jwk->alg))
        return apr_psprintf(pool, "its alg is %s, which does not sign here",
                            mcp_encode_log(jwk->alg, 40, pool));
    return NULL;
}

static cjose_header_t *header_make(const char *typ, const mcp_jose_jwk_t *jwk)
{
    cjose_header_t *header = cjose_header_new(NULL);

    if (header && cjose_header_set(header, "alg", jwk->alg, NULL) &&
        (!typ || cjose_header_set(header, "typ", typ, NULL)) &&
        (!jwk->kid || jwk->is_kid_made ||
         cjose_header_set(header, "kid", jwk->kid, NULL)))
        return header;
    if (header)
        cjose_header_release(header);
    return NULL;
}

const mcp_error_t *mcp_jose_jws_sign(const char **text, const char *claims,
                                     const char *typ,
                                     const mcp_jose_jwk_t *jwk, mcp_ctx_t *cx)
{
    cjose_header_t *header;
    cjose_jws_t *native = NULL;
    const char *compact = NULL;
    const char *fault = mcp_jose_jws_key_fault(jwk, cx->pool);

    if (fault)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Sign with a private key for signatures.",
                               "this key cannot sign: %s", fault);
    header = header_make(typ, jwk);
    if (header)
        native = cjose_jws_sign(jwk->native, header, (const uint8_t *)claims,
                                strlen(claims), NULL);
    *text = NULL;
    if (native && cjose_jws_export(native, &compact, NULL))
        *text = apr_pstrdup(cx->pool, compact);
    cjose_jws_release(native);
    if (header)
        cjose_header_release(header);
    if (*text)
        return NULL;
    ERR_clear_error();
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Check free memory and the OpenSSL installation.",
                           "signing with %s failed", jwk->alg);
}
