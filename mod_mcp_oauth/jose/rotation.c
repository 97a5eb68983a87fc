/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "jose/rotation.h"

#include <apr_strings.h>
#include <string.h>

#include "base/audit.h"
#include "base/random.h"

#define MASTER(set, i) (&APR_ARRAY_IDX((set)->masters, i, mcp_jose_master_t))
#define ISSUER(set, i) APR_ARRAY_IDX((set)->issuers, i, mcp_jose_issuer_t *)
#define KEY(issuer, i)                                                        \
    (&APR_ARRAY_IDX((issuer)->keys, i, mcp_jose_issuer_key_t))

/* -- making -- */

static const mcp_error_t *master_make(mcp_jose_keyset_t *set, mcp_ctx_t *cx)
{
    int count = set->masters->nelts;
    mcp_jose_master_t master;

    master.id = count ? MASTER(set, count - 1)->id + 1 : 1;
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
    key.since = mcp_ctx_seconds(cx);
    key.jwk = jwk;
    APR_ARRAY_PUSH(issuer->keys, mcp_jose_issuer_key_t) = key;
    return NULL;
}

/* the current and the next one */
static const mcp_error_t *pair_make(int *changed, mcp_jose_issuer_t *issuer,
                                    mcp_ctx_t *cx)
{
    static const mcp_jose_key_state_t wanted[] = {MCP_KEY_STATE_CURRENT,
                                                  MCP_KEY_STATE_NEXT};
    int i;

    for (i = 0; i < 2; i++) {
        if (mcp_jose_keyset_key(issuer, wanted[i]))
            continue;
        MCP_TRY(key_make(issuer, wanted[i], cx));
        *changed = 1;
    }
    return NULL;
}

/* -- for whom -- */

static int is_among(const apr_array_header_t *issuers, const char *name)
{
    int i;

    for (i = 0; i < issuers->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(issuers, i, const char *), name))
            return 1;
    return 0;
}

static const char *also(const char *list, const char *name, apr_pool_t *pool)
{
    return list ? apr_pstrcat(pool, list, ", ", name, NULL) : name;
}

static void tell(const char *lost, const char *gained, mcp_ctx_t *cx)
{
    mcp_audit_about_t about = {0};

    if (!lost)
        return;
    about.reason = lost;
    mcp_audit(cx, MCP_AUDIT_ISSUER_CHANGED, &about);
    mcp_ctx_log(cx, MCP_LOG_WARNING, 860,
                "the last start was for the issuer %s, which is not "
                "configured any more%s%s: its tokens and registrations "
                "are good for nothing here, and clients, which compare "
                "issuers byte by byte, sign in anew. If that is not "
                "meant, write: MCPAuthIssuer %s",
                lost, gained ? "; now it is for " : "", gained ? gained : "",
                lost);
}

/* Notes who is served. */
static int serve(mcp_jose_keyset_t *set, const apr_array_header_t *issuers,
                 mcp_ctx_t *cx)
{
    const char *lost = NULL, *gained = NULL;
    int i, is, changed = 0;

    for (i = 0; i < set->issuers->nelts; i++) {
        mcp_jose_issuer_t *issuer = ISSUER(set, i);

        is = is_among(issuers, issuer->name);
        if (issuer->served && !is)
            lost = also(lost, issuer->name, cx->pool);
        if (!issuer->served && is)
            gained = also(gained, issuer->name, cx->pool);
        changed |= issuer->served != is;
        issuer->served = is;
    }
    tell(lost, gained, cx);
    return changed;
}

const mcp_error_t *
mcp_jose_rotation_complete(int *changed, mcp_jose_keyset_t *set,
                           const apr_array_header_t *issuers, mcp_ctx_t *cx)
{
    int i;

    *changed = set->masters->nelts == 0;
    if (*changed)
        MCP_TRY(master_make(set, cx));
    for (i = 0; i < issuers->nelts; i++) {
        const char *name = APR_ARRAY_IDX(issuers, i, const char *);
        mcp_jose_issuer_t *issuer = mcp_jose_keyset_issuer(set, name);

        if (!issuer)
            issuer = mcp_jose_keyset_add(set, name);
        MCP_TRY(pair_make(changed, issuer, cx));
    }
    *changed |= serve(set, issuers, cx);
    return NULL;
}

/* -- turning -- */

static void previous_drop(mcp_jose_issuer_t *issuer, apr_int64_t now)
{
    apr_array_header_t *keys = issuer->keys;
    int i, kept = 0;

    for (i = 0; i < keys->nelts; i++)
        if (KEY(issuer, i)->state != MCP_KEY_STATE_PREVIOUS ||
            now - KEY(issuer, i)->since < MCP_ROTATION_OVERLAP)
            *KEY(issuer, kept++) = *KEY(issuer, i);
    keys->nelts = kept;
}

static mcp_jose_issuer_key_t *key_in(mcp_jose_issuer_t *issuer,
                                     mcp_jose_key_state_t state)
{
    int i;

    for (i = 0; i < issuer->keys->nelts; i++)
        if (KEY(issuer, i)->state == state)
            return KEY(issuer, i);
    return NULL;
}

static int was_shown(mcp_jose_issuer_t *issuer, apr_int64_t now)
{
    const mcp_jose_issuer_key_t *next = key_in(issuer, MCP_KEY_STATE_NEXT);

    return next && now - next->since >= MCP_ROTATION_SHOWN;
}

static const mcp_error_t *issuer_turn(mcp_jose_issuer_t *issuer, mcp_ctx_t *cx)
{
    mcp_jose_issuer_key_t *current = key_in(issuer, MCP_KEY_STATE_CURRENT);
    mcp_jose_issuer_key_t *next = key_in(issuer, MCP_KEY_STATE_NEXT);
    apr_int64_t now = mcp_ctx_seconds(cx);

    current->state = MCP_KEY_STATE_PREVIOUS;
    next->state = MCP_KEY_STATE_CURRENT;
    current->since = next->since = now;
    return key_make(issuer, MCP_KEY_STATE_NEXT, cx);
}

const mcp_error_t *mcp_jose_rotation_turn(mcp_jose_keyset_t *set,
                                          mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    int i;

    for (i = 0; i < set->issuers->nelts; i++)
        if (ISSUER(set, i)->served && !was_shown(ISSUER(set, i), now))
            return mcp_error_tell(
                MCP_E_INVALID_REQUEST, cx,
                "The next key of %s was shown for less than %d minutes: "
                "those who keep the JWK Set that long do not know it yet. "
                "Wait that long.",
                ISSUER(set, i)->name, MCP_ROTATION_SHOWN / 60);
    for (i = 0; i < set->issuers->nelts; i++)
        if (ISSUER(set, i)->served)
            MCP_TRY(issuer_turn(ISSUER(set, i), cx));
    return master_make(set, cx);
}

const mcp_error_t *mcp_jose_rotation_replace(mcp_jose_keyset_t *set,
                                             mcp_ctx_t *cx)
{
    int i, changed, last = set->masters->nelts - 1;

    for (i = 0; i < set->issuers->nelts; i++) {
        ISSUER(set, i)->keys->nelts = 0;
        MCP_TRY(pair_make(&changed, ISSUER(set, i), cx));
    }
    MCP_TRY(master_make(set, cx));
    /* its number rises: what the old ones made never meets another's */
    *MASTER(set, 0) = *MASTER(set, last + 1);
    set->masters->nelts = 1;
    return NULL;
}

/* -- by age -- */

static apr_int64_t sooner(apr_int64_t a, apr_int64_t b)
{
    return a < b ? a : b;
}

/* When the oldest but the last has outlived all that it made. */
static apr_int64_t master_end(const mcp_jose_keyset_t *set,
                              const mcp_jose_lives_t *lives)
{
    return set->masters->nelts > 1
               ? MASTER(set, 1)->created + lives->made + MCP_ROTATION_OVERLAP
               : APR_INT64_MAX;
}

static apr_int64_t master_due(const mcp_jose_keyset_t *set,
                              const mcp_jose_lives_t *lives)
{
    return MASTER(set, set->masters->nelts - 1)->created + lives->key;
}

static apr_int64_t issuer_due(mcp_jose_issuer_t *issuer,
                              const mcp_jose_lives_t *lives)
{
    apr_int64_t due = key_in(issuer, MCP_KEY_STATE_CURRENT)->since;
    apr_int64_t shown = key_in(issuer, MCP_KEY_STATE_NEXT)->since;

    due += lives->key;
    shown += MCP_ROTATION_SHOWN;
    return due > shown ? due : shown;
}

apr_int64_t mcp_jose_rotation_due(const mcp_jose_keyset_t *set,
                                  const mcp_jose_lives_t *lives)
{
    apr_int64_t due = sooner(master_due(set, lives), master_end(set, lives));
    int i, k;

    for (i = 0; i < set->issuers->nelts; i++) {
        mcp_jose_issuer_t *issuer = ISSUER(set, i);

        if (!issuer->served)
            continue;
        due = sooner(due, issuer_due(issuer, lives));
        for (k = 0; k < issuer->keys->nelts; k++)
            if (KEY(issuer, k)->state == MCP_KEY_STATE_PREVIOUS)
                due =
                    sooner(due, KEY(issuer, k)->since + MCP_ROTATION_OVERLAP);
    }
    return due;
}

static const mcp_error_t *masters_age(int *changed, mcp_jose_keyset_t *set,
                                      const mcp_jose_lives_t *lives,
                                      mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    apr_array_header_t *all = set->masters;

    if (now >= master_due(set, lives)) {
        MCP_TRY(master_make(set, cx));
        *changed = 1;
    }
    while (now >= master_end(set, lives)) {
        memmove(all->elts, all->elts + all->elt_size,
                (apr_size_t)(all->nelts - 1) * (apr_size_t)all->elt_size);
        all->nelts--;
        *changed = 1;
    }
    return NULL;
}

const mcp_error_t *mcp_jose_rotation_age(int *changed, mcp_jose_keyset_t *set,
                                         const mcp_jose_lives_t *lives,
                                         mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    int i, before;

    *changed = 0;
    MCP_TRY(masters_age(changed, set, lives, cx));
    for (i = 0; i < set->issuers->nelts; i++) {
        mcp_jose_issuer_t *issuer = ISSUER(set, i);

        if (!issuer->served)
            continue;
        before = issuer->keys->nelts;
        previous_drop(issuer, now);
        *changed |= issuer->keys->nelts != before;
        if (now < issuer_due(issuer, lives))
            continue;
        MCP_TRY(issuer_turn(issuer, cx));
        *changed = 1;
    }
    return NULL;
}
