/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_JWKS_H
#define MCP_JOSE_JWKS_H

#include <apr_tables.h>

#include "jose/jws.h"

#define MCP_JWKS_KEYS 50 /* of a set that are looked at, the first ones */
#define MCP_JWKS_TRIES 4 /* keys of a set that a signature is tried with */

/* Somebody's JWK Set (RFC 7517 5), its keys imported once and used by many
 * threads. It lives as long as the pool of the context that it was made with.
 */
typedef struct mcp_jose_jwks_t mcp_jose_jwks_t;

/* PARSE_ERROR, or INVALID_REQUEST where there is no array of keys. Keys that
 * cannot be read are no error. */
const mcp_error_t *mcp_jose_jwks_read(const mcp_jose_jwks_t **jwks,
                                      const char *text, apr_size_t len,
                                      mcp_ctx_t *cx);

/* The signature, by a key of the set: the key that kid
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
                                        const mcp_jose_jwks_t *jwks,
                                        const apr_array_header_t *allowed,
                                        mcp_ctx_t *cx);

#endif
