/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/pem.h"

#include <string.h>

#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/encode.h"
#include "base/writer.h"

#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192

const mcp_error_t *mcp_jose_pem_refuse(mcp_ctx_t *cx, const char *format, ...)
{
    va_list args;
    const char *why;

    va_start(args, format);
    why = apr_pvsprintf(cx->pool, format, args);
    va_end(args);
    return mcp_error_make(MCP_E_INVALID_REQUEST, cx, "private key refused: %s",
                          why);
}

/* -- what is there instead -- */

static const struct {
    const char *label;
    const char *why;
} others[] = {
    {"-----BEGIN OPENSSH PRIVATE KEY-----",
     "it is in OpenSSH's own form; convert it: ssh-keygen -p -m PEM -f FILE"},
    {"-----BEGIN PUBLIC KEY-----",
     "it is a public key, and the private one is needed"},
    {"-----BEGIN RSA PUBLIC KEY-----",
     "it is a public key, and the private one is needed"},
    {"-----BEGIN CERTIFICATE-----",
     "it is a certificate, and the private key that belongs to it is needed"},
};

static const mcp_error_t *absent(const char *text, mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strstr(text, others[i].label))
            return mcp_jose_pem_refuse(cx, "%s", others[i].why);
    if (strstr(text, " PRIVATE KEY-----"))
        return mcp_jose_pem_refuse(cx, "its PEM is damaged");
    return mcp_jose_pem_refuse(
        cx, "it is neither a private key in PEM nor a private JWK");
}

/* -- numbers -- */

/* A key that is written down as a JWK. */
typedef struct sheet_t {
    mcp_writer_t *w;
    const EVP_PKEY *pkey;
    apr_pool_t *pool;
} sheet_t;

/* len 0: as long as it is. A number that the key does not have is left out,
 * and whoever reads the JWK misses it. */
static void number_write(const sheet_t *sheet, const char *name,
                         const char *param, int len)
{
    unsigned char octets[RSA_MAX_BITS / 8];
    BIGNUM *bn = NULL;

    if (!EVP_PKEY_get_bn_param(sheet->pkey, param, &bn))
        return;
    if (!len)
        len = BN_num_bytes(bn);
    if (len <= (int)sizeof(octets) && BN_bn2binpad(bn, octets, len) == len)
        mcp_writer_member(
            sheet->w, name,
            mcp_encode_base64url(octets, (apr_size_t)len, sheet->pool));
    BN_clear_free(bn);
    OPENSSL_cleanse(octets, sizeof(octets));
}

static const mcp_error_t *rsa_write(const sheet_t *sheet, mcp_ctx_t *cx)
{
    static const struct {
        const char *name;
        const char *param;
    } numbers[] = {
        {"n", OSSL_PKEY_PARAM_RSA_N},
        {"e", OSSL_PKEY_PARAM_RSA_E},
        {"d", OSSL_PKEY_PARAM_RSA_D},
        {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
        {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
        {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
    };
    int bits = EVP_PKEY_get_bits(sheet->pkey);
    apr_size_t i;

    if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
        return mcp_jose_pem_refuse(
            cx, "it is RSA with %d bits, and %d to %d are taken", bits,
            RSA_MIN_BITS, RSA_MAX_BITS);
    mcp_writer_member(sheet->w, "kty", "RSA");
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        number_write(sheet, numbers[i].name, numbers[i].param, 0);
    return NULL;
}

static const mcp_error_t *ec_write(const sheet_t *sheet, mcp_ctx_t *cx)
{
    static const struct {
        const char *group; /* OpenSSL's name */
        const char *crv;
        int size;
    } curves[] = {{"prime256v1", "P-256", 32},
                  {"secp384r1", "P-384", 48},
                  {"secp521r1", "P-521", 66}};
    char group[64] = "without a name";
    apr_size_t i;

    if (!EVP_PKEY_get_utf8_string_param(sheet->pkey,
                                        OSSL_PKEY_PARAM_GROUP_NAME, group,
                                        sizeof(group), NULL))
        ERR_clear_error();
    for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (strcmp(curves[i].group, group) != 0)
            continue;
        mcp_writer_member(sheet->w, "kty", "EC");
        mcp_writer_member(sheet->w, "crv", curves[i].crv);
        number_write(sheet, "x", OSSL_PKEY_PARAM_EC_PUB_X, curves[i].size);
        number_write(sheet, "y", OSSL_PKEY_PARAM_EC_PUB_Y, curves[i].size);
        number_write(sheet, "d", OSSL_PKEY_PARAM_PRIV_KEY, curves[i].size);
        return NULL;
    }
    return mcp_jose_pem_refuse(
        cx, "its curve is %s, and P-256, P-384 and P-521 are taken", group);
}

static const mcp_error_t *convert(const mcp_json_t **json,
                                  const EVP_PKEY *pkey, mcp_ctx_t *cx)
{
    sheet_t sheet = {mcp_writer_make(cx->pool), pkey, cx->pool};
    const mcp_error_t *e;
    const char *text;
    apr_size_t len;

    mcp_writer_open(sheet.w, '{');
    if (EVP_PKEY_is_a(pkey, "RSA"))
        e = rsa_write(&sheet, cx);
    else if (EVP_PKEY_is_a(pkey, "EC"))
        e = ec_write(&sheet, cx);
    else
        e = mcp_jose_pem_refuse(cx,
                                "it is a key of type %s, and RSA and EC "
                                "are taken",
                                EVP_PKEY_get0_type_name(pkey));
    MCP_TRY(e);
    mcp_writer_close(sheet.w);
    text = mcp_writer_text(sheet.w, &len);
    return mcp_json_read(json, text, len, cx);
}

/* -- PEM -- */

/* Without one OpenSSL would ask the terminal that httpd was started from. */
static int password(char *buf, int size, int is_for_writing, void *is_asked)
{
    *(int *)is_asked = 1;
    return -1;
}

const mcp_error_t *mcp_jose_pem_convert(const mcp_json_t **json,
                                        const char *text, apr_size_t len,
                                        mcp_ctx_t *cx)
{
    const char *copy = apr_pstrmemdup(cx->pool, text, len);
    BIO *bio = BIO_new_mem_buf(copy, (int)len);
    const mcp_error_t *e;
    EVP_PKEY *pkey = NULL;
    int is_locked = 0;

    if (bio)
        pkey = PEM_read_bio_PrivateKey(bio, NULL, password, &is_locked);
    BIO_free(bio);
    if (pkey)
        e = convert(json, pkey, cx);
    else if (is_locked)
        e = mcp_jose_pem_refuse(cx, "it has a passphrase; write it without "
                                    "one: openssl pkey -in FILE -out NEW");
    else
        e = absent(copy, cx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return e;
}
