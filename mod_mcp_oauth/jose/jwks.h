/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWKS_H
#define MCP_JOSE_JWKS_H

#include <apr_tables.h>

#include "jose/jws.h"

#define MCP_JWKS_KEYS 50 /* of a set that are looked at, the first ones */
#define MCP_JWKS_TRIES 4 /* keys of a set that a signature is tried with */

/* The signature, by a key of somebody's JWK Set (RFC 7517 5): the key that kid
 * names, or where the JWS has no kid one of the MCP_JWKS_TRIES first that fit
 * its alg. allowed holds the names of the algorithms (const char *) that this
 * issuer may use; a JWS with another is refused before a key is looked at, and
 * one with HS256 always. Keys that cannot verify it (use enc, an unknown kty,
 * too short) are passed over.
 *
 * INVALID_TOKEN otherwise; *is_unknown then says whether a newer JWK Set might
 * have the key: none is named so, or the JWS names none and no key made it.
 * A stranger can bring that about at will, so that the caller has to bound how
 * often it fetches. */
const mcp_error_t *mcp_jose_jwks_verify(int *is_unknown,
                                        const mcp_jose_jws_t *jws,
                                        const mcp_json_t *jwks,
                                        const apr_array_header_t *allowed,
                                        mcp_ctx_t *cx);

#endif
