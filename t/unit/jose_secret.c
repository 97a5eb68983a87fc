/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose_made.h"

#include <openssl/err.h>
#include <openssl/hmac.h>

#include "jose/jwe.h"
#include "jose/jws.h"

/* RFC 7515 appendix A.1 */
#define K                                                                     \
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcg"  \
    "UuTwjAzZr1Z9CAow"
#define TOKEN                                                                 \
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."                               \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"        \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."                                         \
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define SECRET "0123456789abcdef0123456789abcdef"

static const mcp_error_t *check(const char *token, const mcp_jose_jwk_t *jwk,
                                mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_jose_jws_read(&jws, token, strlen(token), cx));
    return mcp_jose_jws_verify(jws, jwk, cx);
}

static mcp_jose_jwk_t *secret_of(const char *text, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = NULL;

    mcp_jose_jwk_secret(&jwk, text, strlen(text), cx);
    return jwk;
}

/* What somebody makes who has these bytes for a secret. */
static const char *forge(const char *bytes, const char *header, mcp_ctx_t *cx)
{
    const char *text = apr_pstrcat(cx->pool, made_part(header, cx), ".",
                                   made_part("{\"sub\":\"root\"}", cx), NULL);
    unsigned char mac[32];

    HMAC(EVP_sha256(), bytes, (int)strlen(bytes), (const unsigned char *)text,
         strlen(text), mac, NULL);
    return apr_pstrcat(cx->pool, text, ".",
                       mcp_encode_base64url(mac, sizeof(mac), cx->pool), NULL);
}

static void test_vector(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = NULL;
    apr_size_t len;
    const char *bytes =
        (const char *)mcp_encode_base64url_read(&len, K, strlen(K), cx->pool);

    fine(mcp_jose_jwk_secret(&jwk, bytes, len, cx), "a secret");
    fine(check(TOKEN, jwk, cx), "RFC 7515 A.1: the HS256 example");
    fails(check(TOKEN, secret_of(SECRET, cx), cx), MCP_E_INVALID_TOKEN,
          "with another secret");
    ok(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
}

static void test_sign(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = secret_of(SECRET, cx);
    const mcp_jose_jws_t *jws;
    const char *token;
    int i, tried = 0, refused = 0;

    fine(mcp_jose_jws_sign(&token, "{\"a\":1}", "JWT", jwk, cx), "signs");
    fine(mcp_jose_jws_read(&jws, token, strlen(token), cx), "reads back");
    is(jws->alg, "HS256", "alg is HS256");
    is(jws->kid, NULL, "there is no kid");
    fine(mcp_jose_jws_verify(jws, jwk, cx), "and verifies");
    for (i = 0; token[i]; i++) {
        char *copy = apr_pstrdup(cx->pool, token);

        if (copy[i] == '.')
            continue;
        copy[i] = copy[i] == 'B' ? 'C' : 'B';
        tried++;
        refused += check(copy, jwk, cx) != NULL;
    }
    ok(refused == tried, "%d tokens with one character changed: %d refused",
       tried, refused);
    fails(check(apr_pstrmemdup(cx->pool, token, strlen(token) - 22), jwk, cx),
          MCP_E_INVALID_TOKEN, "half a signature");
    fails(check(apr_pstrcat(cx->pool, token, "AA", NULL), jwk, cx),
          MCP_E_INVALID_TOKEN, "a longer signature");
    is(mcp_jose_jwk_text(jwk, 0, cx->pool), NULL, "it has no public text");
    is(mcp_jose_jwk_text(jwk, 1, cx->pool), NULL, "nor a private one");
    is(mcp_jose_jws_key_fault(jwk, cx->pool), NULL, "it signs");
    ok(mcp_jose_jwe_key_fault(jwk, cx->pool) != NULL, "and decrypts nothing");
}

static const struct {
    const char *name;
    const char *bytes;
    const char *why; /* NULL: taken */
} cases[] = {
    {"RFC 7518 3.2: 32 bytes", SECRET, NULL},
    {"31 bytes", "0123456789abcdef0123456789abcde", "less than 32 bytes"},
    {"nothing", "", "less than 32 bytes"},
    {"a public key in PEM",
     "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n",
     "in PEM"},
    {"a certificate behind a line end",
     "\n-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n", "in PEM"},
    {"a JWK",
     "{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}",
     "a JWK"},
    {"a JWK Set", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\"}]}", "a JWK"},
    {"JSON that is no key", "{\"a\":\"0123456789abcdef0123456789abcdef\"}",
     NULL},
};

static void test_read(mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    mcp_jose_jwk_t *jwk;
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        e = mcp_jose_jwk_secret(&jwk, cases[i].bytes, strlen(cases[i].bytes),
                                cx);
        if (!cases[i].why)
            fine(e, cases[i].name);
        else
            ok(e && e->code == MCP_E_INVALID_REQUEST &&
                   strstr(e->detail, cases[i].why),
               "refused: %s", cases[i].name);
    }
    fine(mcp_jose_jwk_secret(&jwk,
                             "0123456789abcdef\0"
                             "123456789abcdef0",
                             33, cx),
         "a secret may have any bytes");
}

/* RFC 8725 2.1: HS256 with a public key, as it stands everywhere, as secret */
static void test_confusion(mcp_ctx_t *cx)
{
    EVP_PKEY *rsa = made_key("RSA", NULL, 2048);
    const char *pem = made_pem(rsa, MADE_PUBLIC, cx), *public_text;
    mcp_jose_jwk_t *jwk, *secret = secret_of(SECRET, cx);
    const char *header = "{\"alg\":\"HS256\"}";
    const char *const algs[] = {"HS384", "HS512", "RS256", "ES256",
                                "EdDSA", "hs256", "none"};
    apr_size_t i;

    mcp_jose_jwk_private(&jwk, made_pem(rsa, MADE_PKCS8, cx),
                         strlen(made_pem(rsa, MADE_PKCS8, cx)), cx);
    public_text = mcp_jose_jwk_text(jwk, 0, cx->pool);
    jwk = made_jwk(public_text, cx);
    fails(check(forge(pem, header, cx), jwk, cx), MCP_E_INVALID_TOKEN,
          "RFC 8725 3.1: the PEM of an RSA key is no secret of that key");
    fails(check(forge(public_text, header, cx), jwk, cx), MCP_E_INVALID_TOKEN,
          "nor is its JWK");
    ok(!secret_of(pem, cx), "nor does an administrator make it one");
    fine(check(forge(SECRET, header, cx), secret, cx), "what has the secret");
    for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        fails(check(forge(SECRET,
                          apr_psprintf(cx->pool, "{\"alg\":\"%s\"}", algs[i]),
                          cx),
                    secret, cx),
              MCP_E_INVALID_TOKEN,
              apr_psprintf(cx->pool, "not with alg %s", algs[i]));
    ok(!made_jwk("{\"kty\":\"oct\",\"k\":\"" K "\",\"alg\":\"HS256\"}", cx),
       "a JWK of somebody else is never a secret");
    EVP_PKEY_free(rsa);
}

static void body(mcp_ctx_t *cx)
{
    test_vector(cx);
    test_sign(cx);
    test_read(cx);
    test_confusion(cx);
}

TAP_MAIN(body)
