/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/keyring.h"

#include <string.h>

#include <apr_hash.h>
#include <apr_strings.h>

#include "base/random.h"
#include "base/writer.h"
#include "jose/keyfile.h"
#include "jose/keyset.h"

struct mcp_jose_keyring_t {
    mcp_jose_keyset_t *set;
    apr_hash_t *jwks;    /* of issuer name to rendered text */
    apr_hash_t *derived; /* of issuer name to its keys: for each master secret
                          * one for each purpose */
};

#define PURPOSES (MCP_KEY_COOKIE + 1)

static const mcp_error_t *master_make(mcp_jose_keyset_t *set, mcp_ctx_t *cx)
{
    mcp_jose_master_t master;

    master.id = 1;
    master.created = mcp_ctx_seconds(cx);
    MCP_TRY(mcp_random_bytes(master.secret, sizeof(master.secret), cx));
    APR_ARRAY_PUSH(set->masters, mcp_jose_master_t) = master;
    return NULL;
}

static const mcp_error_t *key_make(mcp_jose_issuer_t *issuer,
                                   mcp_jose_key_state_t state, mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *jwk;
    mcp_jose_issuer_key_t key;

    MCP_TRY(mcp_jose_jwk_make(&jwk, cx));
    key.state = state;
    key.created = mcp_ctx_seconds(cx);
    key.jwk = jwk;
    APR_ARRAY_PUSH(issuer->keys, mcp_jose_issuer_key_t) = key;
    return NULL;
}

static const mcp_error_t *complete(int *changed, mcp_jose_keyset_t *set,
                                   const apr_array_header_t *issuers,
                                   mcp_ctx_t *cx)
{
    static const mcp_jose_key_state_t wanted[] = {MCP_KEY_STATE_CURRENT,
                                                  MCP_KEY_STATE_NEXT};
    int i, j;

    *changed = set->masters->nelts == 0;
    if (*changed)
        MCP_TRY(master_make(set, cx));
    for (i = 0; i < issuers->nelts; i++) {
        const char *name = APR_ARRAY_IDX(issuers, i, const char *);
        mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(set, name);

        if (!issuer)
            issuer = mcp_jose_keyset_add(set, name);
        for (j = 0; j < 2; j++) {
            if (mcp_jose_keyset_key(issuer, wanted[j]))
                continue;
            MCP_TRY(key_make(issuer, wanted[j], cx));
            *changed = 1;
        }
    }
    return NULL;
}

static const mcp_jose_jwk_t *key_at(const mcp_jose_issuer_t *issuer, int i)
{
    return APR_ARRAY_IDX(issuer->keys, i, mcp_jose_issuer_key_t).jwk;
}

static const char *jwks_text(const mcp_jose_issuer_t *issuer, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "keys");
    mcp_writer_open(w, '[');
    for (i = 0; i < issuer->keys->nelts; i++)
        mcp_writer_raw(w, mcp_jose_jwk_text(key_at(issuer, i), 0, pool));
    mcp_writer_close(w);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

static const mcp_error_t *file_read(mcp_jose_keyset_t *set,
                                    const mcp_jose_keyfile_t *file,
                                    mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    const char *text;

    MCP_TRY(mcp_jose_keyfile_read(&text, file, cx));
    if (!text)
        return NULL;
    e = mcp_jose_keyset_read(set, text, cx);
    if (!e)
        return NULL;
    return mcp_error_fault(e->code, cx, e->remedy, "key file %s: %s",
                           mcp_jose_keyfile_path(file), e->detail);
}

static const mcp_error_t *set_open(mcp_jose_keyset_t *set,
                                   const mcp_jose_keyfile_t *file,
                                   const apr_array_header_t *issuers,
                                   mcp_ctx_t *cx)
{
    int changed;

    MCP_TRY(file_read(set, file, cx));
    MCP_TRY(complete(&changed, set, issuers, cx));
    if (!changed)
        return NULL;
    return mcp_jose_keyfile_write(file, mcp_jose_keyset_text(set, cx->pool),
                                  cx);
}

/* What HKDF's info says the key is for; never change one. */
static const char *purpose_name(mcp_jose_purpose_t purpose)
{
    static const char *const names[] = {
        [MCP_KEY_CLIENT_ID] = "client_id",
        [MCP_KEY_CLIENT_SECRET] = "client_secret",
        [MCP_KEY_TRANSACTION] = "transaction",
        [MCP_KEY_REFRESH_TOKEN] = "refresh_token",
        [MCP_KEY_SESSION] = "session",
        [MCP_KEY_REQUEST_STATE] = "request_state",
        [MCP_KEY_COOKIE] = "cookie",
    };

    return names[purpose];
}

static void derive(unsigned char key[MCP_DIGEST_SIZE],
                   const mcp_jose_master_t *master, mcp_jose_purpose_t purpose,
                   const char *issuer)
{
    const char *name = purpose_name(purpose);
    unsigned char info[MCP_DIGEST_SIZE * 2];

    /* of fixed length, so no name and issuer can run into each other */
    mcp_digest_sha256(info, name, strlen(name));
    mcp_digest_sha256(info + MCP_DIGEST_SIZE, issuer, strlen(issuer));
    mcp_digest_hkdf(key, master->secret, info, sizeof(info));
}

/* Once at the start, not in each request that has a session or a form. */
static unsigned char *derive_all(const apr_array_header_t *masters,
                                 const char *issuer, apr_pool_t *pool)
{
    unsigned char *keys = apr_palloc(pool, (apr_size_t)masters->nelts *
                                               PURPOSES * MCP_DIGEST_SIZE);
    int i, purpose;

    for (i = 0; i < masters->nelts; i++)
        for (purpose = 0; purpose < PURPOSES; purpose++)
            derive(keys + (i * PURPOSES + purpose) * MCP_DIGEST_SIZE,
                   &APR_ARRAY_IDX(masters, i, mcp_jose_master_t),
                   (mcp_jose_purpose_t)purpose, issuer);
    return keys;
}

static mcp_jose_keyring_t *ring_make(mcp_jose_keyset_t *set, apr_pool_t *pool)
{
    mcp_jose_keyring_t *ring = apr_palloc(pool, sizeof(*ring));
    int i;

    ring->set = set;
    ring->jwks = apr_hash_make(pool);
    ring->derived = apr_hash_make(pool);
    for (i = 0; i < set->issuers->nelts; i++) {
        const mcp_jose_issuer_t *issuer =
            APR_ARRAY_IDX(set->issuers, i, mcp_jose_issuer_t *);

        apr_hash_set(ring->jwks, issuer->name, APR_HASH_KEY_STRING,
                     jwks_text(issuer, pool));
        apr_hash_set(ring->derived, issuer->name, APR_HASH_KEY_STRING,
                     derive_all(set->masters, issuer->name, pool));
    }
    return ring;
}

const mcp_error_t *mcp_jose_keyring_open(mcp_jose_keyring_t **ring,
                                         const char *directory,
                                         const apr_array_header_t *issuers,
                                         mcp_ctx_t *cx)
{
    mcp_jose_keyset_t *set = mcp_jose_keyset_make(cx->pool);
    const mcp_error_t *e;
    mcp_jose_keyfile_t *file;
    apr_pool_t *lock;

    apr_pool_create(&lock, cx->pool);
    e = mcp_jose_keyfile_open(&file, directory, lock, cx);
    if (!e)
        e = set_open(set, file, issuers, cx);
    apr_pool_destroy(lock);
    if (!e)
        *ring = ring_make(set, cx->pool);
    return e;
}

int mcp_jose_keyring_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyring_t *ring, int id,
                            mcp_jose_purpose_t purpose, const char *issuer)
{
    const apr_array_header_t *masters = ring->set->masters;
    const unsigned char *keys =
        apr_hash_get(ring->derived, issuer, APR_HASH_KEY_STRING);
    int i;

    for (i = 0; i < masters->nelts; i++) {
        const mcp_jose_master_t *master =
            &APR_ARRAY_IDX(masters, i, mcp_jose_master_t);

        if (master->id != id)
            continue;
        if (keys)
            memcpy(key, keys + (i * PURPOSES + (int)purpose) * MCP_DIGEST_SIZE,
                   MCP_DIGEST_SIZE);
        else
            derive(key, master, purpose, issuer);
        return 1;
    }
    return 0;
}

int mcp_jose_keyring_current(const mcp_jose_keyring_t *ring)
{
    const apr_array_header_t *masters = ring->set->masters;

    return APR_ARRAY_IDX(masters, masters->nelts - 1, mcp_jose_master_t).id;
}

const mcp_jose_jwk_t *mcp_jose_keyring_signer(const mcp_jose_keyring_t *ring,
                                              const char *name)
{
    const mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(ring->set, name);

    return issuer ? mcp_jose_keyset_key(issuer, MCP_KEY_STATE_CURRENT) : NULL;
}

const mcp_jose_jwk_t *mcp_jose_keyring_find(const mcp_jose_keyring_t *ring,
                                            const char *name, const char *kid)
{
    const mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(ring->set, name);
    int i;

    for (i = 0; issuer && kid && i < issuer->keys->nelts; i++)
        if (strcmp(mcp_jose_jwk_kid(key_at(issuer, i)), kid) == 0)
            return key_at(issuer, i);
    return NULL;
}

const char *mcp_jose_keyring_jwks(const mcp_jose_keyring_t *ring,
                                  const char *issuer, apr_pool_t *pool)
{
    const char *text = apr_hash_get(ring->jwks, issuer, APR_HASH_KEY_STRING);

    return apr_pstrdup(pool, text ? text : "{\"keys\":[]}");
}
