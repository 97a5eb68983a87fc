/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "store/seal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/encode.h"
#include "base/random.h"

/* nonce | ciphertext | tag (NIST SP 800-38D) */
#define NONCE 12
#define TAG 16
#define TEXT_MAX (1024 * 1024)

/* What is sealed: out has len bytes of room and a tag behind them. */
typedef struct box_t {
    const unsigned char *nonce;
    const unsigned char *in;
    unsigned char *out;
    int len;
    unsigned char *tag;
} box_t;

static int encrypt(EVP_CIPHER_CTX *gcm, const unsigned char *key,
                   const char *bound, const box_t *box)
{
    int len;

    return EVP_EncryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, key, box->nonce) &&
           EVP_EncryptUpdate(gcm, NULL, &len, (const unsigned char *)bound,
                             (int)strlen(bound)) &&
           EVP_EncryptUpdate(gcm, box->out, &len, box->in, box->len) &&
           EVP_EncryptFinal_ex(gcm, box->out + len, &len) &&
           EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_GET_TAG, TAG, box->tag);
}

static int decrypt(EVP_CIPHER_CTX *gcm, const unsigned char *key,
                   const char *bound, const box_t *box)
{
    int len;

    return EVP_DecryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, key, box->nonce) &&
           EVP_DecryptUpdate(gcm, NULL, &len, (const unsigned char *)bound,
                             (int)strlen(bound)) &&
           EVP_DecryptUpdate(gcm, box->out, &len, box->in, box->len) &&
           EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_SET_TAG, TAG, box->tag) &&
           EVP_DecryptFinal_ex(gcm, box->out + len, &len);
}

static apr_status_t cipher_free(void *gcm)
{
    EVP_CIPHER_CTX_free(gcm);
    return APR_SUCCESS;
}

static const mcp_error_t *cipher_make(EVP_CIPHER_CTX **gcm, mcp_ctx_t *cx)
{
    *gcm = EVP_CIPHER_CTX_new();
    if (!*gcm)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx, "Check free memory.",
                               "OpenSSL gives no cipher context");
    apr_pool_cleanup_register(cx->pool, *gcm, cipher_free,
                              apr_pool_cleanup_null);
    return NULL;
}

const mcp_error_t *
mcp_store_seal_make(const char **sealed,
                    const unsigned char key[MCP_DIGEST_SIZE],
                    const char *bound, const char *text, mcp_ctx_t *cx)
{
    apr_size_t len = strlen(text);
    EVP_CIPHER_CTX *gcm;
    unsigned char *whole;
    box_t box;
    int good;

    if (len > TEXT_MAX)
        return mcp_error_make(MCP_E_CONTENT_TOO_LARGE, cx,
                              "seal: a text of more than %d bytes", TEXT_MAX);
    MCP_TRY(cipher_make(&gcm, cx));
    whole = apr_palloc(cx->pool, NONCE + len + TAG);
    MCP_TRY(mcp_random_bytes(whole, NONCE, cx));
    box.nonce = whole;
    box.in = (const unsigned char *)text;
    box.out = whole + NONCE;
    box.len = (int)len;
    box.tag = whole + NONCE + len;
    good = encrypt(gcm, key, bound, &box);
    apr_pool_cleanup_run(cx->pool, gcm, cipher_free);
    if (!good) {
        ERR_clear_error();
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Check the OpenSSL installation: AES-256-GCM "
                               "must be available.",
                               "sealing failed");
    }
    *sealed = mcp_encode_base64url(whole, NONCE + len + TAG, cx->pool);
    return NULL;
}

const mcp_error_t *
mcp_store_seal_open(const char **text,
                    const unsigned char key[MCP_DIGEST_SIZE],
                    const char *bound, const char *sealed, mcp_ctx_t *cx)
{
    apr_size_t len, sealed_len = strlen(sealed);
    EVP_CIPHER_CTX *gcm;
    unsigned char *whole;
    box_t box;

    *text = NULL;
    if (sealed_len > (TEXT_MAX + NONCE + TAG) / 3 * 4 + 4)
        return NULL;
    whole = mcp_encode_base64url_read(&len, sealed, sealed_len, cx->pool);
    if (!whole || len < NONCE + TAG)
        return NULL;
    MCP_TRY(cipher_make(&gcm, cx));
    box.nonce = whole;
    box.in = whole + NONCE;
    box.len = (int)(len - NONCE - TAG);
    box.out = apr_palloc(cx->pool, box.len + 1);
    box.tag = whole + len - TAG;
    if (decrypt(gcm, key, bound, &box)) {
        box.out[box.len] = '\0';
        *text = (const char *)box.out;
    }
    ERR_clear_error();
    apr_pool_cleanup_run(cx->pool, gcm, cipher_free);
    return NULL;
}
