/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWS_H
#define MCP_JOSE_JWS_H

#include "jose/jwk.h"

/* bytes of a compact serialization */
#define MCP_JWS_MAX 8192
#define MCP_JWS_LONG_MAX 16384

/* A JWT as it came (RFC 7519 in RFC 7515 compact form): parsed strictly,
 * nothing verified yet. */
typedef struct mcp_jose_jws_t {
    const char *alg;
    const char *kid; /* or NULL */
    const char *typ; /* or NULL */
    const mcp_json_t *header;
    const mcp_json_t *claims;
    const char *claims_text; /* the payload, JSON text */
    const char *text;
} mcp_jose_jws_t;

/* Three strict base64url parts, JSON objects without duplicates, alg a string
 * other than none, no crit; jku, x5u and x5c are ignored, and so is jwk but by
 * jose/proof.h. INVALID_TOKEN otherwise. */
const mcp_error_t *mcp_jose_jws_read(const mcp_jose_jws_t **jws,
                                     const char *text, apr_size_t len,
                                     mcp_ctx_t *cx);
/* The same with MCP_JWS_LONG_MAX, for what is not read on every request: an
 * id_token may name all that its user belongs to. */
const mcp_error_t *mcp_jose_jws_read_long(const mcp_jose_jws_t **jws,
                                          const char *text, apr_size_t len,
                                          mcp_ctx_t *cx);
/* The signature, by this key; the token's alg must be the key's.
 * INVALID_TOKEN otherwise. */
const mcp_error_t *mcp_jose_jws_verify(const mcp_jose_jws_t *jws,
                                       const mcp_jose_jwk_t *jwk,
                                       mcp_ctx_t *cx);
/* Why the administrator's key cannot be signed with, in words; NULL: it can.
 */
const char *mcp_jose_jws_key_fault(const mcp_jose_jwk_t *jwk,
                                   apr_pool_t *pool);
/* claims is a rendered JSON object; typ such as "at+jwt" (RFC 9068 2.1). */
const mcp_error_t *mcp_jose_jws_sign(const char **text, const char *claims,
                                     const char *typ,
                                     const mcp_jose_jwk_t *jwk, mcp_ctx_t *cx);

#endif
