/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYRING_H
#define MCP_JOSE_KEYRING_H

#include <apr_tables.h>

#include "base/digest.h"
#include "jose/jwk.h"

/* Our own keys: one master secret, from which each purpose of each issuer gets
 * its own MAC or sealing key (HKDF), and for each issuer ES256 signing keys:
 * the current one and the next, which is published before it is used (D5).
 * They live in one file in the state directory, "keys.json", 0600, replaced
 * atomically. Opened once by the parent at start; read-only afterwards, so
 * children and threads share it. */
typedef struct mcp_jose_keyring_t mcp_jose_keyring_t;

/* Opens directory/keys.json, makes it and what it lacks for these issuers
 * (const char *). A file that cannot be read or understood is a fault, never
 * overwritten. */
const mcp_error_t *mcp_jose_keyring_open(mcp_jose_keyring_t **ring,
                                         const char *directory,
                                         const apr_array_header_t *issuers,
                                         mcp_ctx_t *cx);
/* What each derived key is for; never reuse one. */
typedef enum {
    MCP_KEY_CLIENT_ID,     /* MAC of a registration's client_id */
    MCP_KEY_CLIENT_SECRET, /* derives a confidential client's secret */
    MCP_KEY_TRANSACTION,   /* seals an authorization request in a form */
    MCP_KEY_REFRESH_TOKEN, /* MAC of a refresh token */
    MCP_KEY_SESSION,       /* MAC of an Mcp-Session-Id */
    MCP_KEY_REQUEST_STATE, /* seals MCP requestState */
    MCP_KEY_COOKIE         /* binds a browser to a sign-in */
} mcp_jose_purpose_t;

/* Key number id of the master secret (see _current); 0 when there is no such
 * number any more. */
int mcp_jose_keyring_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyring_t *ring, int id,
                            mcp_jose_purpose_t purpose, const char *issuer);
/* the number of the master secret that makes new things */
int mcp_jose_keyring_current(const mcp_jose_keyring_t *ring);
/* the key that signs for issuer; never NULL for an issuer given at open */
const mcp_jose_jwk_t *mcp_jose_keyring_signer(const mcp_jose_keyring_t *ring,
                                              const char *issuer);
/* the issuer's key named kid, or NULL */
const mcp_jose_jwk_t *mcp_jose_keyring_find(const mcp_jose_keyring_t *ring,
                                            const char *issuer,
                                            const char *kid);
/* the public keys of issuer: a JWK Set (RFC 7517 5), rendered */
const char *mcp_jose_keyring_jwks(const mcp_jose_keyring_t *ring,
                                  const char *issuer, apr_pool_t *pool);

#endif
