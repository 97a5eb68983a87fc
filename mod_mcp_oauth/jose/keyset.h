/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYSET_H
#define MCP_JOSE_KEYSET_H

#include <apr_hash.h>
#include <apr_tables.h>

#include "base/digest.h"
#include "jose/jwk.h"

/* What a place of keys holds as text, for this folder only:
 *
 *   {"format": "mcp_oauth keys", "version": 2, "revision": 7,
 *    "master": [{"id": 1, "created": 1800000000, "secret": "..."}],
 *    "issuers": {"https://example.com":
 *        {"served": true,
 *         "keys": [{"state": "current", "since": 1800000000, "jwk": {...}}]}}}
 *
 * Ids rise. Each issuer has one current key, at most one next one and any
 * number of previous ones. served: the last start was for this issuer too.
 * The revision rises with each change, so that what was read late is known to
 * be old. Version 1, which had neither this nor served and called since
 * created, is read as well. */

typedef struct mcp_jose_master_t {
    int id;
    apr_int64_t created;
    unsigned char secret[MCP_DIGEST_SIZE];
} mcp_jose_master_t;

typedef enum {
    MCP_KEY_STATE_CURRENT,
    MCP_KEY_STATE_NEXT,
    MCP_KEY_STATE_PREVIOUS,
    MCP_KEY_STATE_UNKNOWN
} mcp_jose_key_state_t;

typedef struct mcp_jose_issuer_key_t {
    mcp_jose_key_state_t state;
    apr_int64_t since; /* it is in this state, in seconds */
    const mcp_jose_jwk_t *jwk;
} mcp_jose_issuer_key_t;

typedef struct mcp_jose_issuer_t {
    const char *name;
    int served;
    apr_array_header_t *keys; /* of mcp_jose_issuer_key_t */
} mcp_jose_issuer_t;

typedef struct mcp_jose_keyset_t {
    apr_int64_t revision;
    apr_array_header_t *masters; /* of mcp_jose_master_t */
    apr_array_header_t *issuers; /* of mcp_jose_issuer_t *, as in the file */
    apr_hash_t *by_name;         /* the same */
} mcp_jose_keyset_t;

mcp_jose_keyset_t *mcp_jose_keyset_make(apr_pool_t *pool);
mcp_jose_issuer_t *mcp_jose_keyset_add(mcp_jose_keyset_t *set,
                                       const char *issuer);
/* NULL when there is no such issuer */
mcp_jose_issuer_t *mcp_jose_keyset_issuer(const mcp_jose_keyset_t *set,
                                          const char *issuer);
/* the issuer's key in that state, the first of several, or NULL */
const mcp_jose_jwk_t *mcp_jose_keyset_key(const mcp_jose_issuer_t *issuer,
                                          mcp_jose_key_state_t state);
/* Adds what text says to an empty set. A fault when it is no key file. */
const mcp_error_t *mcp_jose_keyset_read(mcp_jose_keyset_t *set,
                                        const char *text, mcp_ctx_t *cx);
const char *mcp_jose_keyset_text(const mcp_jose_keyset_t *set,
                                 apr_pool_t *pool);

#endif
