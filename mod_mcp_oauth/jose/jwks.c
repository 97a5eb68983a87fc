/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/jwks.h"

#include <string.h>

#include "base/encode.h"
#include "jose/alg.h"
#include "jose/native.h"

#define KID_SHOWN 80 /* bytes of a kid that the log has */

typedef struct member_t {
    const char *kid;     /* or NULL */
    const char *kty;     /* or NULL */
    mcp_jose_jwk_t *jwk; /* NULL: it cannot be read */
    const char *why;     /* that */
} member_t;

struct mcp_jose_jwks_t {
    apr_array_header_t *members; /* of member_t */
};

/* What is found out about the keys of a set. */
typedef struct search_t {
    const mcp_jose_jws_t *jws;
    const char *kty;
    int named; /* have the kid of the JWS */
    int tried;
    int is_cut;      /* more would have fitted */
    const char *why; /* one with the kid was not read; or NULL */
} search_t;

/* -- reading -- */

static void member_read(member_t *member, const mcp_json_t *json,
                        mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_jose_jwk_read(&member->jwk, json, cx);

    member->kid = mcp_json_string(mcp_json_get(json, "kid"));
    member->kty = mcp_json_string(mcp_json_get(json, "kty"));
    if (!e)
        return;
    member->jwk = NULL;
    member->why = e->detail;
}

const mcp_error_t *mcp_jose_jwks_read(const mcp_jose_jwks_t **out,
                                      const char *text, apr_size_t len,
                                      mcp_ctx_t *cx)
{
    mcp_jose_jwks_t *jwks = apr_pcalloc(cx->pool, sizeof(*jwks));
    const mcp_json_t *json, *keys;
    apr_size_t i;

    MCP_TRY(mcp_json_read(&json, text, len, cx));
    keys = mcp_json_get(json, "keys");
    if (mcp_json_type(keys) != MCP_JSON_ARRAY)
        return mcp_error_make(MCP_E_INVALID_REQUEST, cx,
                              "it is no JWK Set: it has no array of keys");
    jwks->members = apr_array_make(cx->pool, 4, sizeof(member_t));
    for (i = 0; i < mcp_json_size(keys) && i < MCP_JWKS_KEYS; i++)
        member_read(apr_array_push(jwks->members), mcp_json_at(keys, i), cx);
    *out = jwks;
    return NULL;
}

/* -- verifying -- */

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "JWS refused: %s", why);
}

static const mcp_error_t *alg_check(const search_t *search,
                                    const apr_array_header_t *allowed,
                                    mcp_ctx_t *cx)
{
    const char *alg = search->jws->alg;
    int i;

    for (i = 0; allowed && i < allowed->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(allowed, i, const char *), alg) == 0)
            break;
    if (!allowed || i == allowed->nelts)
        return mcp_error_make(MCP_E_INVALID_TOKEN, cx,
                              "JWS refused: its alg %s is none of those that "
                              "its issuer may use",
                              mcp_encode_log(alg, KID_SHOWN, cx->pool));
    /* RFC 8725 3.1: what a JWK Set holds is public, and is no secret */
    if (!search->kty || strcmp(search->kty, "oct") == 0)
        return refuse(cx, "its alg is none that a JWK Set has keys for");
    return NULL;
}

static int is_equal(const char *own, const char *other)
{
    return own && strcmp(own, other) == 0;
}

/* Whether this key made it. */
static int try(search_t *search, const member_t *key, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws = search->jws;

    if (jws->kid && !is_equal(key->kid, jws->kid))
        return 0;
    search->named += jws->kid != NULL;
    if (!is_equal(key->kty, search->kty))
        return 0;
    if (!key->jwk)
        search->why = key->why;
    if (!key->jwk || !mcp_jose_jwk_does(key->jwk, jws->alg))
        return 0;
    search->is_cut = search->tried == MCP_JWKS_TRIES;
    if (search->is_cut)
        return 0;
    search->tried++;
    return !mcp_jose_jws_verify(jws, key->jwk, cx);
}

static const mcp_error_t *none_by_name(int *is_unknown, const search_t *search,
                                       mcp_ctx_t *cx)
{
    const char *kid = mcp_encode_log(search->jws->kid, KID_SHOWN, cx->pool);

    *is_unknown = !search->named;
    if (!search->named)
        return mcp_error_make(MCP_E_INVALID_TOKEN, cx,
                              "JWS refused: the JWK Set has no key named %s",
                              kid);
    if (!search->tried)
        return mcp_error_make(MCP_E_INVALID_TOKEN, cx,
                              "JWS refused: the key named %s is not one for "
                              "%s%s%s",
                              kid, search->jws->alg, search->why ? ": " : "",
                              search->why ? search->why : "");
    return refuse(cx, "the signature is wrong");
}

static const mcp_error_t *none_at_all(int *is_unknown, const search_t *search,
                                      mcp_ctx_t *cx)
{
    *is_unknown = !search->is_cut;
    if (search->is_cut)
        return refuse(cx, "it has no kid, and more keys than are tried could "
                          "have made it");
    return refuse(cx, search->tried ? "it has no kid, and no key made it"
                                    : "it has no kid, and no key is one for "
                                      "its alg");
}

const mcp_error_t *mcp_jose_jwks_verify(int *is_unknown,
                                        const mcp_jose_jws_t *jws,
                                        const mcp_jose_jwks_t *jwks,
                                        const apr_array_header_t *allowed,
                                        mcp_ctx_t *cx)
{
    const mcp_jose_alg_t *alg = mcp_jose_alg_find(jws->alg);
    search_t search = {jws, alg ? alg->kty : NULL, 0, 0, 0, NULL};
    int i;

    *is_unknown = 0;
    MCP_TRY(alg_check(&search, allowed, cx));
    for (i = 0; i < jwks->members->nelts && !search.is_cut; i++)
        if (try(&search, &APR_ARRAY_IDX(jwks->members, i, member_t), cx))
            return NULL;
    return jws->kid ? none_by_name(is_unknown, &search, cx)
                    : none_at_all(is_unknown, &search, cx);
}
