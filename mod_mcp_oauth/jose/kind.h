/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KIND_H
#define MCP_JOSE_KIND_H

#include "jose/jwk.h"

/* A kind of key (RFC 7517 4.1) that is read from a JWK. There is none for oct:
 * a shared secret never comes with a JWK Set. Only jose/ includes this. */
typedef struct mcp_jose_kind_t {
    const char *kty;
    const char *const *public_names; /* of the members */
    const char *const *private_names;
    /* RFC 7638 3.2: those that are hashed, in order; NULL: never are */
    const char *const *thumbprint;
    /* lengths; sets crv, signature, and alg where crv says it */
    const mcp_error_t *(*check)(mcp_jose_jwk_t *, const mcp_json_t *,
                                mcp_ctx_t *);
    /* makes the foreign library's key, from the texts that are there by then;
     * it goes with the context's pool */
    const mcp_error_t *(*import)(mcp_jose_jwk_t *, const mcp_json_t *,
                                 mcp_ctx_t *);
} mcp_jose_kind_t;

/* By its kty; NULL: of no kind known here. Static. */
const mcp_jose_kind_t *mcp_jose_kind_of(const mcp_json_t *json);
/* The thumbprint of the public key (RFC 7638), SHA-256. */
const char *mcp_jose_kind_thumbprint(const mcp_json_t *json, apr_pool_t *pool);
/* INVALID_REQUEST: "JWK refused: why". */
const mcp_error_t *mcp_jose_kind_misfit(mcp_ctx_t *cx, const char *why);

#endif
