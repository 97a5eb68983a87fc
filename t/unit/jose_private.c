/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose_made.h"

#include <openssl/err.h>

#include "base/digest.h"
#include "jose/jwe.h"
#include "jose/jws.h"

/* RFC 7517 A.2, without the primes; its thumbprint is in RFC 7638 3.1 */
#define N                                                                     \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"  \
    "aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXA"  \
    "rwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7"  \
    "d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lF"  \
    "d2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
#define D                                                                     \
    "X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJoVH-HLLKD9M7dx5oo7GURknchnrR"  \
    "weUkC7hT5fJLM0WbFAKNLWY2vv7B6NqXSzUvxT0_YSfqijwp3RTzlBaCxWp4doFk5N2o8G"  \
    "y_nHNKroADIkJ46pRUohsXywbReAdYaMwFs9tv8d_cPVY3i07a3t8MN6TNwm0dSawm9v47"  \
    "UiCl3Sk5ZiG7xojPLu4sbg1U2jx4IBTNBznbJSzFHK66jT8bgkuqsk0GjskDJk19Z4qwjw"  \
    "bsnn4j2WBii3RL-Us2lGVkY8fkFzme1z0HbIkfz0Y6mqnOYtqc0X4jfcKoAC8Q"
#define THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define RSA "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQAB\""
#define PRIVATE RSA ",\"d\":\"" D "\""

/* RFC 7515 A.3 */
#define EC                                                                    \
    "{\"kty\":\"EC\",\"crv\":\"P-256\","                                      \
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                  \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define EC_D ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\""

static const mcp_error_t *read_text(mcp_jose_jwk_t **jwk, const char *text,
                                    mcp_ctx_t *cx)
{
    *jwk = NULL;
    return mcp_jose_jwk_private(jwk, text, strlen(text), cx);
}

/* Signs with it, and verifies with what it tells others. */
static void signs(const mcp_jose_jwk_t *jwk, const char *alg, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *known = made_jwk(mcp_jose_jwk_text(jwk, 0, cx->pool), cx);
    const mcp_jose_jws_t *jws;
    const char *token;

    is(mcp_jose_jwk_alg(jwk), alg,
       apr_psprintf(cx->pool, "it is for %s", alg));
    is(mcp_jose_jws_key_fault(jwk, cx->pool), NULL, "and signs");
    if (!fine(mcp_jose_jws_sign(&token, "{\"a\":1}", "JWT", jwk, cx), alg) ||
        !fine(mcp_jose_jws_read(&jws, token, strlen(token), cx), "reads back"))
        return;
    is(jws->alg, alg, "with its alg");
    is(jws->kid, NULL, "and no kid, for nobody has said what it is called");
    ok(!strstr(mcp_jose_jwk_text(jwk, 0, cx->pool), "\"d\""),
       "its public text has no d");
    fine(mcp_jose_jws_verify(jws, known, cx), "which verifies it");
}

static const struct {
    const char *type;
    const char *curve;
    int bits;
    const char *alg;
} pem_cases[] = {
    {"RSA", NULL, 2048, "RS256"}, {"RSA", NULL, 3072, "RS256"},
    {"EC", "P-256", 0, "ES256"},  {"EC", "P-384", 0, "ES384"},
    {"EC", "P-521", 0, "ES512"},
};

static void test_pem(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk, *same;
    apr_size_t i;

    for (i = 0; i < sizeof(pem_cases) / sizeof(pem_cases[0]); i++) {
        EVP_PKEY *key =
            made_key(pem_cases[i].type, pem_cases[i].curve, pem_cases[i].bits);
        const char *old = made_pem(key, MADE_TRADITIONAL, cx);

        ok(strstr(old, pem_cases[i].bits ? "BEGIN RSA PRIVATE KEY"
                                         : "BEGIN EC PRIVATE KEY") != NULL,
           "a key of PKCS#1 or SEC1");
        if (fine(read_text(&jwk, made_pem(key, MADE_PKCS8, cx), cx),
                 "PKCS#8 is read"))
            signs(jwk, pem_cases[i].alg, cx);
        if (fine(read_text(&same, old, cx), "and the old form"))
            is(mcp_jose_jwk_text(same, 1, cx->pool),
               mcp_jose_jwk_text(jwk, 1, cx->pool), "as the same key");
        fine(read_text(&same,
                       apr_pstrcat(cx->pool, "Made by hand\n",
                                   made_pem(key, MADE_PUBLIC, cx), old, NULL),
                       cx),
             "also behind its public part");
        EVP_PKEY_free(key);
    }
}

/* RFC 7638 3.2 */
static void test_kid(mcp_ctx_t *cx)
{
    const mcp_json_t *json;
    mcp_jose_jwk_t *jwk;
    EVP_PKEY *key = made_key("EC", "P-384", 0);
    const mcp_jose_jws_t *jws;
    const char *text;

    if (fine(read_text(&jwk, PRIVATE "}", cx), "the key of RFC 7638"))
        is(mcp_jose_jwk_kid(jwk), THUMBPRINT, "RFC 7638 3.1: its thumbprint");
    if (fine(read_text(&jwk, PRIVATE ",\"kid\":\"mine\"}", cx), "with a kid"))
        is(mcp_jose_jwk_kid(jwk), "mine", "which it keeps");
    if (fine(mcp_jose_jws_sign(&text, "{}", "JWT", jwk, cx), "it signs") &&
        fine(mcp_jose_jws_read(&jws, text, strlen(text), cx), "a JWS"))
        is(jws->kid, "mine", "RFC 7515 4.1.4: which says so");
    fine(read_text(&jwk, made_pem(key, MADE_PKCS8, cx), cx), "a P-384 key");
    text = mcp_jose_jwk_text(jwk, 0, cx->pool);
    fine(mcp_json_read(&json, text, strlen(text), cx), "its public JWK");
    is(mcp_jose_jwk_kid(jwk),
       mcp_digest_text(
           apr_psprintf(
               cx->pool,
               "{\"crv\":\"P-384\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
               mcp_json_string(mcp_json_get(json, "x")),
               mcp_json_string(mcp_json_get(json, "y"))),
           cx->pool),
       "RFC 7638 3.2: the thumbprint of an EC key");
    EVP_PKEY_free(key);
}

/* alg: the one it signs with; NULL: jws_fault has this word. jwe_fault: NULL:
 * it decrypts */
static const struct {
    const char *name;
    const char *json;
    const char *alg;
    const char *jws_fault;
    const char *jwe_fault;
} jwk_cases[] = {
    {"a private RSA key", PRIVATE "}", "RS256", NULL, NULL},
    {"blanks in front", "\n " PRIVATE "}", "RS256", NULL, NULL},
    {"alg PS256", PRIVATE ",\"alg\":\"PS256\"}", "PS256", NULL, "PS256"},
    {"alg RS512", PRIVATE ",\"alg\":\"RS512\"}", "RS512", NULL, "RS512"},
    {"use sig", PRIVATE ",\"use\":\"sig\"}", "RS256", NULL, "use is sig"},
    {"key_ops sign", PRIVATE ",\"key_ops\":[\"sign\"]}", "RS256", NULL,
     "use is sig"},
    {"use enc", PRIVATE ",\"use\":\"enc\"}", NULL, "use is enc", NULL},
    {"key_ops unwrapKey", PRIVATE ",\"key_ops\":[\"unwrapKey\"]}", NULL,
     "use is enc", NULL},
    {"key_ops decrypt", PRIVATE ",\"key_ops\":[\"decrypt\"]}", NULL,
     "use is enc", NULL},
    {"alg RSA-OAEP", PRIVATE ",\"alg\":\"RSA-OAEP\"}", NULL, "RSA-OAEP", NULL},
    {"alg RSA-OAEP and use enc",
     PRIVATE ",\"alg\":\"RSA-OAEP\",\"use\":\"enc\"}", NULL, "enc", NULL},
    {"alg RSA-OAEP and use sig",
     PRIVATE ",\"alg\":\"RSA-OAEP\",\"use\":\"sig\"}", NULL, "RSA-OAEP",
     "use is sig"},
    {"alg RSA-OAEP-256", PRIVATE ",\"alg\":\"RSA-OAEP-256\"}", NULL,
     "RSA-OAEP-256", "its alg is RSA-OAEP-256, and only RSA-OAEP"},
    {"alg RSA1_5", PRIVATE ",\"alg\":\"RSA1_5\"}", NULL, "RSA1_5", "RSA1_5"},
    {"enc A256GCM", PRIVATE ",\"enc\":\"A256GCM\"}", "RS256", NULL, NULL},
    {"enc A256CBC-HS512", PRIVATE ",\"enc\":\"A256CBC-HS512\"}", "RS256", NULL,
     "its enc is A256CBC-HS512"},
    {"a private EC key", EC EC_D "}", "ES256", NULL, "type EC"},
    {"EC with use enc", EC EC_D ",\"use\":\"enc\"}", NULL, "use is enc",
     "type EC"},
};

static void faults_as(const char *fault, const char *word, const char *name)
{
    if (!word)
        is(fault, NULL, name);
    else
        ok(fault && strstr(fault, word), "%s: %s", name,
           fault ? fault : "none");
}

static void test_jwk(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk;
    const char *token;
    apr_size_t i;

    for (i = 0; i < sizeof(jwk_cases) / sizeof(jwk_cases[0]); i++) {
        if (!fine(read_text(&jwk, jwk_cases[i].json, cx), jwk_cases[i].name))
            continue;
        faults_as(mcp_jose_jws_key_fault(jwk, cx->pool),
                  jwk_cases[i].jws_fault, "as a signer");
        faults_as(mcp_jose_jwe_key_fault(jwk, cx->pool),
                  jwk_cases[i].jwe_fault, "as a DecryptionKey");
        if (jwk_cases[i].alg)
            signs(jwk, jwk_cases[i].alg, cx);
        else
            fails(mcp_jose_jws_sign(&token, "{}", NULL, jwk, cx),
                  MCP_E_SERVER_ERROR, "and nothing is signed");
    }
    jwk = made_jwk(RSA "}", cx);
    ok(jwk && mcp_jose_jwe_key_fault(jwk, cx->pool) &&
           mcp_jose_jws_key_fault(jwk, cx->pool),
       "a public key neither decrypts nor signs");
}

static const struct {
    const char *name;
    const char *text;
    const char *why;
} refused_cases[] = {
    {"nothing", "", "neither a private key in PEM nor a private JWK"},
    {"rubbish", "secret", "neither a private key"},
    {"damaged PEM",
     "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
     "its PEM is damaged"},
    {"PEM that ends early", "-----BEGIN PRIVATE KEY-----\nMIIE",
     "its PEM is damaged"},
    {"a certificate",
     "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
     "it is a certificate"},
    {"OpenSSH's form",
     "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
     "-----END OPENSSH PRIVATE KEY-----\n",
     "ssh-keygen -p -m PEM"},
    {"a public JWK", RSA "}", "it is a public key"},
    {"a public EC key", EC "}", "it is a public key"},
    {"a JWK Set", "{\"keys\":[" PRIVATE "}]}", "it is a JWK Set"},
    {"a shared secret", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "a shared secret"},
    {"Ed25519",
     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcv"
     "PapiMlrwIaaPcHURo\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
     "\"}",
     "type OKP"},
    {"no kty", "{\"d\":\"AQAB\"}", "kty is not"},
    {"no JSON", "{\"kty\":\"RSA\",", "is not JSON"},
    {"alg ES256 of RSA", PRIVATE ",\"alg\":\"ES256\"}", "alg does not fit"},
    {"alg HS256 of RSA", PRIVATE ",\"alg\":\"HS256\"}", "alg does not fit"},
    {"alg ES384 of P-256", EC EC_D ",\"alg\":\"ES384\"}", "alg does not fit"},
    {"alg RS256 and use enc", PRIVATE ",\"alg\":\"RS256\",\"use\":\"enc\"}",
     "alg does not fit"},
    {"alg is a number", PRIVATE ",\"alg\":1}", "alg is not a string"},
    {"use is another word", PRIVATE ",\"use\":\"both\"}", "use is neither"},
    {"use is a number", PRIVATE ",\"use\":1}", "use is neither"},
    {"key_ops of another kind", PRIVATE ",\"key_ops\":[\"deriveKey\"]}",
     "key_ops has none"},
    {"kid is a number", PRIVATE ",\"kid\":1}", "kid is not a string"},
    {"d of another EC key",
     EC ",\"d\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"}",
     "d does not belong"},
    {"d of another RSA key", RSA ",\"d\":\"AQAB\"}",
     "do not belong to its public ones"},
};

static void refuses(const char *text, const char *why, const char *name,
                    mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk;
    const mcp_error_t *e = read_text(&jwk, text, cx);

    ok(e && e->code == MCP_E_INVALID_REQUEST && strstr(e->detail, why) && !jwk,
       "refused: %s: %s", name, e ? e->detail : "no error");
    ok(!ERR_peek_error(), "and OpenSSL's error queue is empty");
}

static void test_refused(mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        const char *type;
        const char *curve;
        int bits;
        made_t form;
        const char *why;
    } made_cases[] = {
        {"a passphrase", "RSA", NULL, 2048, MADE_LOCKED,
         "it has a passphrase"},
        {"a passphrase of EC", "EC", "P-256", 0, MADE_LOCKED,
         "openssl pkey -in FILE -out NEW"},
        {"a public key", "RSA", NULL, 2048, MADE_PUBLIC, "it is a public key"},
        {"RSA with 1024 bits", "RSA", NULL, 1024, MADE_PKCS8,
         "it is RSA with 1024 bits, and 2048 to 8192"},
        {"secp256k1", "EC", "secp256k1", 0, MADE_PKCS8,
         "its curve is secp256k1"},
        {"Ed25519", "ED25519", NULL, 0, MADE_PKCS8,
         "it is a key of type ED25519"},
    };
    apr_size_t i;
    char *large;

    for (i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]); i++)
        refuses(refused_cases[i].text, refused_cases[i].why,
                refused_cases[i].name, cx);
    for (i = 0; i < sizeof(made_cases) / sizeof(made_cases[0]); i++) {
        EVP_PKEY *key = made_key(made_cases[i].type, made_cases[i].curve,
                                 made_cases[i].bits);

        refuses(made_pem(key, made_cases[i].form, cx), made_cases[i].why,
                made_cases[i].name, cx);
        EVP_PKEY_free(key);
    }
    large = apr_palloc(cx->pool, 65538);
    memset(large, ' ', 65537);
    large[65537] = '\0';
    refuses(large, "more than 65536 bytes", "what is too large", cx);
}

static void body(mcp_ctx_t *cx)
{
    test_pem(cx);
    test_kid(cx);
    test_jwk(cx);
    test_refused(cx);
}

TAP_MAIN(body)
