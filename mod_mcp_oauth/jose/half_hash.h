/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_HALF_HASH_H
#define MCP_JOSE_HALF_HASH_H

#include <apr_pools.h>

/* What at_hash and c_hash of an id_token signed with alg have to be for this
 * access_token or code (OpenID Connect Core 3.1.3.6, 3.3.2.11): base64url of
 * the left half of the hash that alg uses, SHA-512 for EdDSA. NULL: it is not
 * said which hash that is (Ed448, or an alg that is not known here), so that
 * nobody can compare. */
const char *mcp_jose_half_hash(const char *alg, const char *text,
                               apr_pool_t *pool);

#endif
