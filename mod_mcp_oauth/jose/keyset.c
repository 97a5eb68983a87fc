/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/keyset.h"

#include <string.h>

#include <apr_strings.h>

#include "base/encode.h"
#include "base/writer.h"

#define FORMAT "mcp_oauth keys"
#define VERSION 2
#define VERSION_BEFORE 1

#define MASTER(set, i) (&APR_ARRAY_IDX((set)->masters, i, mcp_jose_master_t))
#define ISSUER(set, i) APR_ARRAY_IDX((set)->issuers, i, mcp_jose_issuer_t *)
#define KEY(issuer, i)                                                        \
    (&APR_ARRAY_IDX((issuer)->keys, i, mcp_jose_issuer_key_t))

static const char *const states[] = {"current", "next", "previous"};

mcp_jose_keyset_t *mcp_jose_keyset_make(apr_pool_t *pool)
{
    mcp_jose_keyset_t *set = apr_pcalloc(pool, sizeof(*set));

    set->masters = apr_array_make(pool, 1, sizeof(mcp_jose_master_t));
    set->issuers = apr_array_make(pool, 4, sizeof(mcp_jose_issuer_t *));
    set->by_name = apr_hash_make(pool);
    return set;
}

mcp_jose_issuer_t *mcp_jose_keyset_add(mcp_jose_keyset_t *set,
                                       const char *name)
{
    apr_pool_t *pool = set->issuers->pool;
    mcp_jose_issuer_t *issuer = apr_pcalloc(pool, sizeof(*issuer));

    issuer->name = apr_pstrdup(pool, name);
    issuer->keys = apr_array_make(pool, 3, sizeof(mcp_jose_issuer_key_t));
    APR_ARRAY_PUSH(set->issuers, mcp_jose_issuer_t *) = issuer;
    apr_hash_set(set->by_name, issuer->name, APR_HASH_KEY_STRING, issuer);
    return issuer;
}

mcp_jose_issuer_t *mcp_jose_keyset_issuer(const mcp_jose_keyset_t *set,
                                          const char *name)
{
    return name ? apr_hash_get(set->by_name, name, APR_HASH_KEY_STRING) : NULL;
}

const mcp_jose_jwk_t *mcp_jose_keyset_key(const mcp_jose_issuer_t *issuer,
                                          mcp_jose_key_state_t state)
{
    int i;

    for (i = 0; i < issuer->keys->nelts; i++)
        if (KEY(issuer, i)->state == state)
            return KEY(issuer, i)->jwk;
    return NULL;
}

static const mcp_error_t *unreadable(mcp_ctx_t *cx, const char *what)
{
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        "Restore it from a backup. Without one move the whole "
        "state directory away: a new one is made, and all "
        "users sign in again.",
        "%s", what);
}

/* Whether json is an object of these members and no other: one that is not
 * known would be lost when the file is written anew. */
static int is_object_of(const mcp_json_t *json, const char *const *names)
{
    apr_size_t known = 0;

    if (mcp_json_type(json) != MCP_JSON_OBJECT)
        return 0;
    for (; *names; names++)
        known += mcp_json_get(json, *names) != NULL;
    return known == mcp_json_size(json);
}

static const mcp_error_t *master_read(mcp_jose_keyset_t *set,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    static const char *const names[] = {"id", "created", "secret", NULL};
    const char *secret = mcp_json_string(mcp_json_get(json, "secret"));
    const unsigned char *octets = NULL;
    apr_int64_t id, last = 0;
    apr_size_t len = 0;
    mcp_jose_master_t master;

    if (set->masters->nelts)
        last = MASTER(set, set->masters->nelts - 1)->id;
    if (secret)
        octets =
            mcp_encode_base64url_read(&len, secret, strlen(secret), cx->pool);
    if (!is_object_of(json, names) || !octets || len != MCP_DIGEST_SIZE ||
        !mcp_json_integer(&id, mcp_json_get(json, "id")) ||
        !mcp_json_integer(&master.created, mcp_json_get(json, "created")) ||
        id <= last || id > APR_INT32_MAX)
        return unreadable(cx, "a master secret is not well-formed");
    master.id = (int)id;
    memcpy(master.secret, octets, len);
    APR_ARRAY_PUSH(set->masters, mcp_jose_master_t) = master;
    return NULL;
}

static mcp_jose_key_state_t state_read(const mcp_json_t *json)
{
    const char *text = mcp_json_string(json);
    int i;

    for (i = 0; text && i < MCP_KEY_STATE_UNKNOWN; i++)
        if (strcmp(text, states[i]) == 0)
            return i;
    return MCP_KEY_STATE_UNKNOWN;
}

/* since: what the time is called */
static const mcp_error_t *key_read(mcp_jose_issuer_t *issuer,
                                   const mcp_json_t *json, const char *since,
                                   mcp_ctx_t *cx)
{
    const char *const names[] = {"state", since, "jwk", NULL};
    mcp_jose_issuer_key_t key;
    mcp_jose_jwk_t *jwk;
    const mcp_error_t *e;

    key.state = state_read(mcp_json_get(json, "state"));
    if (!is_object_of(json, names) || key.state == MCP_KEY_STATE_UNKNOWN ||
        !mcp_json_integer(&key.since, mcp_json_get(json, since)))
        return unreadable(cx, "an issuer's key is not well-formed");
    if (key.state != MCP_KEY_STATE_PREVIOUS &&
        mcp_jose_keyset_key(issuer, key.state))
        return unreadable(cx, "an issuer has two current or two next keys");
    e = mcp_jose_jwk_read(&jwk, mcp_json_get(json, "jwk"), cx);
    if (e)
        return unreadable(cx, e->detail);
    if (!mcp_jose_jwk_kid(jwk) || !mcp_jose_jwk_alg(jwk) ||
        !mcp_json_get(mcp_json_get(json, "jwk"), "d"))
        return unreadable(cx, "an issuer's key lacks kid, alg or d");
    key.jwk = jwk;
    APR_ARRAY_PUSH(issuer->keys, mcp_jose_issuer_key_t) = key;
    return NULL;
}

static const mcp_error_t *keys_read(mcp_jose_issuer_t *issuer,
                                    const mcp_json_t *keys, const char *since,
                                    mcp_ctx_t *cx)
{
    apr_size_t i;

    if (mcp_json_type(keys) != MCP_JSON_ARRAY)
        return unreadable(cx, "an issuer's keys are not an array");
    for (i = 0; i < mcp_json_size(keys); i++)
        MCP_TRY(key_read(issuer, mcp_json_at(keys, i), since, cx));
    if (!mcp_jose_keyset_key(issuer, MCP_KEY_STATE_CURRENT))
        return unreadable(cx, "an issuer has no current key");
    return NULL;
}

static const mcp_error_t *issuer_read(mcp_jose_keyset_t *set, const char *name,
                                      const mcp_json_t *json, int version,
                                      mcp_ctx_t *cx)
{
    static const char *const names[] = {"served", "keys", NULL};
    mcp_jose_issuer_t *issuer = mcp_jose_keyset_add(set, name);

    issuer->served = 1;
    if (version == VERSION_BEFORE)
        return keys_read(issuer, json, "created", cx);
    if (!is_object_of(json, names) ||
        mcp_json_type(mcp_json_get(json, "served")) != MCP_JSON_BOOLEAN)
        return unreadable(cx, "an issuer is not well-formed");
    issuer->served = mcp_json_is_true(mcp_json_get(json, "served"));
    return keys_read(issuer, mcp_json_get(json, "keys"), "since", cx);
}

static const mcp_error_t *head_read(int *version, mcp_jose_keyset_t *set,
                                    const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *format = mcp_json_string(mcp_json_get(json, "format"));
    apr_int64_t number;

    if (!format || strcmp(format, FORMAT) != 0 ||
        !mcp_json_integer(&number, mcp_json_get(json, "version")))
        return unreadable(cx, "it is not a key file of this module");
    if (number != VERSION && number != VERSION_BEFORE)
        return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                               "Install the newer module again.",
                               "it was written by another version of this "
                               "module, format %" APR_INT64_T_FMT,
                               number);
    if (number == VERSION &&
        !mcp_json_integer(&set->revision, mcp_json_get(json, "revision")))
        return unreadable(cx, "it has no revision");
    *version = (int)number;
    return NULL;
}

static const mcp_error_t *body_read(mcp_jose_keyset_t *set,
                                    const mcp_json_t *json, int version,
                                    mcp_ctx_t *cx)
{
    const mcp_json_t *masters = mcp_json_get(json, "master");
    const mcp_json_t *issuers = mcp_json_get(json, "issuers");
    mcp_json_iter_t *it;
    apr_size_t i;

    if (!mcp_json_size(masters) || mcp_json_type(masters) != MCP_JSON_ARRAY ||
        mcp_json_type(issuers) != MCP_JSON_OBJECT)
        return unreadable(cx, "its members are not those of a key file");
    for (i = 0; i < mcp_json_size(masters); i++)
        MCP_TRY(master_read(set, mcp_json_at(masters, i), cx));
    for (it = mcp_json_first(issuers); it; it = mcp_json_next(issuers, it))
        MCP_TRY(issuer_read(set, mcp_json_iter_name(it),
                            mcp_json_iter_value(it), version, cx));
    return NULL;
}

const mcp_error_t *mcp_jose_keyset_read(mcp_jose_keyset_t *set,
                                        const char *text, mcp_ctx_t *cx)
{
    static const char *const names[] = {"format", "version", "revision",
                                        "master", "issuers", NULL};
    static const char *const before[] = {"format", "version", "master",
                                         "issuers", NULL};
    const mcp_json_t *json;
    int version = 0;

    if (mcp_json_read(&json, text, strlen(text), cx))
        return unreadable(cx, "it is truncated or not JSON");
    MCP_TRY(head_read(&version, set, json, cx));
    if (!is_object_of(json, version == VERSION ? names : before))
        return unreadable(cx, "its members are not those of a key file");
    return body_read(set, json, version, cx);
}

static void issuer_write(mcp_writer_t *w, const mcp_jose_issuer_t *issuer,
                         apr_pool_t *pool)
{
    int i;

    mcp_writer_name(w, issuer->name);
    mcp_writer_open(w, '{');
    mcp_writer_member_boolean(w, "served", issuer->served);
    mcp_writer_name(w, "keys");
    mcp_writer_open(w, '[');
    for (i = 0; i < issuer->keys->nelts; i++) {
        mcp_writer_open(w, '{');
        mcp_writer_member(w, "state", states[KEY(issuer, i)->state]);
        mcp_writer_member_integer(w, "since", KEY(issuer, i)->since);
        mcp_writer_name(w, "jwk");
        mcp_writer_raw(w, mcp_jose_jwk_text(KEY(issuer, i)->jwk, 1, pool));
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
    mcp_writer_close(w);
}

const char *mcp_jose_keyset_text(const mcp_jose_keyset_t *set,
                                 apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "format", FORMAT);
    mcp_writer_member_integer(w, "version", VERSION);
    mcp_writer_member_integer(w, "revision", set->revision);
    mcp_writer_name(w, "master");
    mcp_writer_open(w, '[');
    for (i = 0; i < set->masters->nelts; i++) {
        mcp_writer_open(w, '{');
        mcp_writer_member_integer(w, "id", MASTER(set, i)->id);
        mcp_writer_member_integer(w, "created", MASTER(set, i)->created);
        mcp_writer_member(w, "secret",
                          mcp_encode_base64url(MASTER(set, i)->secret,
                                               MCP_DIGEST_SIZE, pool));
        mcp_writer_close(w);
    }
    mcp_writer_close(w);
    mcp_writer_name(w, "issuers");
    mcp_writer_open(w, '{');
    for (i = 0; i < set->issuers->nelts; i++)
        issuer_write(w, ISSUER(set, i), pool);
    mcp_writer_close(w);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}
