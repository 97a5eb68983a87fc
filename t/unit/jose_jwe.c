/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose_made.h"

#include <apr_thread_proc.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "jose/jwe.h"
#include "jose/jws.h"

/* RFC 7516 appendix A.1 */
#define A1_KEY                                                                \
    "{\"kty\":\"RSA\",\"n\":\""                                               \
    "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70" \
    "imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-" \
    "PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-Q" \
    "ChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7" \
    "LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw\","           \
    "\"e\":\"AQAB\",\"d\":\""                                                 \
    "kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j" \
    "82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWR" \
    "gBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBwtxHIyh8Ripy40" \
    "p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VF" \
    "s3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ\","           \
    "\"p\":\""                                                                \
    "1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf2EuFVbUoDBvaRQ-SWxkbkmoEzL7J" \
    "XroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL0lffNn03IXqWF5MDFuoUYE0hzb2vh" \
    "rlN_rKrbfDIwUbTrjjgieRbwC6Cl0\",\"q\":\""                                \
    "wLb35x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8" \
    "Fyw1YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aXIWxKwd4gvxFImOWr3QRL9KEBRz" \
    "k2RatUBnmDZJTIAfwTs0g68UZHvtc\",\"dp\":\""                               \
    "ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowiFvgfeQ3SiresXjm9gZ5KLhMXvo-uz-KUJWD" \
    "xS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nULPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt" \
    "4taznjnd_zVpAmZZq60WPMBMfKcuE\",\"dq\":\""                               \
    "Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4yoC4Y" \
    "Za9hNVcsjqA3FeiL19rk8g6Qn29Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8v1b-o" \
    "-Z2X5tvLx-TCekf7oxyeKDUqKWjis\",\"qi\":\""                               \
    "VIMpMYbPf47dT1w_zDUXfPimsSegnMOA1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t1" \
    "6VFd7hQd0y6flUK4SlOydB61gwanOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdyb" \
    "Vzxyjz9JF_XyaY14ardLSjf4L_FNY\"}"
#define A1_TOKEN                                                              \
    "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ."                         \
    "OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3" \
    "mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms" \
    "1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDx" \
    "RfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9Qc" \
    "fylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg."             \
    "48V1_ALb6US04U3b."                                                       \
    "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr" \
    "3ajwQzaBtQD_A."                                                          \
    "XFBoMYUZodetZdvTiFvSkQ"
#define A1_TEXT                                                               \
    "The true sign of intelligence is not knowledge but imagination."

#define GCM_HEADER "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}"
#define CBC_HEADER "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128CBC-HS256\"}"
/* what the log has, whatever is wrong behind the header */
#define NO "JWE refused: it cannot be decrypted with the key that there is"

/* -- a sender of our own, on OpenSSL -- */

enum { HEADER, KEY, IV, CIPHERTEXT, TAG, PARTS };

typedef struct parts_t {
    const char *part[PARTS];
} parts_t;

static const char *join(const parts_t *p, mcp_ctx_t *cx)
{
    return apr_pstrcat(cx->pool, p->part[0], ".", p->part[1], ".", p->part[2],
                       ".", p->part[3], ".", p->part[4], NULL);
}

static const char *wrap(EVP_PKEY *key, const unsigned char *cek, size_t len,
                        mcp_ctx_t *cx)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    unsigned char out[512];
    size_t size = sizeof(out);

    EVP_PKEY_encrypt_init(ctx);
    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING);
    if (EVP_PKEY_encrypt(ctx, out, &size, cek, len) != 1)
        abort();
    EVP_PKEY_CTX_free(ctx);
    return mcp_encode_base64url(out, size, cx->pool);
}

/* RFC 7518 5.3 */
static void gcm(parts_t *p, const unsigned char *cek, const char *text,
                mcp_ctx_t *cx)
{
    static const unsigned char iv[12] = "twelve bytes";
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    size_t len = strlen(text);
    unsigned char *out = apr_palloc(cx->pool, len + 16), tag[16];
    int size = 0;

    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, cek, iv);
    EVP_EncryptUpdate(ctx, NULL, &size, (const unsigned char *)p->part[HEADER],
                      (int)strlen(p->part[HEADER]));
    EVP_EncryptUpdate(ctx, out, &size, (const unsigned char *)text, (int)len);
    EVP_EncryptFinal_ex(ctx, out + size, &size);
    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag);
    EVP_CIPHER_CTX_free(ctx);
    p->part[IV] = mcp_encode_base64url(iv, sizeof(iv), cx->pool);
    p->part[CIPHERTEXT] = mcp_encode_base64url(out, len, cx->pool);
    p->part[TAG] = mcp_encode_base64url(tag, sizeof(tag), cx->pool);
}

/* RFC 7518 5.2.2: the first half of the CEK is for the MAC */
static void cbc(parts_t *p, const unsigned char *cek, const char *text,
                mcp_ctx_t *cx)
{
    static const unsigned char iv[16] = "sixteen bytes iv";
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    size_t aad = strlen(p->part[HEADER]), len = strlen(text), i;
    unsigned char *out = apr_palloc(cx->pool, len + 16), mac[32], *all;
    int size = 0, last = 0;

    EVP_EncryptInit_ex(ctx, EVP_aes_128_cbc(), NULL, cek + 16, iv);
    EVP_EncryptUpdate(ctx, out, &size, (const unsigned char *)text, (int)len);
    EVP_EncryptFinal_ex(ctx, out + size, &last);
    EVP_CIPHER_CTX_free(ctx);
    size += last;
    all = apr_pcalloc(cx->pool, aad + 16 + (size_t)size + 8);
    memcpy(all, p->part[HEADER], aad);
    memcpy(all + aad, iv, 16);
    memcpy(all + aad + 16, out, (size_t)size);
    for (i = 0; i < 8; i++)
        all[aad + 16 + (size_t)size + i] =
            (unsigned char)((apr_uint64_t)aad * 8 >> (56 - 8 * i));
    HMAC(EVP_sha256(), cek, 16, all, aad + 16 + (size_t)size + 8, mac, NULL);
    p->part[IV] = mcp_encode_base64url(iv, sizeof(iv), cx->pool);
    p->part[CIPHERTEXT] =
        mcp_encode_base64url(out, (apr_size_t)size, cx->pool);
    p->part[TAG] = mcp_encode_base64url(mac, 16, cx->pool);
}

static parts_t seal(const char *header, const char *text, EVP_PKEY *key,
                    mcp_ctx_t *cx)
{
    static const unsigned char cek[32] = "content encryption key: 32 bytes";
    parts_t p;

    p.part[HEADER] = made_part(header, cx);
    p.part[KEY] = wrap(key, cek, sizeof(cek), cx);
    if (strstr(header, "CBC"))
        cbc(&p, cek, text, cx);
    else
        gcm(&p, cek, text, cx);
    return p;
}

/* -- tests -- */

static const mcp_error_t *open_text(const char **plain, const char *text,
                                    const mcp_jose_jwk_t *jwk, mcp_ctx_t *cx)
{
    const mcp_jose_jwe_t *jwe;
    apr_size_t len;

    MCP_TRY(mcp_jose_jwe_read(&jwe, text, strlen(text), cx));
    MCP_TRY(mcp_jose_jwe_decrypt(plain, &len, jwe, jwk, cx));
    return strlen(*plain) == len
               ? NULL
               : mcp_error_make(MCP_E_SERVER_ERROR, cx, "the length is wrong");
}

static mcp_jose_jwk_t *decrypter(EVP_PKEY *key, mcp_ctx_t *cx)
{
    const char *pem = made_pem(key, MADE_PKCS8, cx);
    mcp_jose_jwk_t *jwk = NULL;

    mcp_jose_jwk_private(&jwk, pem, strlen(pem), cx);
    return jwk;
}

/* One and the same answer. */
static void refuses(const parts_t *p, const mcp_jose_jwk_t *jwk,
                    const char *name, mcp_ctx_t *cx)
{
    const char *plain;
    const mcp_error_t *e = open_text(&plain, join(p, cx), jwk, cx);

    ok(e && e->code == MCP_E_INVALID_TOKEN && !strcmp(e->detail, NO) &&
           !e->description,
       "refused as always: %s", name);
    ok(!ERR_peek_error(), "and OpenSSL's error queue is empty");
}

static void test_vector(mcp_ctx_t *cx)
{
    const mcp_jose_jwe_t *jwe;
    mcp_jose_jwk_t *jwk = NULL;
    const char *plain;

    fine(mcp_jose_jwk_private(&jwk, A1_KEY, strlen(A1_KEY), cx),
         "RFC 7516 A.1.3: the key");
    if (fine(open_text(&plain, A1_TOKEN, jwk, cx), "A.1.7: is decrypted"))
        is(plain, A1_TEXT, "A.1: as it was");
    fine(mcp_jose_jwe_read(&jwe, A1_TOKEN, strlen(A1_TOKEN), cx), "is read");
    is(jwe->enc, "A256GCM", "enc");
    is(jwe->kid, NULL, "no kid");
    ok(jwe->key == 256 && jwe->iv == 12 && jwe->tag == 16, "sizes");
}

static void test_round(EVP_PKEY *key, const char *header, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = decrypter(key, cx), *signer;
    const char *token, *plain, *text;
    const mcp_jose_jws_t *jws;
    parts_t p;

    mcp_jose_jwk_make(&signer, cx);
    mcp_jose_jws_sign(&token, "{\"sub\":\"u\"}", "JWT", signer, cx);
    p = seal(header, token, key, cx);
    text = join(&p, cx);
    ok(mcp_jose_jwe_is_like(text, strlen(text)), "it looks like a JWE");
    ok(!mcp_jose_jwe_is_like(token, strlen(token)), "a JWS does not");
    if (fine(open_text(&plain, text, jwk, cx), header))
        is(plain, token, "RFC 7519 A.2: a nested JWT");
    fine(mcp_jose_jws_read_long(&jws, plain, strlen(plain), cx),
         "which reads");
    fine(mcp_jose_jws_verify(jws, signer, cx), "and verifies");
    p = seal(header, "", key, cx);
    if (fine(open_text(&plain, join(&p, cx), jwk, cx), "an empty text"))
        is(plain, "", "is one");
}

/* A changed character in each place of each part. */
static void test_tampered(EVP_PKEY *key, const char *header, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = decrypter(key, cx);
    parts_t p = seal(header, "a text", key, cx);
    const char *text = join(&p, cx), *plain;
    int i, tried = 0, refused = 0;

    for (i = 0; text[i]; i++) {
        char *copy = apr_pstrdup(cx->pool, text);

        if (copy[i] == '.')
            continue;
        copy[i] = copy[i] == 'B' ? 'C' : 'B';
        tried++;
        refused += open_text(&plain, copy, jwk, cx) != NULL;
    }
    ok(refused == tried, "%d JWEs with one character changed: %d refused",
       tried, refused);
    ok(!ERR_peek_error(), "and OpenSSL's error queue is empty");
}

/* Each part longer and shorter: whole bytes, so that it stays base64url. */
static void test_sizes(EVP_PKEY *key, const char *header, mcp_ctx_t *cx)
{
    static const char *const names[] = {NULL, "the key", "the IV",
                                        "the ciphertext", "the tag"};
    mcp_jose_jwk_t *jwk = decrypter(key, cx);
    parts_t good = seal(header, "a text of some length", key, cx), p;
    int i, size;

    for (i = KEY; i < PARTS; i++) {
        apr_size_t len;
        unsigned char *octets = mcp_encode_base64url_read(
            &len, good.part[i], strlen(good.part[i]), cx->pool);

        for (size = i == KEY ? (int)len - 2 : 0; size < (int)len; size++) {
            p = good;
            p.part[i] =
                mcp_encode_base64url(octets, (apr_size_t)size, cx->pool);
            refuses(&p, jwk,
                    apr_psprintf(cx->pool, "%s of %d bytes", names[i], size),
                    cx);
        }
        octets = memcpy(apr_pcalloc(cx->pool, len + 2), octets, len);
        p = good;
        p.part[i] = mcp_encode_base64url(octets, len + 1, cx->pool);
        refuses(&p, jwk, apr_psprintf(cx->pool, "%s, longer", names[i]), cx);
    }
}

/* Wrong in ways of their own, and not to be told from each other. */
static void test_oracle(EVP_PKEY *key, mcp_ctx_t *cx)
{
    EVP_PKEY *other = made_key("RSA", NULL, 2048);
    EVP_PKEY *large = made_key("RSA", NULL, 3072);
    mcp_jose_jwk_t *jwk = decrypter(key, cx);
    parts_t p = seal(GCM_HEADER, "a", key, cx), q;
    unsigned char zeros[256];

    memset(zeros, 0, sizeof(zeros));
    q = seal(GCM_HEADER, "a", other, cx);
    refuses(&q, jwk, "for another key", cx);
    q = seal(CBC_HEADER, "a", large, cx);
    refuses(&q, jwk, "for a larger key", cx);
    q = p;
    q.part[KEY] = mcp_encode_base64url(zeros, sizeof(zeros), cx->pool);
    refuses(&q, jwk, "a key that is zero", cx);
    memset(zeros, 255, sizeof(zeros));
    q.part[KEY] = mcp_encode_base64url(zeros, sizeof(zeros), cx->pool);
    refuses(&q, jwk, "a key that is above the modulus", cx);
    q = p;
    q.part[HEADER] = made_part(CBC_HEADER, cx);
    refuses(&q, jwk, "another enc", cx);
    q.part[HEADER] =
        made_part("{\"enc\":\"A256GCM\",\"alg\":\"RSA-OAEP\"}", cx);
    refuses(&q, jwk, "the header in another order", cx);
    EVP_PKEY_free(other);
    EVP_PKEY_free(large);
}

static const struct {
    const char *name;
    const char *header;
    int good;
} header_cases[] = {
    {"A256GCM", GCM_HEADER, 1},
    {"A128CBC-HS256", CBC_HEADER, 1},
    {"with cty, typ and kid",
     "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"cty\":\"JWT\","
     "\"typ\":\"JWT\",\"kid\":\"k\"}",
     1},
    {"RFC 7519 5.2: cty in small letters",
     "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"cty\":\"jwt\"}", 1},
    {"keys that it brings along are ignored",
     "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"jku\":\"https://e.example\","
     "\"jwk\":{},\"x5u\":\"u\"}",
     1},
    {"alg RSA1_5", "{\"alg\":\"RSA1_5\",\"enc\":\"A256GCM\"}", 0},
    {"alg RSA-OAEP-256", "{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\"}", 0},
    {"alg dir", "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", 0},
    {"alg A128KW", "{\"alg\":\"A128KW\",\"enc\":\"A256GCM\"}", 0},
    {"alg ECDH-ES",
     "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"epk\":{\"kty\":\"EC\"}}", 0},
    {"alg PBES2",
     "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A256GCM\",\"p2s\":\"AA\","
     "\"p2c\":9}",
     0},
    {"alg RS256", "{\"alg\":\"RS256\",\"enc\":\"A256GCM\"}", 0},
    {"alg none", "{\"alg\":\"none\",\"enc\":\"A256GCM\"}", 0},
    {"alg in small letters", "{\"alg\":\"rsa-oaep\",\"enc\":\"A256GCM\"}", 0},
    {"alg is a list", "{\"alg\":[\"RSA-OAEP\"],\"enc\":\"A256GCM\"}", 0},
    {"no alg", "{\"enc\":\"A256GCM\"}", 0},
    {"alg twice", "{\"alg\":\"dir\",\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}",
     0},
    {"no enc", "{\"alg\":\"RSA-OAEP\"}", 0},
    {"enc A128GCM", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}", 0},
    {"enc A256CBC-HS512", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256CBC-HS512\"}",
     0},
    {"enc is a number", "{\"alg\":\"RSA-OAEP\",\"enc\":256}", 0},
    {"RFC 7516 4.1.13: crit",
     "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"crit\":[\"exp\"]}", 0},
    {"zip", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"}", 0},
    {"p2c", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"p2c\":1000000}", 0},
    {"cty of something else",
     "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"cty\":\"json\"}", 0},
    {"cty is a number", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"cty\":1}",
     0},
    {"kid is a number", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"kid\":1}",
     0},
    {"a list", "[]", 0},
    {"no JSON", "{\"alg\":", 0},
    {"nothing", "", 0},
};

static void test_header(EVP_PKEY *key, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk = decrypter(key, cx);
    const char *plain = NULL;
    apr_size_t i;

    for (i = 0; i < sizeof(header_cases) / sizeof(header_cases[0]); i++) {
        parts_t p = seal(header_cases[i].header, "a", key, cx);
        const mcp_error_t *e = open_text(&plain, join(&p, cx), jwk, cx);

        if (!header_cases[i].good)
            ok(e && e->code == MCP_E_INVALID_TOKEN && strcmp(e->detail, NO),
               "refused before cjose sees it: %s", header_cases[i].name);
        else if (fine(e, header_cases[i].name))
            is(plain, "a", "is decrypted");
    }
}

static const struct {
    const char *name;
    const char *text;
} form_cases[] = {
    {"an empty text", ""},
    {"one part", "AAAA"},
    {"four parts", "e30.AAAA.AAAA.AAAA"},
    {"six parts", "e30.AAAA.AAAA.AAAA.AAAA.AAAA"},
    {"a JWS", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
    {"empty parts", "...."},
    {"padding", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ==.A.A.A.A"},
    {"a blank behind",
     "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAAA "},
    {"stray bits",
     "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAB"},
};

static void test_form(EVP_PKEY *key, mcp_ctx_t *cx)
{
    const mcp_jose_jwe_t *jwe;
    mcp_jose_jwk_t *jwk = decrypter(key, cx);
    const char *plain, *text;
    char *large;
    parts_t p;
    apr_size_t i;

    for (i = 0; i < sizeof(form_cases) / sizeof(form_cases[0]); i++)
        fails(mcp_jose_jwe_read(&jwe, form_cases[i].text,
                                strlen(form_cases[i].text), cx),
              MCP_E_INVALID_TOKEN, form_cases[i].name);
    large = apr_palloc(cx->pool, MCP_JWE_MAX);
    memset(large, 'x', MCP_JWE_MAX);
    large[11800] = '\0';
    p = seal(GCM_HEADER, large, key, cx);
    text = join(&p, cx);
    ok(strlen(text) <= MCP_JWE_MAX && strlen(text) > MCP_JWE_MAX - 400,
       "about as long as may be");
    fine(open_text(&plain, text, jwk, cx), "is decrypted");
    large = apr_pcalloc(cx->pool, MCP_JWE_MAX + 2);
    memset(large, 'A', MCP_JWE_MAX + 1);
    memcpy(large, text, strlen(text));
    fails(mcp_jose_jwe_read(&jwe, large, MCP_JWE_MAX + 1, cx),
          MCP_E_INVALID_TOKEN, "one byte too many");
    memcpy(large, A1_TOKEN, strlen(A1_TOKEN) + 1);
    large[60] = '\0';
    fails(mcp_jose_jwe_read(&jwe, large, strlen(A1_TOKEN), cx),
          MCP_E_INVALID_TOKEN, "a NUL within");
}

/* What httpd -t should have refused. */
static void test_keys(EVP_PKEY *key, mcp_ctx_t *cx)
{
    parts_t p = seal(GCM_HEADER, "a", key, cx);
    mcp_jose_jwk_t *ec,
        *known =
            made_jwk(mcp_jose_jwk_text(decrypter(key, cx), 0, cx->pool), cx);
    const char *plain;
    const mcp_error_t *e;

    mcp_jose_jwk_make(&ec, cx);
    fails(open_text(&plain, join(&p, cx), ec, cx), MCP_E_SERVER_ERROR,
          "an EC key");
    fails(open_text(&plain, join(&p, cx), known, cx), MCP_E_SERVER_ERROR,
          "the public key");
    e = open_text(&plain, join(&p, cx), NULL, cx);
    ok(e && e->code == MCP_E_INVALID_TOKEN && strstr(e->detail, "no key"),
       "no key");
}

typedef struct crowd_t {
    const mcp_jose_jwk_t *jwk;
    const char *text;
    int failures;
} crowd_t;

static void *APR_THREAD_FUNC crowd_run(apr_thread_t *thread, void *data)
{
    crowd_t *crowd = data;
    mcp_ctx_t cx = {NULL, &tap_host, NULL};
    const char *plain;
    int i;

    apr_pool_create(&cx.pool, NULL);
    for (i = 0; i < 100; i++) {
        if (open_text(&plain, crowd->text, crowd->jwk, &cx) ||
            strcmp(plain, "a text"))
            __atomic_add_fetch(&crowd->failures, 1, __ATOMIC_RELAXED);
        apr_pool_clear(cx.pool);
    }
    apr_pool_destroy(cx.pool);
    return NULL;
}

static void test_threads(EVP_PKEY *key, mcp_ctx_t *cx)
{
    parts_t p = seal(GCM_HEADER, "a text", key, cx);
    crowd_t crowd = {NULL, NULL, 0};
    apr_thread_t *threads[4];
    apr_status_t unused;
    int i;

    crowd.jwk = decrypter(key, cx);
    crowd.text = join(&p, cx);
    for (i = 0; i < 4; i++)
        apr_thread_create(&threads[i], NULL, crowd_run, &crowd, cx->pool);
    for (i = 0; i < 4; i++)
        apr_thread_join(&unused, threads[i]);
    ok(crowd.failures == 0, "4 threads decrypt with one key");
}

static void body(mcp_ctx_t *cx)
{
    EVP_PKEY *key = made_key("RSA", NULL, 2048);

    test_vector(cx);
    test_round(key, GCM_HEADER, cx);
    test_round(key, CBC_HEADER, cx);
    test_tampered(key, GCM_HEADER, cx);
    test_tampered(key, CBC_HEADER, cx);
    test_sizes(key, GCM_HEADER, cx);
    test_sizes(key, CBC_HEADER, cx);
    test_oracle(key, cx);
    test_header(key, cx);
    test_form(key, cx);
    test_keys(key, cx);
    test_threads(key, cx);
    EVP_PKEY_free(key);
}

TAP_MAIN(body)
