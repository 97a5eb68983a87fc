/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWK_H
#define MCP_JOSE_JWK_H

#include "base/json.h"

/* A key (RFC 7517), imported once and used by many threads. */
typedef struct mcp_jose_jwk_t mcp_jose_jwk_t;

/* Imports a JWK; refuses kty, crv, use, alg and lengths that do not fit (D13):
 * cjose alone would take 80-bit RSA. */
const mcp_error_t *mcp_jose_jwk_read(mcp_jose_jwk_t **jwk,
                                     const mcp_json_t *json, mcp_ctx_t *cx);
/* A new P-256 key for ES256; kid is its RFC 7638 thumbprint. */
const mcp_error_t *mcp_jose_jwk_make(mcp_jose_jwk_t **jwk, mcp_ctx_t *cx);
const char *mcp_jose_jwk_kid(const mcp_jose_jwk_t *jwk);
const char *mcp_jose_jwk_alg(const mcp_jose_jwk_t *jwk);
/* rendered JSON; with_private only for our own key file */
const char *mcp_jose_jwk_text(const mcp_jose_jwk_t *jwk, int with_private,
                              apr_pool_t *pool);

#endif
