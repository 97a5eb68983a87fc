/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_PROOF_H
#define MCP_JOSE_PROOF_H

#include "jose/jws.h"

/* A JWS that carries the public key that verifies it (jwk, RFC 7515 4.1.3). It
 * says nothing of who made it but that he has the private key, which is what
 * it proves (RFC 9449 4.2). */

/* The signature, by that key: one that jose/jwk.h reads, and public, without
 * any member of a private key. *thumbprint: the key's, SHA-256 in base64url
 * (RFC 7638). INVALID_TOKEN otherwise. */
const mcp_error_t *mcp_jose_proof_verify(const char **thumbprint,
                                         const mcp_jose_jws_t *jws,
                                         mcp_ctx_t *cx);

#endif
