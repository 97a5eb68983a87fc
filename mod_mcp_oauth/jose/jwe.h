/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWE_H
#define MCP_JOSE_JWE_H

#include "jose/jwk.h"

#define MCP_JWE_MAX 16384 /* bytes of a compact serialization */

/* A JWE as it came (RFC 7516 in compact form): RSA-OAEP with A256GCM or
 * A128CBC-HS256, nothing decrypted yet. */
typedef struct mcp_jose_jwe_t {
    const char *enc;
    const char *kid; /* or NULL */
    const mcp_json_t *header;
    const char *text;
    apr_size_t key, iv, tag; /* bytes that these parts have */
} mcp_jose_jwe_t;

/* Whether the text has five parts, as a JWE has and a JWS has not. */
int mcp_jose_jwe_is_like(const char *text, apr_size_t len);
/* Five strict base64url parts, the header a JSON object without duplicates:
 * alg RSA-OAEP, enc A256GCM or A128CBC-HS256, cty JWT or none; no crit, no
 * zip, no p2c. INVALID_TOKEN otherwise. */
const mcp_error_t *mcp_jose_jwe_read(const mcp_jose_jwe_t **jwe,
                                     const char *text, apr_size_t len,
                                     mcp_ctx_t *cx);
/* The plaintext, NUL-terminated behind *len bytes. It may be anybody's:
 * whoever knows the public key can make one. INVALID_TOKEN with one and the
 * same detail whatever is wrong, so that nobody learns from trying, and with
 * another where jwk is NULL; SERVER_ERROR where it has a fault. */
const mcp_error_t *mcp_jose_jwe_decrypt(const char **plaintext,
                                        apr_size_t *len,
                                        const mcp_jose_jwe_t *jwe,
                                        const mcp_jose_jwk_t *jwk,
                                        mcp_ctx_t *cx);
/* Why the administrator's key cannot be decrypted with, in words; NULL: it
 * can. */
const char *mcp_jose_jwe_key_fault(const mcp_jose_jwk_t *jwk,
                                   apr_pool_t *pool);

#endif
