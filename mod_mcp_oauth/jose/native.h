/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_NATIVE_H
#define MCP_JOSE_NATIVE_H

#include <cjose/cjose.h>

#include "jose/jwk.h"

/* The inside of a key, for this folder only.
 *
 * Threads share it without a lock: cjose 0.6.2 neither counts references nor
 * writes to a cjose_jwk_t while it signs or verifies, and OpenSSL guards what
 * it computes lazily for an RSA or EC key. cjose_jwk_retain is not atomic and
 * therefore never called. */
struct mcp_jose_jwk_t {
    cjose_jwk_t *native;
    const char *kid; /* or NULL */
    const char *kty;
    const char *crv;      /* NULL for RSA */
    const char *alg;      /* NULL: any that kty allows (RSA without "alg") */
    apr_size_t signature; /* bytes that a signature by this key has */
    int is_private;
    const char *public_text;
    const char *private_text; /* the same as public_text unless is_private */
};

/* Whether alg may be used with this key. */
int mcp_jose_jwk_does(const mcp_jose_jwk_t *jwk, const char *alg);

#endif
