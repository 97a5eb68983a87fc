/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_JOSE_KEYVIEW_H
#define MCP_JOSE_KEYVIEW_H

#include "jose/keyring.h"
#include "jose/keyset.h"

/* What a keyring holds between two changes, with what requests ask for worked
 * out beforehand. In a pool of its own: any thread may make one, and somebody
 * may be using one that is not the present one any more. Immutable but for
 * what is the keyring's. */
typedef struct mcp_jose_keyview_t {
    const mcp_jose_keyset_t *set;
    const char *text;    /* that it was read from */
    apr_hash_t *jwks;    /* of issuer name to rendered text */
    apr_hash_t *derived; /* of issuer name to its keys: for each master secret
                          * one for each purpose */
    apr_pool_t *pool;

    /* -- the keyring's -- */
    apr_uint64_t stamp; /* atomic: of the place, when it had this text */
    struct mcp_jose_keyview_t *before;
} mcp_jose_keyview_t;

/* Freed with mcp_jose_keyview_free(). A fault, in cx->pool, when text is none
 * of keys. */
const mcp_error_t *mcp_jose_keyview_read(mcp_jose_keyview_t **view,
                                         const char *text, mcp_ctx_t *cx);
/* and those before it; NULL: nothing */
void mcp_jose_keyview_free(mcp_jose_keyview_t *view);
/* 0 when there is no master secret of that number */
int mcp_jose_keyview_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyview_t *view, int id,
                            mcp_jose_purpose_t purpose, const char *issuer);
/* the issuer's current key, or NULL */
const mcp_jose_jwk_t *mcp_jose_keyview_signer(const mcp_jose_keyview_t *view,
                                              const char *issuer);
/* the issuer's key named kid, or NULL */
const mcp_jose_jwk_t *mcp_jose_keyview_find(const mcp_jose_keyview_t *view,
                                            const char *issuer,
                                            const char *kid);

#endif
