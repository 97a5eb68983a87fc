/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "jose/native.h"

#define ALG "HS256"
#define MAC 32 /* bytes */
#define PEM "-----BEGIN "

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                          "shared secret refused: %s", why);
}

static apr_status_t release(void *native)
{
    cjose_jwk_release(native);
    return APR_SUCCESS;
}

static int is_pem(const char *bytes, apr_size_t len)
{
    while (len && strchr(" \t\r\n", *bytes)) {
        bytes++;
        len--;
    }
    return len >= sizeof(PEM) - 1 && !memcmp(bytes, PEM, sizeof(PEM) - 1);
}

static int is_jwk(const char *bytes, apr_size_t len, mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    return !mcp_json_read(&json, bytes, len, cx) &&
           (mcp_json_get(json, "kty") || mcp_json_get(json, "keys"));
}

const mcp_error_t *mcp_jose_jwk_secret(mcp_jose_jwk_t **out, const char *bytes,
                                       apr_size_t len, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = apr_pcalloc(cx->pool, sizeof(*jwk));

    if (len < MCP_JWK_SECRET_MIN)
        return refuse(cx, "it has less than 32 bytes, and whoever sees a "
                          "token could guess it (RFC 7518 3.2)");
    if (is_pem(bytes, len))
        return refuse(cx, "it is a key or certificate in PEM");
    if (is_jwk(bytes, len, cx))
        return refuse(cx, "it is a JWK or a JWK Set; give the secret itself");
    jwk->kty = "oct";
    jwk->alg = ALG;
    jwk->use = "sig";
    jwk->is_private = 1;
    jwk->signature = MAC;
    jwk->native = cjose_jwk_create_oct_spec((const uint8_t *)bytes, len, NULL);
    if (!jwk->native)
        return refuse(cx, "there is no memory for it");
    apr_pool_cleanup_register(cx->pool, jwk->native, release,
                              apr_pool_cleanup_null);
    *out = jwk;
    return NULL;
}
