/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_OKP_H
#define MCP_JOSE_OKP_H

#include "jose/native.h"

/* Ed25519 and Ed448 (RFC 8037), which cjose lacks: public keys alone, on
 * OpenSSL. Only jose/ includes this. */

/* Sets jwk->crv and jwk->signature by the JWK's crv; refuses other curves and
 * an x that is not as long as the curve's. A d is passed over: nothing is
 * signed with such a key here. */
const mcp_error_t *mcp_jose_okp_check(mcp_jose_jwk_t *jwk,
                                      const mcp_json_t *json, mcp_ctx_t *cx);
/* Makes jwk->okp, which goes with cx's pool. Refuses Ed448 where OpenSSL has
 * none. */
const mcp_error_t *mcp_jose_okp_import(mcp_jose_jwk_t *jwk,
                                       const mcp_json_t *json, mcp_ctx_t *cx);
/* Whether the text that is signed, a compact serialization, has a signature by
 * this key. */
int mcp_jose_okp_has_signed(const mcp_jose_jwk_t *jwk, const char *text,
                            apr_pool_t *pool);

#endif
