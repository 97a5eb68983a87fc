/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose_made.h"

#include <openssl/err.h>

#include "jose/jwks.h"

/* The keys of a provider, and what they sign. */
typedef struct provider_t {
    mcp_jose_jwk_t *rsa; /* RS256 */
    mcp_jose_jwk_t *ec;  /* ES256 */
    mcp_jose_jwk_t *old; /* ES256, out of use */
    EVP_PKEY *okp;
} provider_t;

/* The public JWK with this kid (NULL: none) and more members. */
static const char *known(const mcp_jose_jwk_t *jwk, const char *kid,
                         const char *more, mcp_ctx_t *cx)
{
    static const char *const members[] = {"kty", "crv", "x", "y", "n", "e"};
    const char *text = mcp_jose_jwk_text(jwk, 0, cx->pool);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const mcp_json_t *json;
    apr_size_t i, len;
    char *open;

    mcp_json_read(&json, text, strlen(text), cx);
    mcp_writer_open(w, '{');
    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        mcp_writer_member(w, members[i],
                          mcp_json_string(mcp_json_get(json, members[i])));
    mcp_writer_member(w, "kid", kid);
    mcp_writer_close(w);
    open = apr_pstrdup(cx->pool, mcp_writer_text(w, &len));
    open[len - 1] = '\0';
    return apr_pstrcat(cx->pool, open, more, "}", NULL);
}

/* keys: JWKs, NULL behind the last */
static const mcp_jose_jwks_t *set_of(mcp_ctx_t *cx, ...)
{
    const char *text = "{\"keys\":[", *key;
    const mcp_jose_jwks_t *jwks = NULL;
    va_list args;
    int i = 0;

    va_start(args, cx);
    while ((key = va_arg(args, const char *)) != NULL)
        text = apr_pstrcat(cx->pool, text, i++ ? "," : "", key, NULL);
    va_end(args);
    text = apr_pstrcat(cx->pool, text, "]}", NULL);
    fine(mcp_jose_jwks_read(&jwks, text, strlen(text), cx), "a JWK Set");
    return jwks;
}

static const mcp_jose_jws_t *token_by(const mcp_jose_jwk_t *jwk, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws = NULL;
    const char *text;

    if (mcp_jose_jws_sign(&text, "{\"sub\":\"u\"}", "JWT", jwk, cx) ||
        mcp_jose_jws_read(&jws, text, strlen(text), cx))
        return NULL;
    return jws;
}

static mcp_jose_jwk_t *private_key(const char *type, const char *curve,
                                   int bits, mcp_ctx_t *cx)
{
    EVP_PKEY *key = made_key(type, curve, bits);
    const char *pem = made_pem(key, MADE_PKCS8, cx);
    mcp_jose_jwk_t *jwk = NULL;
    const char *text;

    EVP_PKEY_free(key);
    if (mcp_jose_jwk_private(&jwk, pem, strlen(pem), cx))
        return NULL;
    /* as a JWK, whose kid it says */
    text = mcp_jose_jwk_text(jwk, 1, cx->pool);
    mcp_jose_jwk_private(&jwk, text, strlen(text), cx);
    return jwk;
}

/* Our signer always has a kid; another's may have none. */
static const mcp_jose_jws_t *nameless(const mcp_jose_jwk_t *jwk, mcp_ctx_t *cx)
{
    const char *text = mcp_jose_jwk_text(jwk, 1, cx->pool), *token;
    const char *kid = strstr(text, ",\"kid\":");
    const mcp_jose_jws_t *jws = NULL;
    const mcp_json_t *json;
    mcp_jose_jwk_t *bare;

    text = apr_pstrcat(
        cx->pool, apr_pstrmemdup(cx->pool, text, (apr_size_t)(kid - text)),
        strchr(kid + 1, ','), NULL);
    mcp_json_read(&json, text, strlen(text), cx);
    mcp_jose_jwk_read(&bare, json, cx);
    mcp_jose_jws_sign(&token, "{}", NULL, bare, cx);
    mcp_jose_jws_read(&jws, token, strlen(token), cx);
    return jws;
}

static const apr_array_header_t *list_of(const char *words, mcp_ctx_t *cx)
{
    apr_array_header_t *list =
        apr_array_make(cx->pool, 4, sizeof(const char *));
    char *copy = apr_pstrdup(cx->pool, words), *last;
    const char *word;

    for (word = apr_strtok(copy, " ", &last); word;
         word = apr_strtok(NULL, " ", &last))
        APR_ARRAY_PUSH(list, const char *) = word;
    return list;
}

static void verifies(const mcp_jose_jws_t *jws, const mcp_jose_jwks_t *jwks,
                     const char *allowed, const char *name, mcp_ctx_t *cx)
{
    int is_unknown = 7;

    fine(
        mcp_jose_jwks_verify(&is_unknown, jws, jwks, list_of(allowed, cx), cx),
        name);
    ok(is_unknown == 0, "and the key was there");
}

static void refuses(const mcp_jose_jws_t *jws, const mcp_jose_jwks_t *jwks,
                    const char *allowed, const char *why, mcp_ctx_t *cx)
{
    int want = *why == '?', is_unknown = 7;
    const mcp_error_t *e =
        mcp_jose_jwks_verify(&is_unknown, jws, jwks, list_of(allowed, cx), cx);

    why += want;
    ok(e && e->code == MCP_E_INVALID_TOKEN && strstr(e->detail, why) &&
           is_unknown == want,
       "refused: %s", why);
    if (!e || !strstr(e->detail, why) || is_unknown != want)
        printf("#  got: %s, %d\n", e ? e->detail : "no error", is_unknown);
    ok(!ERR_peek_error(), "and OpenSSL's error queue is empty");
}

static provider_t provider_make(mcp_ctx_t *cx)
{
    provider_t p;

    p.rsa = private_key("RSA", NULL, 2048, cx);
    p.ec = private_key("EC", "P-256", 0, cx);
    p.old = private_key("EC", "P-256", 0, cx);
    p.okp = made_key("ED25519", NULL, 0);
    return p;
}

/* Other keys, as they stand beside those for signatures: Keycloak's for
 * RSA-OAEP, one of a kind to come, a secret, a short one, rubbish. */
static const char *strange(const provider_t *p, const char *kid, mcp_ctx_t *cx)
{
    return apr_pstrcat(
        cx->pool,
        known(p->rsa, "enc", ",\"use\":\"enc\",\"alg\":\"RSA-OAEP\"", cx),
        ",{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"kid\":\"", kid,
        "\",\"pub\":\"AAAA\"},{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"", kid,
        "\"},{\"kty\":\"RSA\",\"n\":\"AAAB\",\"e\":\"AQAB\",\"kid\":\"", kid,
        "\"},7,null,\"key\",[],{\"kid\":7}", NULL);
}

static void test_named(const provider_t *p, mcp_ctx_t *cx)
{
    const char *rsa_kid = mcp_jose_jwk_kid(p->rsa);
    const char *ec_kid = mcp_jose_jwk_kid(p->ec);
    const char *more = strange(p, rsa_kid, cx), *okp;
    const char *rsa = known(p->rsa, rsa_kid, ",\"use\":\"sig\"", cx);
    const char *ec = known(p->ec, ec_kid, "", cx);
    const mcp_jose_jws_t *jws;
    const mcp_jose_jwks_t *all = set_of(cx, more, ec, rsa, NULL);
    const char *text;

    verifies(token_by(p->rsa, cx), all, "RS256", "by kid, among strange ones",
             cx);
    verifies(token_by(p->ec, cx), all, "RS256 ES256", "the other one", cx);
    verifies(token_by(p->rsa, cx),
             set_of(cx, known(p->ec, rsa_kid, "", cx), rsa, NULL), "RS256",
             "RFC 7517 4.5: one kid for keys of two kinds", cx);
    okp = made_okp_jwk(p->okp, ",\"kid\":\"o\"", cx);
    text = made_okp_jws("{\"alg\":\"EdDSA\",\"kid\":\"o\"}", "{}", p->okp, cx);
    mcp_jose_jws_read(&jws, text, strlen(text), cx);
    verifies(jws, set_of(cx, rsa, okp, NULL), "EdDSA", "EdDSA", cx);
    refuses(token_by(p->old, cx), all, "ES256",
            apr_pstrcat(cx->pool, "?the JWK Set has no key named ",
                        mcp_jose_jwk_kid(p->old), NULL),
            cx);
    refuses(token_by(p->ec, cx),
            set_of(cx, known(p->old, ec_kid, "", cx), NULL), "ES256",
            "the signature is wrong", cx);
    refuses(token_by(p->ec, cx), set_of(cx, known(p->ec, NULL, "", cx), NULL),
            "ES256", "?no key named", cx);
    refuses(token_by(p->ec, cx), set_of(cx, NULL), "ES256", "?no key named",
            cx);
}

/* There is a key of that name, and it is for something else. */
static void test_misfits(const provider_t *p, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws = token_by(p->rsa, cx);
    const char *kid = mcp_jose_jwk_kid(p->rsa);
    static const struct {
        const char *more;
        const char *why;
    } cases[] = {
        {",\"use\":\"enc\"", "is not one for RS256: JWK refused: use is not"},
        {",\"alg\":\"RSA-OAEP\"", "alg does not fit the key"},
        {",\"alg\":\"PS256\"", "is not one for RS256"},
        {",\"key_ops\":[\"encrypt\"]", "key_ops has neither"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuses(jws, set_of(cx, known(p->rsa, kid, cases[i].more, cx), NULL),
                "RS256", cases[i].why, cx);
    refuses(jws, set_of(cx, known(p->ec, kid, "", cx), NULL), "RS256",
            "is not one for RS256", cx);
    refuses(jws, set_of(cx, strange(p, kid, cx), NULL), "RS256",
            "is not one for RS256", cx);
}

static void test_allowed(const provider_t *p, mcp_ctx_t *cx)
{
    const mcp_jose_jwks_t *all =
        set_of(cx, known(p->rsa, mcp_jose_jwk_kid(p->rsa), "", cx), NULL);
    const mcp_jose_jws_t *jws = token_by(p->rsa, cx), *other;
    const char *secret = "0123456789abcdef0123456789abcdef", *text;
    mcp_jose_jwk_t *oct;
    int is_unknown;

    refuses(jws, all, "ES256 PS256", "its alg RS256 is none of those", cx);
    refuses(jws, all, "", "its alg RS256 is none of those", cx);
    refuses(jws, all, "rs256 RS2567", "is none of those", cx);
    fails(mcp_jose_jwks_verify(&is_unknown, jws, all, NULL, cx),
          MCP_E_INVALID_TOKEN, "no list is an empty list");
    mcp_jose_jwk_secret(&oct, secret, strlen(secret), cx);
    mcp_jose_jws_sign(&text, "{}", NULL, oct, cx);
    mcp_jose_jws_read(&other, text, strlen(text), cx);
    refuses(other,
            set_of(cx,
                   "{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
                   "ODlhYmNkZWY\"}",
                   NULL),
            "HS256", "its alg is none that a JWK Set has keys for", cx);
    text = made_okp_jws("{\"alg\":\"X\\u0009Y\"}", "{}", p->okp, cx);
    mcp_jose_jws_read(&other, text, strlen(text), cx);
    refuses(other, all, "RS256", "its alg X\\x09Y is none", cx);
    text = made_okp_jws("{\"alg\":\"XX\"}", "{}", p->okp, cx);
    mcp_jose_jws_read(&other, text, strlen(text), cx);
    refuses(other, all, "XX", "none that a JWK Set has keys for", cx);
}

static void test_nameless(const provider_t *p, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws = nameless(p->ec, cx);
    const char *own = known(p->ec, "a", "", cx), *others = "";
    const char *rsa = known(p->rsa, NULL, "", cx);
    int i;

    is(jws->kid, NULL, "a JWS without kid");
    verifies(jws, set_of(cx, own, NULL), "ES256", "the only key", cx);
    verifies(jws, set_of(cx, rsa, strange(p, "a", cx), own, NULL), "ES256",
             "the only one that fits", cx);
    refuses(jws, set_of(cx, known(p->old, NULL, "", cx), NULL), "ES256",
            "?it has no kid, and no key made it", cx);
    refuses(jws, set_of(cx, rsa, strange(p, "a", cx), NULL), "ES256",
            "?it has no kid, and no key is one for its alg", cx);
    for (i = 0; i < MCP_JWKS_TRIES - 1; i++)
        others = apr_pstrcat(cx->pool, others, *others ? "," : "",
                             known(p->old, NULL, "", cx), NULL);
    verifies(jws, set_of(cx, others, own, NULL), "ES256",
             "the last one that is tried", cx);
    refuses(jws, set_of(cx, others, known(p->old, "b", "", cx), own, NULL),
            "ES256", "more keys than are tried", cx);
}

/* Sets of MCP_JWKS_KEYS keys and of one more. */
static void test_bounds(const provider_t *p, mcp_ctx_t *cx)
{
    const char *kid = mcp_jose_jwk_kid(p->ec), *others = "";
    const char *own = known(p->ec, kid, "", cx);
    const mcp_jose_jws_t *jws = token_by(p->ec, cx);
    int i;

    for (i = 0; i < MCP_JWKS_KEYS - 1; i++)
        others = apr_pstrcat(
            cx->pool, others, *others ? "," : "",
            known(p->old, apr_psprintf(cx->pool, "k%d", i), "", cx), NULL);
    verifies(jws, set_of(cx, others, own, NULL), "ES256", "key 50", cx);
    refuses(jws, set_of(cx, others, known(p->old, "l", "", cx), own, NULL),
            "ES256", "?no key named", cx);
    others = own = known(p->old, kid, "", cx);
    for (i = 1; i < MCP_JWKS_TRIES; i++)
        others = apr_pstrcat(cx->pool, others, ",", own, NULL);
    refuses(jws, set_of(cx, others, known(p->ec, kid, "", cx), NULL), "ES256",
            "the signature is wrong", cx);
}

static void test_none(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        mcp_error_code_t code;
    } cases[] = {
        {"", MCP_E_PARSE_ERROR},
        {"{\"keys\":[", MCP_E_PARSE_ERROR},
        {"{}", MCP_E_INVALID_REQUEST},
        {"[]", MCP_E_INVALID_REQUEST},
        {"null", MCP_E_INVALID_REQUEST},
        {"{\"keys\":{}}", MCP_E_INVALID_REQUEST},
        {"{\"keys\":7}", MCP_E_INVALID_REQUEST},
    };
    const mcp_jose_jwks_t *jwks;
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        fails(mcp_jose_jwks_read(&jwks, cases[i].text, strlen(cases[i].text),
                                 cx),
              cases[i].code, "no JWK Set");
}

/* A key that the JWS brings along is nobody's (RFC 7515 4.1.2 to 4.1.6). */
static void test_embedded(const provider_t *p, mcp_ctx_t *cx)
{
    EVP_PKEY *evil = made_key("ED25519", NULL, 0);
    const char *own = made_okp_jwk(evil, "", cx), *text;
    const mcp_jose_jwks_t *jwks =
        set_of(cx, made_okp_jwk(p->okp, ",\"kid\":\"o\"", cx), NULL);
    const mcp_jose_jws_t *jws;

    text = made_okp_jws(
        apr_pstrcat(cx->pool,
                    "{\"alg\":\"EdDSA\",\"kid\":\"o\",\"jku\":"
                    "\"https://evil.example/keys\",\"x5u\":"
                    "\"https://evil.example/x\",\"x5c\":[\"AA\"],\"jwk\":",
                    own, "}", NULL),
        "{}", evil, cx);
    fine(mcp_jose_jws_read(&jws, text, strlen(text), cx), "a JWS with a key");
    refuses(jws, jwks, "EdDSA", "the signature is wrong", cx);
    verifies(jws, set_of(cx, made_okp_jwk(evil, ",\"kid\":\"o\"", cx), NULL),
             "EdDSA", "unless it is in the set", cx);
    EVP_PKEY_free(evil);
}

static void body(mcp_ctx_t *cx)
{
    provider_t p = provider_make(cx);

    test_named(&p, cx);
    test_misfits(&p, cx);
    test_allowed(&p, cx);
    test_nameless(&p, cx);
    test_bounds(&p, cx);
    test_none(cx);
    test_embedded(&p, cx);
    EVP_PKEY_free(p.okp);
}

TAP_MAIN(body)
