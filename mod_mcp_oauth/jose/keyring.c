/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/keyring.h"

#include <string.h>

#include <apr_strings.h>
#include <apr_thread_mutex.h>

#include "base/audit.h"
#include "jose/keyview.h"

#define CHANGE_TRIES 32
/* seconds until what is due is tried again, where it failed or all is well */
#define PAUSE 60

struct mcp_jose_keyring_t {
    mcp_jose_keyview_t *present; /* atomic; NULL: it is empty */
    apr_uint64_t serial;         /* atomic */
    apr_uint64_t news;           /* atomic: the number at the last look */
    apr_int64_t due;             /* atomic: seconds; when something turns */
    const mcp_jose_keyplace_t *place;
    mcp_jose_lives_t lives;
    apr_thread_mutex_t *mutex; /* over setting present */
    mcp_ctx_t cx;              /* of those who have none */
};

#define get(atomic) __atomic_load_n(&(atomic), __ATOMIC_ACQUIRE)
#define set(atomic, value)                                                    \
    __atomic_store_n(&(atomic), (value), __ATOMIC_RELEASE)

static apr_status_t views_free(void *data)
{
    mcp_jose_keyview_free(((const mcp_jose_keyring_t *)data)->present);
    return APR_SUCCESS;
}

mcp_jose_keyring_t *mcp_jose_keyring_make(apr_pool_t *pool)
{
    mcp_jose_keyring_t *ring = apr_pcalloc(pool, sizeof(*ring));

    ring->due = APR_INT64_MAX;
    apr_thread_mutex_create(&ring->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_pool_cleanup_register(pool, ring, views_free, apr_pool_cleanup_null);
    return ring;
}

/* -- reading -- */

static const mcp_error_t *named(const mcp_error_t *e,
                                const mcp_jose_keyring_t *ring, mcp_ctx_t *cx)
{
    return mcp_error_fault(e->code, cx, e->remedy, "%s: %s", ring->place->name,
                           e->detail);
}

static const mcp_error_t *lost(const mcp_jose_keyring_t *ring, mcp_ctx_t *cx)
{
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "Start httpd once to have keys made; if there were "
                           "some, restore them from a backup.",
                           "%s: there are no keys", ring->place->name);
}

static void show(mcp_jose_keyring_t *ring, mcp_jose_keyview_t *view,
                 apr_uint64_t stamp)
{
    view->stamp = stamp;
    view->before = ring->present;
    set(ring->present, view);
    __atomic_add_fetch(&ring->serial, 1, __ATOMIC_ACQ_REL);
    set(ring->due, mcp_jose_rotation_due(view->set, &ring->lives));
}

/* Under the mutex. *is_old: nothing was done, for it is of before what is
 * known. */
static const mcp_error_t *take(int *is_old, mcp_jose_keyring_t *ring,
                               const char *text, apr_uint64_t stamp,
                               mcp_ctx_t *cx)
{
    mcp_jose_keyview_t *present = ring->present, *view;
    const mcp_error_t *e;

    if (present && !strcmp(present->text, text)) {
        *is_old = 0;
        set(present->stamp, stamp);
        return NULL;
    }
    e = mcp_jose_keyview_read(&view, text, cx);
    if (e)
        return named(e, ring, cx);
    *is_old = *is_old && present &&
              view->set->revision < present->set->revision;
    if (*is_old)
        mcp_jose_keyview_free(view);
    else
        show(ring, view, stamp);
    return NULL;
}

/* Two may have read one after the other and come here in another order; or the
 * place holds what was restored. Whoever reads under the mutex knows. */
static const mcp_error_t *take_in_turn(mcp_jose_keyring_t *ring,
                                       const char *text, apr_uint64_t stamp,
                                       mcp_ctx_t *cx)
{
    int is_old = 1;

    MCP_TRY(take(&is_old, ring, text, stamp, cx));
    if (!is_old)
        return NULL;
    stamp = 0;
    MCP_TRY(ring->place->read(&text, &stamp, ring->place, cx));
    is_old = 0;
    return text ? take(&is_old, ring, text, stamp, cx) : NULL;
}

/* A store that forgot everything: those who still know the keys agree on who
 * puts them back. */
static const mcp_error_t *put_back(mcp_jose_keyring_t *ring, mcp_ctx_t *cx)
{
    const mcp_jose_keyview_t *present = get(ring->present);
    int done;

    if (!present)
        return lost(ring, cx);
    MCP_TRY(ring->place->replace(&done, 0, present->text, ring->place, cx));
    if (done)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 861,
                    "%s: the keys were gone and are back; what else was "
                    "there is lost, so users sign in again. Let the store "
                    "write down what it is told",
                    ring->place->name);
    return NULL;
}

const mcp_error_t *mcp_jose_keyring_look(mcp_jose_keyring_t *ring,
                                         mcp_ctx_t *cx)
{
    const mcp_jose_keyview_t *present = get(ring->present);
    apr_uint64_t stamp = present ? get(present->stamp) : 0;
    const mcp_error_t *e;
    const char *text;

    MCP_TRY(ring->place->read(&text, &stamp, ring->place, cx));
    if (!stamp) {
        MCP_TRY(put_back(ring, cx));
        MCP_TRY(ring->place->read(&text, &stamp, ring->place, cx));
    }
    if (!text)
        return NULL;
    apr_thread_mutex_lock(ring->mutex);
    e = take_in_turn(ring, text, stamp, cx);
    apr_thread_mutex_unlock(ring->mutex);
    return e;
}

/* -- changing -- */

static const mcp_error_t *change_once(int *done, mcp_jose_keyring_t *ring,
                                      mcp_jose_keyring_change_fn *change,
                                      const void *baton, mcp_ctx_t *cx)
{
    mcp_jose_keyset_t *keys = mcp_jose_keyset_make(cx->pool);
    const mcp_error_t *e = NULL;
    apr_uint64_t stamp = 0;
    const char *text;
    int changed = 0;

    MCP_TRY(ring->place->read(&text, &stamp, ring->place, cx));
    *done = text != NULL || !get(ring->present);
    if (!*done) /* what is known changes, not nothing */
        return put_back(ring, cx);
    if (text)
        e = mcp_jose_keyset_read(keys, text, cx);
    if (e)
        return named(e, ring, cx);
    MCP_TRY(change(&changed, keys, baton, cx));
    keys->revision += changed != 0;
    return changed ? ring->place->replace(done, stamp,
                                          mcp_jose_keyset_text(keys, cx->pool),
                                          ring->place, cx)
                   : NULL;
}

const mcp_error_t *mcp_jose_keyring_change(mcp_jose_keyring_t *ring,
                                           mcp_jose_keyring_change_fn *change,
                                           const void *baton, mcp_ctx_t *cx)
{
    int i, done = 0;

    for (i = 0; i < CHANGE_TRIES && !done; i++)
        MCP_TRY(change_once(&done, ring, change, baton, cx));
    if (!done)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Try again.",
                               "%s: others change it all the time",
                               ring->place->name);
    return mcp_jose_keyring_look(ring, cx);
}

static const mcp_error_t *complete(int *changed, mcp_jose_keyset_t *keys,
                                   const void *issuers, mcp_ctx_t *cx)
{
    return mcp_jose_rotation_complete(changed, keys, issuers, cx);
}

const mcp_error_t *mcp_jose_keyring_open(mcp_jose_keyring_t *ring,
                                         const mcp_jose_keyplace_t *place,
                                         const apr_array_header_t *issuers,
                                         const mcp_jose_lives_t *lives,
                                         mcp_ctx_t *cx)
{
    static const mcp_jose_lives_t for_ever = {APR_INT64_MAX / 4,
                                              APR_INT64_MAX / 4};

    ring->place = place;
    ring->lives = lives ? *lives : for_ever;
    ring->cx = *cx;
    return issuers ? mcp_jose_keyring_change(ring, complete, issuers, cx)
                   : mcp_jose_keyring_look(ring, cx);
}

void mcp_jose_keyring_take_over(mcp_jose_keyring_t *ring,
                                mcp_jose_keyring_t *other)
{
    ring->place = other->place;
    ring->lives = other->lives;
    ring->cx = other->cx;
    set(ring->due, get(other->due));
    __atomic_add_fetch(&ring->serial, 1, __ATOMIC_ACQ_REL);
    set(ring->present, other->present); /* last: it says that all is there */
    other->present = NULL;
}

/* -- following -- */

typedef struct aging_t {
    const mcp_jose_lives_t *lives;
    int *has_turned; /* by us */
} aging_t;

static const mcp_error_t *age(int *changed, mcp_jose_keyset_t *keys,
                              const void *baton, mcp_ctx_t *cx)
{
    const aging_t *aging = baton;

    MCP_TRY(mcp_jose_rotation_age(changed, keys, aging->lives, cx));
    *aging->has_turned = *changed;
    return NULL;
}

static void report(const mcp_error_t *e, mcp_ctx_t *cx)
{
    if (e)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 862,
                    "the keys stay as they are: %s. %s", e->detail,
                    e->remedy ? e->remedy : "");
}

void mcp_jose_keyring_tell(const mcp_jose_keyring_t *ring, const char *reason,
                           mcp_ctx_t *cx)
{
    const apr_array_header_t *all = mcp_jose_keyring_set(ring)->issuers;
    mcp_audit_about_t about = {0};
    int i;

    mcp_ctx_log(cx, MCP_LOG_NOTICE, 863, "%s: keys have turned (%s)",
                ring->place->name, reason);
    about.reason = reason;
    for (i = 0; i < all->nelts; i++) {
        const mcp_jose_issuer_t *issuer =
            APR_ARRAY_IDX(all, i, const mcp_jose_issuer_t *);

        if (!issuer->served)
            continue;
        about.key = mcp_jose_jwk_kid(
            mcp_jose_keyset_key(issuer, MCP_KEY_STATE_CURRENT));
        mcp_audit(cx, MCP_AUDIT_KEY_ROTATED, &about);
    }
}

/* One thread turns them; the others need not wait. */
static int turn(mcp_jose_keyring_t *ring, apr_int64_t due, mcp_ctx_t *cx)
{
    apr_int64_t later = mcp_ctx_seconds(cx) + PAUSE;
    int has_turned = 0;
    const aging_t aging = {&ring->lives, &has_turned};
    const mcp_error_t *e;

    if (!__atomic_compare_exchange_n(&ring->due, &due, later, 0,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return 0;
    e = mcp_jose_keyring_change(ring, age, &aging, cx);
    report(e, cx);
    if (e || !has_turned)
        return 0;
    mcp_jose_keyring_tell(ring, "age", cx);
    return 1;
}

const mcp_error_t *mcp_jose_keyring_follow(int *turned,
                                           mcp_jose_keyring_t *ring,
                                           apr_uint64_t news, mcp_ctx_t *cx)
{
    apr_int64_t due = get(ring->due);

    *turned = 0;
    if (get(ring->news) != news) {
        MCP_TRY(mcp_jose_keyring_look(ring, cx));
        set(ring->news, news);
    }
    if (mcp_ctx_seconds(cx) >= due)
        *turned = turn(ring, due, cx);
    return NULL;
}

apr_uint64_t mcp_jose_keyring_serial(const mcp_jose_keyring_t *ring)
{
    return get(ring->serial);
}

/* -- using them -- */

/* Somebody may have made the key a moment ago. */
static const mcp_jose_keyview_t *look_again(const mcp_jose_keyring_t *known)
{
    mcp_jose_keyring_t *ring = (mcp_jose_keyring_t *)known;
    const mcp_jose_keyview_t *before = get(ring->present);
    mcp_ctx_t cx = ring->cx;

    if (!before ||
        apr_pool_create_unmanaged_ex(&cx.pool, NULL, NULL) != APR_SUCCESS)
        return NULL;
    report(mcp_jose_keyring_look(ring, &cx), &cx);
    apr_pool_destroy(cx.pool);
    return get(ring->present) != before ? get(ring->present) : NULL;
}

int mcp_jose_keyring_derive(unsigned char key[MCP_DIGEST_SIZE],
                            const mcp_jose_keyring_t *ring, int id,
                            mcp_jose_purpose_t purpose, const char *issuer)
{
    const mcp_jose_keyview_t *present = get(ring->present);

    if (present && mcp_jose_keyview_derive(key, present, id, purpose, issuer))
        return 1;
    present = id > 0 ? look_again(ring) : NULL;
    return present &&
           mcp_jose_keyview_derive(key, present, id, purpose, issuer);
}

int mcp_jose_keyring_current(const mcp_jose_keyring_t *ring)
{
    const mcp_jose_keyset_t *keys = mcp_jose_keyring_set(ring);

    return keys ? APR_ARRAY_IDX(keys->masters, keys->masters->nelts - 1,
                                mcp_jose_master_t)
                      .id
                : 0;
}

const mcp_jose_jwk_t *mcp_jose_keyring_signer(const mcp_jose_keyring_t *ring,
                                              const char *name)
{
    const mcp_jose_keyview_t *present = get(ring->present);

    return present ? mcp_jose_keyview_signer(present, name) : NULL;
}

const mcp_jose_jwk_t *mcp_jose_keyring_find(const mcp_jose_keyring_t *ring,
                                            const char *issuer,
                                            const char *kid)
{
    const mcp_jose_keyview_t *present = get(ring->present);
    const mcp_jose_jwk_t *jwk =
        present ? mcp_jose_keyview_find(present, issuer, kid) : NULL;

    if (jwk || !kid)
        return jwk;
    present = look_again(ring);
    return present ? mcp_jose_keyview_find(present, issuer, kid) : NULL;
}

const char *mcp_jose_keyring_jwks(const mcp_jose_keyring_t *ring,
                                  const char *issuer, apr_pool_t *pool)
{
    const mcp_jose_keyview_t *present = get(ring->present);
    const char *text =
        present ? apr_hash_get(present->jwks, issuer, APR_HASH_KEY_STRING)
                : NULL;

    return apr_pstrdup(pool, text ? text : "{\"keys\":[]}");
}

const mcp_jose_keyset_t *mcp_jose_keyring_set(const mcp_jose_keyring_t *ring)
{
    const mcp_jose_keyview_t *present = get(ring->present);

    return present ? present->set : NULL;
}
