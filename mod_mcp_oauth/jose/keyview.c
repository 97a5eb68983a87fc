/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/keyview.h"

#include <apr_strings.h>
#include <string.h>

#include "base/writer.h"

#define PURPOSES MCP_KEY_PURPOSES

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

/* What HKDF's info says the key is for; never change one. */
static const char *purpose_name(mcp_jose_purpose_t purpose)
{
    static const char *const names[PURPOSES] = {
        [MCP_KEY_CLIENT_ID] = "client_id",
        [MCP_KEY_CLIENT_SECRET] = "client_secret",
        [MCP_KEY_TRANSACTION] = "transaction",
        [MCP_KEY_REFRESH_TOKEN] = "refresh_token",
        [MCP_KEY_SESSION] = "session",
        [MCP_KEY_REQUEST_STATE] = "request_state",
        [MCP_KEY_COOKIE] = "cookie",
        [MCP_KEY_UPSTREAM] = "upstream",
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
    mcp_digest_sha256_text(info, name);
    mcp_digest_sha256_text(info + MCP_DIGEST_SIZE, issuer);
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

static void fill(mcp_jose_keyview_t *view)
{
    const apr_array_header_t *issuers = view->set->issuers;
    int i;

    view->jwks = apr_hash_make(view->pool);
    view->derived = apr_hash_make(view->pool);
    for (i = 0; i < issuers->nelts; i++) {
        const mcp_jose_issuer_t *issuer =
            APR_ARRAY_IDX(issuers, i, mcp_jose_issuer_t *);

        apr_hash_set(view->jwks, issuer->name, APR_HASH_KEY_STRING,
                     jwks_text(issuer, view->pool));
        apr_hash_set(view->derived, issuer->name, APR_HASH_KEY_STRING,
                     derive_all(view->set->masters, issuer->name, view->pool));
    }
}

const mcp_error_t *mcp_jose_keyview_read(mcp_jose_keyview_t **out,
                                         const char *text, mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    mcp_jose_keyview_t *view;
    mcp_jose_keyset_t *set;
    const mcp_error_t *e;

    if (apr_pool_create_unmanaged_ex(&own.pool, NULL, NULL) != APR_SUCCESS)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "no memory for the keys");
    view = apr_pcalloc(own.pool, sizeof(*view));
    view->pool = own.pool;
    view->text = apr_pstrdup(own.pool, text);
    view->set = set = mcp_jose_keyset_make(own.pool);
    e = mcp_jose_keyset_read(set, view->text, &own);
    if (e) { /* it lives in the pool that goes */
        e = mcp_error_fault(e->code, cx, e->remedy, "%s", e->detail);
        mcp_jose_keyview_free(view);
        return e;
    }
    fill(view);
    *out = view;
    return NULL;
}

void mcp_jose_keyview_free(mcp_jose_keyview_t *view)
{
    mcp_jose_keyview_t *before;

    for (; view; view = before) {
        before = view->before;
        apr_pool_destroy(view->pool);
    }
}

int mcp_jose_keyview_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyview_t *view, int id,
                            mcp_jose_purpose_t purpose, const char *issuer)
{
    const apr_array_header_t *masters = view->set->masters;
    const unsigned char *keys =
        apr_hash_get(view->derived, issuer, APR_HASH_KEY_STRING);
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

const mcp_jose_jwk_t *mcp_jose_keyview_signer(const mcp_jose_keyview_t *view,
                                              const char *name)
{
    const mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(view->set, name);

    return issuer ? mcp_jose_keyset_key(issuer, MCP_KEY_STATE_CURRENT) : NULL;
}

const mcp_jose_jwk_t *mcp_jose_keyview_find(const mcp_jose_keyview_t *view,
                                            const char *name, const char *kid)
{
    const mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(view->set, name);
    int i;

    for (i = 0; issuer && kid && i < issuer->keys->nelts; i++)
        if (strcmp(mcp_jose_jwk_kid(key_at(issuer, i)), kid) == 0)
            return key_at(issuer, i);
    return NULL;
}
