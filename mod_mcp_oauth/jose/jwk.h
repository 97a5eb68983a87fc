/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWK_H
#define MCP_JOSE_JWK_H

#include "base/json.h"

#define MCP_JWK_SECRET_MIN 32 /* bytes, RFC 7518 3.2 */

/* A key (RFC 7517), imported once and used by many threads. It lives as long
 * as the pool of the context that it was made with. */
typedef struct mcp_jose_jwk_t mcp_jose_jwk_t;

/* Imports a JWK for signatures: EC, RSA, OKP (Ed25519, Ed448; RFC 8037).
 * Refuses kty, crv, use, alg and lengths that do not fit (D13): cjose alone
 * would take 80-bit RSA. kty oct is always refused. json lives as long as the
 * key. */
const mcp_error_t *mcp_jose_jwk_read(mcp_jose_jwk_t **jwk,
                                     const mcp_json_t *json, mcp_ctx_t *cx);
/* A new P-256 key for ES256; kid is its RFC 7638 thumbprint. */
const mcp_error_t *mcp_jose_jwk_make(mcp_jose_jwk_t **jwk, mcp_ctx_t *cx);

/* A secret that the administrator shares with somebody, for HS256 alone; it
 * has no kid and no text. Refuses less than MCP_JWK_SECRET_MIN bytes, and a
 * PEM or a JWK instead of a secret (RFC 8725 2.1: what everybody knows would
 * sign). INVALID_REQUEST; its detail is for the administrator and says nothing
 * of the secret. */
const mcp_error_t *mcp_jose_jwk_secret(mcp_jose_jwk_t **jwk, const char *bytes,
                                       apr_size_t len, mcp_ctx_t *cx);

/* The administrator's private key, to sign or to decrypt with: PEM (PKCS#8,
 * PKCS#1 or SEC1, without a passphrase) or a private JWK; RSA of 2048 bits or
 * more, or EC on P-256, P-384 or P-521. alg is the JWK's, else RS256 or what
 * the curve says, RSA-OAEP where the JWK's use is enc; kid is the JWK's, else
 * the RFC 7638 thumbprint, which what it signs does not say. What it can be
 * used for is for mcp_jose_jws_key_fault and mcp_jose_jwe_key_fault to say.
 * INVALID_REQUEST; its detail is for the administrator and says nothing of the
 * key. */
const mcp_error_t *mcp_jose_jwk_private(mcp_jose_jwk_t **jwk, const char *text,
                                        apr_size_t len, mcp_ctx_t *cx);

const char *mcp_jose_jwk_kid(const mcp_jose_jwk_t *jwk);
const char *mcp_jose_jwk_alg(const mcp_jose_jwk_t *jwk);
/* rendered JSON; with_private only for our own key file. NULL for a shared
 * secret. */
const char *mcp_jose_jwk_text(const mcp_jose_jwk_t *jwk, int with_private,
                              apr_pool_t *pool);

#endif
