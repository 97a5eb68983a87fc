/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <cjose/cjose.h>

#include "base/digest.h"
#include "jose/jwk.h"

#define X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
#define EC "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\""

static const mcp_error_t *read_text(mcp_jose_jwk_t **jwk, const char *text,
                                    mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    MCP_TRY(mcp_json_read(&json, text, strlen(text), cx));
    return mcp_jose_jwk_read(jwk, json, cx);
}

static const struct {
    const char *name;
    const char *json;
    const char *alg; /* NULL = refused */
} ec_cases[] = {
    {"RFC 7515 A.3: an EC key", EC "}", "ES256"},
    {"RFC 7517 4.2: use sig", EC ",\"use\":\"sig\"}", "ES256"},
    {"RFC 7517 4.3: key_ops verify", EC ",\"key_ops\":[\"verify\"]}", "ES256"},
    {"RFC 7518 3.1: alg ES256 fits P-256", EC ",\"alg\":\"ES256\"}", "ES256"},
    {"a private key", EC ",\"d\":\"" D "\"}", "ES256"},
    {"unknown members are ignored", EC ",\"x5t\":\"x\",\"ext\":true}",
     "ES256"},
    {"use enc", EC ",\"use\":\"enc\"}", NULL},
    {"use is no string", EC ",\"use\":1}", NULL},
    {"key_ops without verify", EC ",\"key_ops\":[\"encrypt\"]}", NULL},
    {"key_ops is no array", EC ",\"key_ops\":\"verify\"}", NULL},
    {"alg ES384 does not fit P-256", EC ",\"alg\":\"ES384\"}", NULL},
    {"alg RS256 does not fit EC", EC ",\"alg\":\"RS256\"}", NULL},
    {"alg HS256 never fits", EC ",\"alg\":\"HS256\"}", NULL},
    {"alg none never fits", EC ",\"alg\":\"none\"}", NULL},
    {"alg is no string", EC ",\"alg\":7}", NULL},
    {"kid is no string", EC ",\"kid\":7}", NULL},
    {"d of another length", EC ",\"d\":\"AQ\"}", NULL},
    {"d of another key",
     EC ",\"d\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"}", NULL},
    {"d is null", EC ",\"d\":null}", NULL},
    {"d is zero", EC ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
     NULL},
    {"no kty", "{\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\"}", NULL},
    {"kty oct", "{\"kty\":\"oct\",\"k\":\"" X "\"}", NULL},
    {"kty of another type", "{\"kty\":1}", NULL},
    {"no crv", "{\"kty\":\"EC\",\"x\":\"" X "\",\"y\":\"" Y "\"}", NULL},
    {"crv P-384 with coordinates of P-256",
     "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X "\",\"y\":\"" Y "\"}",
     NULL},
    {"crv secp256k1",
     "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X "\",\"y\":\"" Y "\"}",
     NULL},
    {"not on the curve",
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" X "\"}",
     NULL},
    {"x is padded base64",
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "=\",\"y\":\"" Y "\"}",
     NULL},
    {"no y", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}", NULL},
    {"an array", "[1]", NULL},
    {"a string", "\"EC\"", NULL},
};

static void test_ec(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(ec_cases) / sizeof(ec_cases[0]); i++) {
        mcp_jose_jwk_t *jwk = NULL;
        const mcp_error_t *e = read_text(&jwk, ec_cases[i].json, cx);

        if (!ec_cases[i].alg)
            ok(e && !jwk, "refused: %s", ec_cases[i].name);
        else if (fine(e, ec_cases[i].name))
            is(mcp_jose_jwk_alg(jwk), ec_cases[i].alg, "and its alg");
    }
}

/* A public RSA key of this size with more members. */
static const char *rsa(apr_size_t bits, const char *more, mcp_ctx_t *cx)
{
    cjose_jwk_t *native =
        cjose_jwk_create_RSA_random(bits, (const uint8_t *)"\1\0\1", 3, NULL);
    char *text = cjose_jwk_to_json(native, false, NULL);
    char *copy = apr_pstrdup(cx->pool, text);

    cjose_get_dealloc()(text);
    cjose_jwk_release(native);
    copy[strlen(copy) - 1] = '\0';
    return apr_pstrcat(cx->pool, copy, more, "}", NULL);
}

static void test_rsa(mcp_ctx_t *cx)
{
    const char *good = rsa(2048, "", cx);
    mcp_jose_jwk_t *jwk;
    const char *x;
    char *even;

    if (fine(read_text(&jwk, good, cx), "RSA with 2048 bits"))
        is(mcp_jose_jwk_alg(jwk), NULL, "says no alg: RSA alone has six");
    if (fine(read_text(&jwk, rsa(2048, ",\"alg\":\"PS384\"", cx), cx),
             "RSA with alg PS384"))
        is(mcp_jose_jwk_alg(jwk), "PS384", "says so");
    ok(read_text(&jwk, rsa(1024, "", cx), cx) != NULL,
       "RFC 7518 3.3: RSA with 1024 bits is refused");
    ok(read_text(&jwk, rsa(2040, "", cx), cx) != NULL,
       "RSA with 2040 bits is refused");
    ok(read_text(&jwk, rsa(2048, ",\"alg\":\"ES256\"", cx), cx) != NULL,
       "RSA with alg ES256 is refused");
    ok(read_text(&jwk, rsa(2048, ",\"alg\":\"RSA-OAEP\"", cx), cx) != NULL,
       "RSA with an encryption alg is refused");
    even = apr_pstrdup(cx->pool, good);
    strstr(even, "AQAB")[3] = 'A';
    ok(read_text(&jwk, even, cx) != NULL, "an even exponent is refused");
    memcpy(strstr(even, "AQAA"), "AAAB", 4);
    ok(read_text(&jwk, even, cx) != NULL, "the exponent 1 is refused");
    x = strstr(good, "AQAB");
    ok(read_text(
           &jwk,
           apr_pstrcat(cx->pool,
                       apr_pstrmemdup(cx->pool, good, (apr_size_t)(x - good)),
                       "AQAAAAE", x + 4, NULL),
           cx) != NULL,
       "an exponent that makes verifying slow is refused");
}

static void test_make(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk, *again, *other;
    const mcp_json_t *json;
    const char *text, *x;

    fine(mcp_jose_jwk_make(&jwk, cx), "a key is made");
    is(mcp_jose_jwk_alg(jwk), "ES256", "for ES256");
    text = mcp_jose_jwk_text(jwk, 0, cx->pool);
    ok(!strstr(text, "\"d\""), "its public text has no d");
    fine(mcp_json_read(&json, text, strlen(text), cx), "which is JSON");
    x = apr_psprintf(
        cx->pool,
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
        mcp_json_string(mcp_json_get(json, "x")),
        mcp_json_string(mcp_json_get(json, "y")));
    is(mcp_jose_jwk_kid(jwk), mcp_digest_text(x, cx->pool),
       "RFC 7638 3: kid is the thumbprint");
    is(mcp_json_string(mcp_json_get(json, "kid")), mcp_jose_jwk_kid(jwk),
       "which the text has");
    is(mcp_json_string(mcp_json_get(json, "use")), "sig", "use is sig");
    text = mcp_jose_jwk_text(jwk, 1, cx->pool);
    ok(strstr(text, "\"d\"") != NULL, "its private text has d");
    fine(read_text(&again, text, cx), "and reads back");
    is(mcp_jose_jwk_text(again, 1, cx->pool), text, "as the same");
    fine(mcp_jose_jwk_make(&other, cx), "another one");
    ok(strcmp(mcp_jose_jwk_kid(jwk), mcp_jose_jwk_kid(other)) != 0,
       "is another one");
}

static void body(mcp_ctx_t *cx)
{
    test_ec(cx);
    test_rsa(cx);
    test_make(cx);
}

TAP_MAIN(body)
