/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_NATIVE_H
#define MCP_JOSE_NATIVE_H

#include <cjose/cjose.h>
#include <openssl/evp.h>

#include "jose/jwk.h"

/* The inside of a key, for this folder only.
 *
 * Threads share it without a lock: cjose 0.6.2 neither counts references nor
 * writes to a cjose_jwk_t while it signs, verifies or decrypts, and OpenSSL
 * guards what it computes lazily for an RSA or EC key, and counts the
 * references of an EVP_PKEY atomically. cjose_jwk_retain is not atomic and
 * therefore never called. */
struct mcp_jose_jwk_t {
    cjose_jwk_t *native; /* NULL for OKP */
    EVP_PKEY *okp;       /* NULL for all others */
    const char *kid;     /* or NULL */
    int is_kid_made;     /* nobody else calls it so: the JWK says none */
    const char *kty;
    const char *crv;      /* NULL for RSA and oct */
    const char *alg;      /* NULL: any that kty allows (RSA without "alg") */
    int is_alg_said;      /* alg is the JWK's word; 0: it was chosen for it */
    const char *use;      /* "sig", "enc"; NULL: for either */
    const char *enc;      /* the JWK's word, or NULL */
    apr_size_t signature; /* bytes that a signature by this key has; for RSA
                           * the modulus has as many */
    int is_private;
    const char *public_text;  /* NULL for oct */
    const char *private_text; /* the same as public_text unless is_private */
};

/* Whether alg may be used with this key, for signatures. */
int mcp_jose_jwk_does(const mcp_jose_jwk_t *jwk, const char *alg);

/* RFC 7517 4.3: whether key_ops has one of these */
int mcp_jose_jwk_has_op(const mcp_json_t *json, const char *one,
                        const char *other);

/* Reading in two steps, between which the reader finds out what the key is
 * for: kind and lengths; then texts and the foreign library's key. */
const mcp_error_t *mcp_jose_jwk_begin(mcp_jose_jwk_t **jwk,
                                      const mcp_json_t *json, mcp_ctx_t *cx);
const mcp_error_t *mcp_jose_jwk_finish(mcp_jose_jwk_t *jwk,
                                       const mcp_json_t *json, mcp_ctx_t *cx);

#endif
