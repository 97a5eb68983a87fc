/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <apr_thread_proc.h>
#include <cjose/cjose.h>
#include <openssl/err.h>

#include "base/encode.h"
#include "jose/jws.h"

/* RFC 7515 appendix A.3 */
#define ES256_KEY                                                             \
    "{\"kty\":\"EC\",\"crv\":\"P-256\","                                      \
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                  \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","                  \
    "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}"
#define CLAIMS_PART                                                           \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"        \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define ES256_TOKEN                                                           \
    "eyJhbGciOiJFUzI1NiJ9." CLAIMS_PART "."                                   \
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"        \
    "pmWQxfKTUJqPP3-Kg6NU1Q"

/* RFC 7515 appendix A.2 */
#define RS256_KEY                                                             \
    "{\"kty\":\"RSA\",\"e\":\"AQAB\","                                        \
    "\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx"      \
    "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"              \
    "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH"              \
    "SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"              \
    "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8"              \
    "NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"}"
#define RS256_TOKEN                                                           \
    "eyJhbGciOiJSUzI1NiJ9." CLAIMS_PART "."                                   \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"        \
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"        \
    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"        \
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"        \
    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"        \
    "p0igcN_IoypGlUPQGe77Rw"

static mcp_jose_jwk_t *key_of(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    mcp_jose_jwk_t *jwk = NULL;

    if (mcp_json_read(&json, text, strlen(text), cx) ||
        mcp_jose_jwk_read(&jwk, json, cx))
        return NULL;
    return jwk;
}

static const mcp_error_t *check(const char *token, const mcp_jose_jwk_t *jwk,
                                mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_jose_jws_read(&jws, token, strlen(token), cx));
    return mcp_jose_jws_verify(jws, jwk, cx);
}

static void test_vectors(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *ec = key_of(ES256_KEY, cx), *rsa = key_of(RS256_KEY, cx);
    const mcp_jose_jws_t *jws;

    fine(check(ES256_TOKEN, ec, cx), "RFC 7515 A.3: the ES256 example");
    fine(check(RS256_TOKEN, rsa, cx), "RFC 7515 A.2: the RS256 example");
    fails(check(ES256_TOKEN, rsa, cx), MCP_E_INVALID_TOKEN,
          "an ES256 token with an RSA key");
    fails(check(RS256_TOKEN, ec, cx), MCP_E_INVALID_TOKEN,
          "an RS256 token with an EC key");
    fails(check(RS256_TOKEN, NULL, cx), MCP_E_INVALID_TOKEN, "without a key");
    fine(mcp_jose_jws_read(&jws, ES256_TOKEN, strlen(ES256_TOKEN), cx),
         "reads");
    is(mcp_json_string(mcp_json_get(jws->claims, "iss")), "joe",
       "and its claims are there");
}

static const struct {
    const char *name;
    const char *header;
    const char *claims;
    int good;
} read_cases[] = {
    {"typ and kid are read", "{\"alg\":\"ES256\",\"typ\":\"JOSE\"}", "{}", 1},
    {"RFC 7515 4.1.2: jku is ignored",
     "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/\"}", "{}", 1},
    {"RFC 7515 4.1.3: jwk is ignored", "{\"alg\":\"ES256\",\"jwk\":{}}", "{}",
     1},
    {"x5u and x5c are ignored",
     "{\"alg\":\"ES256\",\"x5u\":\"u\",\"x5c\":[\"AA\"]}", "{}", 1},
    {"alg none", "{\"alg\":\"none\"}", "{}", 0},
    {"alg NoNe", "{\"alg\":\"NoNe\"}", "{}", 0},
    {"no alg", "{\"typ\":\"JWT\"}", "{}", 0},
    {"alg is a number", "{\"alg\":256}", "{}", 0},
    {"alg is null", "{\"alg\":null}", "{}", 0},
    {"alg is an array", "{\"alg\":[\"ES256\"]}", "{}", 0},
    {"alg twice", "{\"alg\":\"ES256\",\"alg\":\"none\"}", "{}", 0},
    {"RFC 7515 4.1.11: crit", "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", "{}",
     0},
    {"an empty crit", "{\"alg\":\"ES256\",\"crit\":[]}", "{}", 0},
    {"RFC 7797 5.2: b64 false", "{\"alg\":\"ES256\",\"b64\":false}", "{}", 0},
    {"b64 true", "{\"alg\":\"ES256\",\"b64\":true}", "{}", 0},
    {"kid is a number", "{\"alg\":\"ES256\",\"kid\":1}", "{}", 0},
    {"typ is an object", "{\"alg\":\"ES256\",\"typ\":{}}", "{}", 0},
    {"a header with a NUL", "{\"alg\":\"ES256\",\"kid\":\"a\\u0000b\"}", "{}",
     0},
    {"bad UTF-8 in the header", "{\"alg\":\"ES256\",\"kid\":\"\xff\"}", "{}",
     0},
    {"the header is an array", "[\"ES256\"]", "{}", 0},
    {"the header is no JSON", "{\"alg\":\"ES256\"", "{}", 0},
    {"the header has more behind it", "{\"alg\":\"ES256\"}{}", "{}", 0},
    {"RFC 7519 4: a claim twice", "{\"alg\":\"ES256\"}",
     "{\"sub\":\"a\",\"sub\":\"b\"}", 0},
    {"a claim twice, deep down", "{\"alg\":\"ES256\"}",
     "{\"a\":{\"b\":1,\"b\":2}}", 0},
    {"the claims are a string", "{\"alg\":\"ES256\"}", "\"sub\"", 0},
    {"the claims are empty", "{\"alg\":\"ES256\"}", "", 0},
    {"bad UTF-8 in the claims", "{\"alg\":\"ES256\"}", "{\"a\":\"\xc3\"}", 0},
};

static const char *part(const char *text, mcp_ctx_t *cx)
{
    return mcp_encode_base64url(text, strlen(text), cx->pool);
}

static void test_read(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(read_cases) / sizeof(read_cases[0]); i++) {
        const char *token =
            apr_pstrcat(cx->pool, part(read_cases[i].header, cx), ".",
                        part(read_cases[i].claims, cx), ".AAAA", NULL);
        const mcp_jose_jws_t *jws;
        const mcp_error_t *e =
            mcp_jose_jws_read(&jws, token, strlen(token), cx);

        if (read_cases[i].good)
            fine(e, read_cases[i].name);
        else
            fails(e, MCP_E_INVALID_TOKEN, read_cases[i].name);
    }
}

static const struct {
    const char *name;
    const char *token;
} form_cases[] = {
    {"an empty text", ""},
    {"one part", "eyJhbGciOiJFUzI1NiJ9"},
    {"two parts", "eyJhbGciOiJFUzI1NiJ9.e30"},
    {"four parts", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA"},
    {"RFC 7516: five parts", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA.AAAA"},
    {"an empty header", ".e30.AAAA"},
    {"empty claims", "eyJhbGciOiJFUzI1NiJ9..AAAA"},
    {"RFC 7515 A.5: an empty signature", "eyJhbGciOiJFUzI1NiJ9.e30."},
    {"padding in the header", "eyJhbGciOiJFUzI1NiJ9=.e30.AAAA"},
    {"padding in the claims", "eyJhbGciOiJFUzI1NiJ9.e30=.AAAA"},
    {"padding in the signature", "eyJhbGciOiJFUzI1NiJ9.e30.AAA="},
    {"stray bits in the signature", "eyJhbGciOiJFUzI1NiJ9.e30.AAB"},
    {"stray bits in the claims", "eyJhbGciOiJFUzI1NiJ9.e31.AAAA"},
    {"standard base64 in the signature", "eyJhbGciOiJFUzI1NiJ9.e30.AA+/"},
    {"a blank in front", " eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
    {"a line end behind", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA\n"},
    {"a blank within", "eyJhbGciOiJFUzI1NiJ9.e3 0.AAAA"},
};

static void test_form(mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;
    char *large, *nul;
    apr_size_t i;

    for (i = 0; i < sizeof(form_cases) / sizeof(form_cases[0]); i++)
        fails(mcp_jose_jws_read(&jws, form_cases[i].token,
                                strlen(form_cases[i].token), cx),
              MCP_E_INVALID_TOKEN, form_cases[i].name);
    large = apr_palloc(cx->pool, MCP_JWS_MAX + 1);
    memset(large, 'A', MCP_JWS_MAX + 1);
    memcpy(large, "eyJhbGciOiJFUzI1NiJ9.e30.", 25);
    fails(mcp_jose_jws_read(&jws, large, MCP_JWS_MAX + 1, cx),
          MCP_E_INVALID_TOKEN, "one byte too many");
    fine(mcp_jose_jws_read(&jws, large, MCP_JWS_MAX - 3, cx),
         "as many as may be");
    large = apr_palloc(cx->pool, MCP_JWS_LONG_MAX + 1);
    memset(large, 'A', MCP_JWS_LONG_MAX + 1);
    memcpy(large, "eyJhbGciOiJFUzI1NiJ9.e30.", 25);
    fine(mcp_jose_jws_read_long(&jws, large, MCP_JWS_LONG_MAX - 3, cx),
         "a long one may have twice as many");
    fails(mcp_jose_jws_read(&jws, large, MCP_JWS_LONG_MAX - 3, cx),
          MCP_E_INVALID_TOKEN, "and only where it is asked for");
    fails(mcp_jose_jws_read_long(&jws, large, MCP_JWS_LONG_MAX + 1, cx),
          MCP_E_INVALID_TOKEN, "one byte too many for a long one");
    fails(mcp_jose_jws_read_long(&jws, "eyJhbGciOiJub25lIn0.e30.AAAA", 28, cx),
          MCP_E_INVALID_TOKEN, "it is as strict");
    nul = apr_pstrdup(cx->pool, ES256_TOKEN);
    nul[strlen(nul) - 5] = '\0';
    fails(mcp_jose_jws_read(&jws, nul, strlen(ES256_TOKEN), cx),
          MCP_E_INVALID_TOKEN, "a NUL within");
}

static void test_sign(mcp_ctx_t *cx)
{
    const char *claims = "{\"iss\":\"https://a.example\",\"sub\":\"u\"}";
    const char *token, *dot;
    const mcp_jose_jws_t *jws;
    mcp_jose_jwk_t *jwk, *other, *rsa = key_of(RS256_KEY, cx);
    int i, refused = 0, tried = 0;

    mcp_jose_jwk_make(&jwk, cx);
    mcp_jose_jwk_make(&other, cx);
    fine(mcp_jose_jws_sign(&token, claims, "at+jwt", jwk, cx), "signs");
    fine(mcp_jose_jws_read(&jws, token, strlen(token), cx), "reads back");
    is(jws->alg, "ES256", "alg is the key's");
    is(jws->typ, "at+jwt", "RFC 9068 2.1: typ is at+jwt");
    is(jws->kid, mcp_jose_jwk_kid(jwk), "kid is the key's");
    is(jws->claims_text, claims, "the claims are as given");
    fine(mcp_jose_jws_verify(jws, jwk, cx), "and verifies");
    fails(mcp_jose_jws_verify(jws, other, cx), MCP_E_INVALID_TOKEN,
          "not with another key of its kind");
    ok(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
    /* every character changed, in all three parts */
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
    dot = strrchr(token, '.');
    fails(check(apr_pstrcat(cx->pool, token, "AA", NULL), jwk, cx),
          MCP_E_INVALID_TOKEN, "a longer signature");
    fails(check(apr_pstrmemdup(cx->pool, token, dot - token + 43), jwk, cx),
          MCP_E_INVALID_TOKEN, "half a signature");
    fails(mcp_jose_jws_sign(&token, claims, "JWT", rsa, cx),
          MCP_E_SERVER_ERROR, "a public key cannot sign");
}

/* HS256 with the public key's text as secret (RFC 8725 2.1). */
static void test_confusion(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *rsa = key_of(RS256_KEY, cx), *ec = key_of(ES256_KEY, cx);
    cjose_jwk_t *oct = cjose_jwk_create_oct_spec((const uint8_t *)RS256_KEY,
                                                 strlen(RS256_KEY), NULL);
    cjose_header_t *header = cjose_header_new(NULL);
    const char *token;
    cjose_jws_t *jws;

    cjose_header_set(header, "alg", "HS256", NULL);
    jws = cjose_jws_sign(oct, header, (const uint8_t *)"{}", 2, NULL);
    cjose_jws_export(jws, &token, NULL);
    fails(check(token, rsa, cx), MCP_E_INVALID_TOKEN,
          "RFC 8725 3.1: HS256 with an RSA key as secret");
    fails(check(token, ec, cx), MCP_E_INVALID_TOKEN, "and with an EC key");
    cjose_jws_release(jws);
    cjose_header_release(header);
    cjose_jwk_release(oct);
}

static const struct {
    const char *alg;
    int rsa;
    cjose_jwk_ec_curve crv;
} alg_cases[] = {
    {"RS256", 1, 0},
    {"RS384", 1, 0},
    {"RS512", 1, 0},
    {"PS256", 1, 0},
    {"PS384", 1, 0},
    {"PS512", 1, 0},
    {"ES256", 0, CJOSE_JWK_EC_P_256},
    {"ES384", 0, CJOSE_JWK_EC_P_384},
    {"ES512", 0, CJOSE_JWK_EC_P_521},
};

/* The key as JSON, without a closing brace. */
static char *native_text(int i, int with_private, cjose_jwk_t *rsa,
                         mcp_ctx_t *cx)
{
    cjose_jwk_t *native =
        alg_cases[i].rsa ? rsa
                         : cjose_jwk_create_EC_random(alg_cases[i].crv, NULL);
    char *text = cjose_jwk_to_json(native, with_private, NULL);
    char *copy = apr_pstrdup(cx->pool, text);

    cjose_get_dealloc()(text);
    if (!alg_cases[i].rsa)
        cjose_jwk_release(native);
    copy[strlen(copy) - 1] = '\0';
    return copy;
}

static void test_algorithms(mcp_ctx_t *cx)
{
    cjose_jwk_t *rsa =
        cjose_jwk_create_RSA_random(2048, (const uint8_t *)"\1\0\1", 3, NULL);
    apr_size_t i, j;

    for (i = 0; i < sizeof(alg_cases) / sizeof(alg_cases[0]); i++) {
        const char *alg = alg_cases[i].alg, *token, *text;
        char *bare = native_text((int)i, 1, rsa, cx);
        mcp_jose_jwk_t *jwk, *any;

        text = apr_pstrcat(cx->pool, bare, ",\"alg\":\"", alg, "\"}", NULL);
        jwk = key_of(text, cx);
        any = key_of(apr_pstrcat(cx->pool, bare, "}", NULL), cx);
        if (!fine(mcp_jose_jws_sign(&token, "{\"a\":1}", NULL, jwk, cx), alg))
            continue;
        fine(check(token, jwk, cx), "RFC 7518 3.1: verifies");
        fine(check(token, any, cx), "also with a key that names no alg");
        for (j = 0; alg_cases[i].rsa && j < 6; j++)
            if (j != i)
                ok(check(token,
                         key_of(apr_pstrcat(cx->pool, bare, ",\"alg\":\"",
                                            alg_cases[j].alg, "\"}", NULL),
                                cx),
                         cx) != NULL,
                   "but not with the same key for %s", alg_cases[j].alg);
    }
    cjose_jwk_release(rsa);
}

/* The same key in many threads at once. */
typedef struct crowd_t {
    const mcp_jose_jwk_t *jwk;
    int failures;
} crowd_t;

static void *APR_THREAD_FUNC crowd_run(apr_thread_t *thread, void *data)
{
    crowd_t *crowd = data;
    mcp_ctx_t cx = {NULL, &tap_host, NULL};
    const char *token;
    int i;

    apr_pool_create(&cx.pool, NULL);
    for (i = 0; i < 300; i++) {
        if (mcp_jose_jws_sign(&token, "{\"a\":1}", "JWT", crowd->jwk, &cx) ||
            check(token, crowd->jwk, &cx))
            __atomic_add_fetch(&crowd->failures, 1, __ATOMIC_RELAXED);
        apr_pool_clear(cx.pool);
    }
    apr_pool_destroy(cx.pool);
    return NULL;
}

static void test_threads(mcp_ctx_t *cx)
{
    apr_thread_t *threads[4];
    crowd_t crowd = {NULL, 0};
    mcp_jose_jwk_t *jwk;
    apr_status_t unused;
    int i;

    mcp_jose_jwk_make(&jwk, cx);
    crowd.jwk = jwk;
    for (i = 0; i < 4; i++)
        apr_thread_create(&threads[i], NULL, crowd_run, &crowd, cx->pool);
    for (i = 0; i < 4; i++)
        apr_thread_join(&unused, threads[i]);
    ok(crowd.failures == 0, "4 threads sign and verify with one key");
}

static void body(mcp_ctx_t *cx)
{
    test_vectors(cx);
    test_read(cx);
    test_form(cx);
    test_sign(cx);
    test_confusion(cx);
    test_algorithms(cx);
    test_threads(cx);
}

TAP_MAIN(body)
