/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYRING_H
#define MCP_JOSE_KEYRING_H

#include <apr_tables.h>

#include "base/digest.h"
#include "jose/jwk.h"
#include "jose/keyplace.h"
#include "jose/rotation.h"

/* Our own keys: master secrets, from which each purpose of each issuer gets
 * its own MAC or sealing key (HKDF), and for each issuer ES256 signing keys:
 * the current one, the next, which is published before it is used, and those
 * before (D5). They lie in a place that many processes share; a keyring is
 * what one process knows of it. Any thread may use it, also after a fork. What
 * it gives out lives as long as the keyring. */
typedef struct mcp_jose_keyring_t mcp_jose_keyring_t;

/* An empty one, which knows no key. */
mcp_jose_keyring_t *mcp_jose_keyring_make(apr_pool_t *pool);
/* Reads what is in the place, which lives as long as the keyring, after what
 * these issuers (const char *) lack was made there. issuers NULL: nothing is
 * made, and an empty place is a fault. What cannot be read or understood is a
 * fault, never overwritten. lives NULL: nothing turns by itself. cx->host and
 * its baton serve as long as the keyring. */
const mcp_error_t *mcp_jose_keyring_open(mcp_jose_keyring_t *ring,
                                         const mcp_jose_keyplace_t *place,
                                         const apr_array_header_t *issuers,
                                         const mcp_jose_lives_t *lives,
                                         mcp_ctx_t *cx);
/* Gives ring, which is empty, all of other, which is empty then and of no use
 * any more: an opening that can fail is tried with a keyring of its own. Those
 * who use ring meanwhile find nothing, or all. */
void mcp_jose_keyring_take_over(mcp_jose_keyring_t *ring,
                                mcp_jose_keyring_t *other);
/* Reads what somebody else may have changed. A place that is empty, because
 * its store lost it, gets back what is known. After a fault the keyring is as
 * it was. */
const mcp_error_t *mcp_jose_keyring_look(mcp_jose_keyring_t *ring,
                                         mcp_ctx_t *cx);
/* For each request: looks where news is another number than the last time (the
 * revocation sequence), for keys may have been taken back; and turns what is
 * due. *turned: it did, which others should hear of. That it cannot is for the
 * log alone: the keys are good still. */
const mcp_error_t *mcp_jose_keyring_follow(int *turned,
                                           mcp_jose_keyring_t *ring,
                                           apr_uint64_t news, mcp_ctx_t *cx);
/* Rises with every change: what was judged by the keys of before must be
 * judged again. */
apr_uint64_t mcp_jose_keyring_serial(const mcp_jose_keyring_t *ring);

/* Changes what is in the place, for all who share it, and then reads it.
 * change is called again when somebody else was there first. */
typedef const mcp_error_t *mcp_jose_keyring_change_fn(int *changed,
                                                      mcp_jose_keyset_t *set,
                                                      const void *baton,
                                                      mcp_ctx_t *cx);
const mcp_error_t *mcp_jose_keyring_change(mcp_jose_keyring_t *ring,
                                           mcp_jose_keyring_change_fn *change,
                                           const void *baton, mcp_ctx_t *cx);

/* Says in both logs that keys have turned, once they have: "age" */
void mcp_jose_keyring_tell(const mcp_jose_keyring_t *ring, const char *reason,
                           mcp_ctx_t *cx);

/* -- using them: a key that is not known is looked for in the place -- */

/* What each derived key is for; never reuse one. */
typedef enum {
    MCP_KEY_CLIENT_ID,     /* MAC of a registration's client_id */
    MCP_KEY_CLIENT_SECRET, /* derives a confidential client's secret */
    MCP_KEY_TRANSACTION,   /* seals an authorization request in a form */
    MCP_KEY_REFRESH_TOKEN, /* MAC of a refresh token */
    MCP_KEY_SESSION,       /* MAC of an Mcp-Session-Id */
    MCP_KEY_REQUEST_STATE, /* seals MCP requestState */
    MCP_KEY_COOKIE,        /* binds a browser to a sign-in */
    MCP_KEY_UPSTREAM,      /* seals what an identity provider gave us */
    MCP_KEY_PURPOSES       /* how many there are */
} mcp_jose_purpose_t;

/* Key number id of the master secret (see _current); 0 when there is no such
 * number any more. */
int mcp_jose_keyring_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyring_t *ring, int id,
                            mcp_jose_purpose_t purpose, const char *issuer);
/* the number of the master secret that makes new things; 0: there is none */
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
/* What it holds, for those who tell people about it. */
const mcp_jose_keyset_t *mcp_jose_keyring_set(const mcp_jose_keyring_t *ring);

#endif
