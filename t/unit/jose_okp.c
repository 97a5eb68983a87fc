/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose_made.h"

#include <apr_thread_proc.h>
#include <openssl/err.h>

#include "jose/jws.h"

/* RFC 8037 appendix A.1, A.2 and A.4 */
#define X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\""
#define D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define TOKEN                                                                 \
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."               \
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"        \
    "hVsPt9g7sVvpAr_MuM0KAg"

static const mcp_error_t *check(const char *token, const mcp_jose_jwk_t *jwk,
                                mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_jose_jws_read(&jws, token, strlen(token), cx));
    return mcp_jose_jws_verify(jws, jwk, cx);
}

/* Its payload is no JSON, so that the reader does not take it. */
static void test_vector(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = made_jwk(KEY "}", cx);
    mcp_jose_jws_t jws;
    char *copy;

    memset(&jws, 0, sizeof(jws));
    jws.alg = "EdDSA";
    jws.text = TOKEN;
    fine(mcp_jose_jws_verify(&jws, jwk, cx), "RFC 8037 A.4: the example");
    copy = apr_pstrdup(cx->pool, TOKEN);
    copy[30] ^= 1;
    jws.text = copy;
    fails(mcp_jose_jws_verify(&jws, jwk, cx), MCP_E_INVALID_TOKEN,
          "with one character changed");
    ok(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
}

static const struct {
    const char *name;
    const char *json;
    int good;
} cases[] = {
    {"RFC 8037 A.2: a public key", KEY "}", 1},
    {"with use, alg and kid",
     KEY ",\"use\":\"sig\",\"alg\":\"EdDSA\",\"kid\":\"a\"}", 1},
    {"RFC 9864 2.2: alg Ed25519", KEY ",\"alg\":\"Ed25519\"}", 1},
    {"A.1: a private key, of which the public part is kept",
     KEY ",\"d\":\"" D "\"}", 1},
    {"alg Ed448 on Ed25519", KEY ",\"alg\":\"Ed448\"}", 0},
    {"alg ES256", KEY ",\"alg\":\"ES256\"}", 0},
    {"alg ECDH-ES", KEY ",\"alg\":\"ECDH-ES\"}", 0},
    {"use enc", KEY ",\"use\":\"enc\"}", 0},
    {"key_ops without verify", KEY ",\"key_ops\":[\"deriveKey\"]}", 0},
    {"X25519, which signs nothing",
     "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X "\"}", 0},
    {"Ed448 with an x of Ed25519",
     "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" X "\"}", 0},
    {"no crv", "{\"kty\":\"OKP\",\"x\":\"" X "\"}", 0},
    {"no x", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", 0},
    {"a short x", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}", 0},
    {"kty EC with crv Ed25519",
     "{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"y\":\"" X "\"}",
     0},
};

static void test_read(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk;
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ok(!made_jwk(cases[i].json, cx) == !cases[i].good, "%s: %s",
           cases[i].good ? "taken" : "refused", cases[i].name);
    jwk = made_jwk(KEY ",\"d\":\"" D "\",\"kid\":\"a\"}", cx);
    is(mcp_jose_jwk_text(jwk, 1, cx->pool),
       KEY ",\"kid\":\"a\",\"use\":\"sig\"}", "no d is kept");
}

static void test_curve(const char *type, const char *own, const char *other,
                       mcp_ctx_t *cx)
{
    EVP_PKEY *key = made_key(type, NULL, 0), *wrong = made_key(type, NULL, 0);
    const char *named =
        apr_psprintf(cx->pool, "{\"alg\":\"%s\",\"kid\":\"k\"}", own);
    const char *token = made_okp_jws("{\"alg\":\"EdDSA\"}", "{}", key, cx);
    const char *exact = made_okp_jws(named, "{\"a\":1}", key, cx), *signed_one;
    mcp_jose_jwk_t *any = made_jwk(made_okp_jwk(key, "", cx), cx);
    mcp_jose_jwk_t *eddsa =
        made_jwk(made_okp_jwk(key, ",\"alg\":\"EdDSA\"", cx), cx);

    fine(check(token, any, cx), apr_psprintf(cx->pool, "EdDSA with %s", own));
    fine(check(token, eddsa, cx), "also where the key says EdDSA");
    fine(check(exact, any, cx), "RFC 9864: alg names the curve");
    fails(check(exact, eddsa, cx), MCP_E_INVALID_TOKEN,
          "a key with alg does that one only");
    fails(check(made_okp_jws(other, "{}", key, cx), any, cx),
          MCP_E_INVALID_TOKEN, "alg names the other curve");
    fails(check(token, made_jwk(made_okp_jwk(wrong, "", cx), cx), cx),
          MCP_E_INVALID_TOKEN, "another key of the curve");
    fails(check(apr_pstrcat(cx->pool, token, "AA", NULL), any, cx),
          MCP_E_INVALID_TOKEN, "a longer signature");
    fails(check(apr_pstrmemdup(cx->pool, token, strlen(token) - 4), any, cx),
          MCP_E_INVALID_TOKEN, "a shorter signature");
    fails(mcp_jose_jws_sign(&signed_one, "{}", NULL, any, cx),
          MCP_E_SERVER_ERROR, "nothing is signed with it");
    ok(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
    EVP_PKEY_free(key);
    EVP_PKEY_free(wrong);
}

/* Signed by an Ed25519 key, said to be by another kind. */
static void test_confusion(mcp_ctx_t *cx)
{
    static const char *const algs[] = {"ES256", "RS256", "HS256", "PS512",
                                       "eddsa", "none",  ""};
    EVP_PKEY *key = made_key("ED25519", NULL, 0);
    mcp_jose_jwk_t *jwk = made_jwk(made_okp_jwk(key, "", cx), cx), *ec;
    apr_size_t i;

    for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        fails(check(made_okp_jws(
                        apr_psprintf(cx->pool, "{\"alg\":\"%s\"}", algs[i]),
                        "{}", key, cx),
                    jwk, cx),
              MCP_E_INVALID_TOKEN,
              apr_psprintf(cx->pool, "not with alg \"%s\"", algs[i]));
    mcp_jose_jwk_make(&ec, cx);
    fails(check(made_okp_jws("{\"alg\":\"EdDSA\"}", "{}", key, cx), ec, cx),
          MCP_E_INVALID_TOKEN, "EdDSA with an EC key");
    EVP_PKEY_free(key);
}

typedef struct crowd_t {
    const mcp_jose_jwk_t *jwk;
    const char *token;
    int failures;
} crowd_t;

static void *APR_THREAD_FUNC crowd_run(apr_thread_t *thread, void *data)
{
    crowd_t *crowd = data;
    mcp_ctx_t cx = {NULL, &tap_host, NULL};
    int i;

    apr_pool_create(&cx.pool, NULL);
    for (i = 0; i < 300; i++) {
        if (check(crowd->token, crowd->jwk, &cx))
            __atomic_add_fetch(&crowd->failures, 1, __ATOMIC_RELAXED);
        apr_pool_clear(cx.pool);
    }
    apr_pool_destroy(cx.pool);
    return NULL;
}

static void test_threads(mcp_ctx_t *cx)
{
    EVP_PKEY *key = made_key("ED25519", NULL, 0);
    crowd_t crowd = {NULL, NULL, 0};
    apr_thread_t *threads[4];
    apr_status_t unused;
    int i;

    crowd.jwk = made_jwk(made_okp_jwk(key, "", cx), cx);
    crowd.token = made_okp_jws("{\"alg\":\"EdDSA\"}", "{}", key, cx);
    for (i = 0; i < 4; i++)
        apr_thread_create(&threads[i], NULL, crowd_run, &crowd, cx->pool);
    for (i = 0; i < 4; i++)
        apr_thread_join(&unused, threads[i]);
    ok(crowd.failures == 0, "4 threads verify with one key");
    EVP_PKEY_free(key);
}

static void body(mcp_ctx_t *cx)
{
    test_vector(cx);
    test_read(cx);
    test_curve("ED25519", "Ed25519", "{\"alg\":\"Ed448\"}", cx);
    test_curve("ED448", "Ed448", "{\"alg\":\"Ed25519\"}", cx);
    test_confusion(cx);
    test_threads(cx);
}

TAP_MAIN(body)
