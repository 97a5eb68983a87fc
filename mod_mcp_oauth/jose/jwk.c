/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/jwk.h"

#include <string.h>

#include <apr_strings.h>

#include "base/encode.h"
#include "base/writer.h"
#include "jose/alg.h"
#include "jose/kind.h"
#include "jose/native.h"

int mcp_jose_jwk_has_op(const mcp_json_t *json, const char *one,
                        const char *other)
{
    const mcp_json_t *ops = mcp_json_get(json, "key_ops");
    apr_size_t i;

    if (mcp_json_type(ops) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(ops); i++) {
        const char *text = mcp_json_string(mcp_json_at(ops, i));

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
    const mcp_json_t *alg = mcp_json_get(json, "alg");
    const mcp_json_t *kid = mcp_json_get(json, "kid");

    if (use && (!mcp_json_string(use) || strcmp(mcp_json_string(use), "sig")))
        return mcp_jose_kind_misfit(cx, "use is not sig");
    if (mcp_json_get(json, "key_ops") &&
        !mcp_jose_jwk_has_op(json, "verify", "sign"))
        return mcp_jose_kind_misfit(cx, "key_ops has neither verify nor sign");
    if (alg && !mcp_jose_jwk_does(jwk, mcp_json_string(alg)))
        return mcp_jose_kind_misfit(cx, "alg does not fit the key");
    if (kid && !mcp_json_string(kid))
        return mcp_jose_kind_misfit(cx, "kid is not a string");
    if (alg) {
        jwk->alg = mcp_json_string(alg);
        jwk->is_alg_said = 1;
    }
    jwk->use = "sig";
    jwk->kid = mcp_json_string(kid);
    return NULL;
}

int mcp_jose_jwk_does(const mcp_jose_jwk_t *jwk, const char *alg)
{
    const mcp_jose_alg_t *row = mcp_jose_alg_find(alg);

    if (!row || (jwk->alg && strcmp(jwk->alg, alg) != 0) ||
        (jwk->use && strcmp(jwk->use, "sig") != 0))
        return 0;
    return strcmp(row->kty, jwk->kty) == 0 &&
           (!row->crv || strcmp(row->crv, jwk->crv) == 0);
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
    const mcp_jose_kind_t *kind = mcp_jose_kind_of(json);
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "kty", jwk->kty);
    copy_members(w, json, kind->public_names);
    if (with_private)
        copy_members(w, json, kind->private_names);
    mcp_writer_member(w, "kid", jwk->kid);
    mcp_writer_member(w, "use", jwk->use);
    mcp_writer_member(w, "alg", jwk->alg);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

static const mcp_error_t *numbers_check(const char *const *names,
                                        const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *text;
    apr_size_t len;

    for (; *names; names++) {
        if (strcmp(*names, "crv") == 0 || !mcp_json_get(json, *names))
            continue;
        text = mcp_json_string(mcp_json_get(json, *names));
        if (!text ||
            !mcp_encode_base64url_read(&len, text, strlen(text), cx->pool) ||
            !len)
            return mcp_jose_kind_misfit(cx, "a number is not base64url");
    }
    return NULL;
}

const mcp_error_t *mcp_jose_jwk_begin(mcp_jose_jwk_t **out,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = apr_pcalloc(cx->pool, sizeof(*jwk));
    const mcp_jose_kind_t *kind = mcp_jose_kind_of(json);

    if (!kind)
        return mcp_jose_kind_misfit(cx, "kty is not EC, RSA or OKP");
    jwk->kty = kind->kty;
    jwk->is_private = mcp_json_get(json, "d") != NULL;
    MCP_TRY(numbers_check(kind->public_names, json, cx));
    MCP_TRY(numbers_check(kind->private_names, json, cx));
    MCP_TRY(kind->check(jwk, json, cx));
    *out = jwk;
    return NULL;
}

const mcp_error_t *mcp_jose_jwk_finish(mcp_jose_jwk_t *jwk,
                                       const mcp_json_t *json, mcp_ctx_t *cx)
{
    jwk->public_text = render(jwk, json, 0, cx->pool);
    jwk->private_text = render(jwk, json, 1, cx->pool);
    return mcp_jose_kind_of(json)->import(jwk, json, cx);
}

const mcp_error_t *mcp_jose_jwk_read(mcp_jose_jwk_t **out,
                                     const mcp_json_t *json, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk;

    MCP_TRY(mcp_jose_jwk_begin(&jwk, json, cx));
    MCP_TRY(purpose_check(jwk, json, cx));
    MCP_TRY(mcp_jose_jwk_finish(jwk, json, cx));
    *out = jwk;
    return NULL;
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
    (*jwk)->kid = mcp_jose_kind_thumbprint(json, cx->pool);
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
