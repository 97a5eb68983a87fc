/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_ROTATION_H
#define MCP_JOSE_ROTATION_H

#include "jose/keyset.h"

/* How the keys of a keyset turn (D5). An issuer's next key, which all have
 * seen in the JWK Set, becomes the current one, the current one a previous
 * one, and a new next one is made; a new master secret is made, and the old
 * ones stay. What nothing can depend on any more goes. All of it changes the
 * keyset alone; jose/keyring writes it down. */

/* seconds that a next key is shown before it signs: a JWK Set may be kept for
 * five minutes */
#define MCP_ROTATION_SHOWN 600
/* seconds that a previous key is kept: the longest life of an access token, a
 * day, and a clock that was wrong by two */
#define MCP_ROTATION_OVERLAP (3 * 86400)

/* In seconds. */
typedef struct mcp_jose_lives_t {
    apr_int64_t key;  /* a signing key and a master secret serve */
    apr_int64_t made; /* the longest that a master secret made may live */
} mcp_jose_lives_t;

/* Makes what these issuers (const char *) lack, and notes that they alone are
 * served; says so in the log when that were others before. */
const mcp_error_t *
mcp_jose_rotation_complete(int *changed, mcp_jose_keyset_t *set,
                           const apr_array_header_t *issuers, mcp_ctx_t *cx);
/* What is due turns, what is outlived goes. */
const mcp_error_t *mcp_jose_rotation_age(int *changed, mcp_jose_keyset_t *set,
                                         const mcp_jose_lives_t *lives,
                                         mcp_ctx_t *cx);
/* When that will have something to do. */
apr_int64_t mcp_jose_rotation_due(const mcp_jose_keyset_t *set,
                                  const mcp_jose_lives_t *lives);
/* Everything turns now, for the issuers that are served. INVALID_REQUEST when
 * a next key was not shown for long enough: those who keep a JWK Set would
 * refuse what it signs. */
const mcp_error_t *mcp_jose_rotation_turn(mcp_jose_keyset_t *set,
                                          mcp_ctx_t *cx);
/* Somebody else may know the keys: all of them go, and what they made is good
 * for nothing any more. */
const mcp_error_t *mcp_jose_rotation_replace(mcp_jose_keyset_t *set,
                                             mcp_ctx_t *cx);

#endif
