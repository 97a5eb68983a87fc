/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/state.h"

#include <ap_mpm.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jose/keyfile.h"
#include "oauth/sealed_keys.h"
#include "oauth/stored_keys.h"
#include "server/directory.h"
#include "server/lock.h"
#include "server/nodes.h"
#include "store/open.h"

#define MOST_CONNECTIONS 8
#define VERIFIED_TOKENS 8192
#define REFUSED_TOKENS 2048
#define SECONDS_BETWEEN_TRIES 2

/* -- what is in it -- */

static int connections(void)
{
    int threads = 1;

    if (ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads) || threads < 1)
        threads = 1;
    return threads < MOST_CONNECTIONS ? threads : MOST_CONNECTIONS;
}

static void opening_fill(mcp_store_opening_t *opening,
                         const mcp_server_settings_t *settings)
{
    memset(opening, 0, sizeof(*opening));
    opening->setting = settings->store;
    opening->directory = settings->state_directory;
    opening->ca_file = settings->fetch->ca_file;
    opening->connections = connections();
    opening->lock = mcp_server_lock;
}

/* Made here so that it has its owner; children map it themselves. */
static const mcp_error_t *sequence_make(const char *directory, mcp_ctx_t *cx)
{
    mcp_store_sequence_t *sequence;
    mcp_ctx_t short_lived = *cx;
    const mcp_error_t *e;

    apr_pool_create(&short_lived.pool, cx->pool);
    e = mcp_store_sequence_open(&sequence, directory, &short_lived);
    if (e) /* it lives in the pool that goes */
        e = mcp_error_fault(e->code, cx, e->remedy, "%s", e->detail);
    apr_pool_destroy(short_lived.pool);
    return e;
}

/* A new key file would turn what is in state.db into what nobody can use. */
static const mcp_error_t *keyless_check(const char *directory, mcp_ctx_t *cx)
{
    const char *keys =
        apr_pstrcat(cx->pool, directory, "/" MCP_KEYFILE_NAME, NULL);
    const char *db = apr_pstrcat(cx->pool, directory, "/state.db", NULL);
    struct stat info;

    if (!lstat(keys, &info) || lstat(db, &info))
        return NULL;
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        apr_psprintf(cx->pool,
                     "Restore it from a backup. Without one move %s away, "
                     "too: all users sign in again.",
                     db),
        "%s is missing, and %s holds grants that need it", keys, db);
}

static const mcp_error_t *keys_open(mcp_jose_keyring_t *ring,
                                    const mcp_jose_keyplace_t *inner,
                                    const mcp_server_settings_t *settings,
                                    const mcp_server_plan_t *plan,
                                    mcp_ctx_t *cx)
{
    const mcp_jose_keyplace_t *place =
        mcp_oauth_sealed_keys_place(inner, settings->sealing, cx->pool);

    MCP_TRY(
        mcp_jose_keyring_open(ring, place, plan->issuers, &plan->lives, cx));
    return mcp_oauth_sealed_keys_renew(ring, place, cx);
}

/* A server that has all it needs does not stop for want of this: a graceful
 * restart that fails ends httpd. */
static void known_write(const mcp_oauth_known_t *known, const char *directory,
                        mcp_ctx_t *cx)
{
    const mcp_error_t *e = mcp_oauth_known_write(known, directory, cx);

    if (e)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 880,
                    "mcpctl knows the configuration of before, or none: %s. "
                    "%s",
                    e->detail, e->remedy);
}

const mcp_error_t *mcp_server_state_make(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         const mcp_server_plan_t *plan,
                                         mcp_ctx_t *cx)
{
    const char *directory = settings->state_directory;
    mcp_store_opening_t opening;

    opening_fill(&opening, settings);
    works->keys = mcp_jose_keyring_make(cx->pool);
    MCP_TRY(mcp_server_directory_make(directory, cx));
    if (!mcp_store_open_is_shared(settings->store)) {
        MCP_TRY(keyless_check(directory, cx));
        MCP_TRY(keys_open(works->keys,
                          mcp_jose_keyfile_place(directory, cx->pool),
                          settings, plan, cx));
    }
    MCP_TRY(mcp_store_open_prepare(&opening, cx));
    MCP_TRY(sequence_make(directory, cx));
    known_write(&plan->known, directory, cx);
    return mcp_server_directory_give(directory, cx);
}

/* -- in a child -- */

/* What this child tried to open. Its pool has an allocator of its own, for
 * threads that answer requests use it later; the mutex is over it and tried.
 */
static struct {
    mcp_oauth_works_t *works;
    const mcp_server_settings_t *settings;
    const mcp_server_plan_t *plan;
    mcp_store_opening_t opening;
    mcp_ctx_t cx;
    apr_thread_mutex_t *mutex;
    apr_int64_t tried; /* seconds */
    int is_open;       /* atomic */
} child;

static void heard(void *works)
{
    mcp_store_sequence_bump(((const mcp_oauth_works_t *)works)->revocations);
}

static void told(void *works, const mcp_note_t *notes, apr_size_t count)
{
    mcp_server_nodes_hear(((const mcp_oauth_works_t *)works)->shared, notes,
                          count);
}

/* Keys that are new may be in the place of those that others know. An attempt
 * that fails leaves works->keys empty: requests that need no state use it. */
static const mcp_error_t *shared_keys_open(mcp_oauth_works_t *works,
                                           mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *ring = mcp_jose_keyring_make(cx->pool);

    MCP_TRY(keys_open(ring,
                      mcp_oauth_stored_keys_place(works->store, cx->pool),
                      child.settings, child.plan, cx));
    if (mcp_jose_keyring_set(ring)->revision <= 1)
        MCP_TRY(mcp_oauth_service_announce(works, cx));
    mcp_jose_keyring_take_over(works->keys, ring);
    return NULL;
}

static const mcp_error_t *open_all(mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_server_settings_t *settings = child.settings;

    works->verified = mcp_live_seen_make(VERIFIED_TOKENS, cx->pool);
    works->refused = mcp_live_seen_make(REFUSED_TOKENS, cx->pool);
    works->asking = mcp_live_flight_make(cx->pool);
    if (!works->asking)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "no mutex for access tokens");
    MCP_TRY(mcp_store_sequence_open(&works->revocations,
                                    settings->state_directory, cx));
    child.opening.heard = heard;
    child.opening.told = told;
    child.opening.baton = works;
    MCP_TRY(mcp_store_open(&works->store, &child.opening, cx));
    /* else the parent has opened them */
    return mcp_store_open_is_shared(settings->store)
               ? shared_keys_open(works, cx)
               : NULL;
}

static void take_over(const mcp_oauth_works_t *opened)
{
    child.works->verified = opened->verified;
    child.works->refused = opened->refused;
    child.works->asking = opened->asking;
    child.works->revocations = opened->revocations;
    child.works->store = opened->store;
}

/* All or nothing: what needs no state goes on meanwhile, and may look at what
 * is there. What failed is told in the pool of asking. */
static const mcp_error_t *attempt(mcp_ctx_t *asking)
{
    mcp_oauth_works_t *opened;
    mcp_ctx_t cx = child.cx;
    const mcp_error_t *e;

    apr_pool_create(&cx.pool, child.cx.pool);
    /* threads of the store keep it */
    opened = apr_pmemdup(cx.pool, child.works, sizeof(*opened));
    e = open_all(opened, &cx);
    if (!e) {
        take_over(opened);
        mcp_server_nodes_open(child.works->store, cx.pool);
        __atomic_store_n(&child.is_open, 1, __ATOMIC_RELEASE);
        return NULL;
    }
    /* it lives in the pool that goes */
    e = mcp_error_fault(e->code, asking, apr_pstrdup(asking->pool, e->remedy),
                        "%s", e->detail);
    apr_pool_destroy(cx.pool);
    return e;
}

static void try_again(mcp_ctx_t *of_request)
{
    apr_int64_t now = mcp_ctx_seconds(of_request);

    /* the clock may have gone back */
    if (child.is_open ||
        (now >= child.tried && now - child.tried < SECONDS_BETWEEN_TRIES))
        return;
    child.tried = now;
    attempt(of_request);
}

static int is_open(mcp_ctx_t *cx)
{
    if (__atomic_load_n(&child.is_open, __ATOMIC_ACQUIRE))
        return 1;
    /* one thread tries; the others need not wait for it */
    if (!child.mutex || apr_thread_mutex_trylock(child.mutex))
        return 0;
    try_again(cx);
    apr_thread_mutex_unlock(child.mutex);
    return __atomic_load_n(&child.is_open, __ATOMIC_ACQUIRE);
}

static const mcp_error_t *follow(const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    apr_uint64_t news = mcp_store_sequence_get(works->revocations);
    int turned;

    MCP_TRY(mcp_jose_keyring_follow(&turned, works->keys, news, cx));
    return turned ? mcp_oauth_service_announce(works, cx) : NULL;
}

const mcp_error_t *mcp_server_state_ready(mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = child.works;

    if (!is_open(cx))
        return mcp_error_fault(
            MCP_E_UNAVAILABLE, cx,
            "See what this child logged when it started, and mend what "
            "MCPStateDirectory or MCPStore lacks.",
            "the state is not open in this child");
    /* who cannot hear of news has to ask */
    return mcp_store_is_hearing(works->store)
               ? follow(works, cx)
               : mcp_jose_keyring_look(works->keys, cx);
}

static apr_status_t own_pool_make(apr_pool_t **pool, apr_pool_t *parent)
{
    apr_allocator_t *allocator;
    apr_status_t rv = apr_allocator_create(&allocator);

    if (rv)
        return rv;
    rv = apr_pool_create_ex(pool, parent, NULL, allocator);
    if (rv)
        apr_allocator_destroy(allocator);
    else
        apr_allocator_owner_set(allocator, *pool);
    return rv;
}

const mcp_error_t *mcp_server_state_open(mcp_oauth_works_t *works,
                                         const mcp_server_settings_t *settings,
                                         const mcp_server_plan_t *plan,
                                         mcp_ctx_t *cx)
{
    apr_status_t rv;

    child.works = works;
    child.settings = settings;
    child.plan = plan;
    opening_fill(&child.opening, settings);
    child.cx = *cx;
    child.tried = mcp_ctx_seconds(cx);
    child.is_open = 0;
    rv = apr_thread_mutex_create(&child.mutex, APR_THREAD_MUTEX_DEFAULT,
                                 cx->pool);
    if (!rv)
        rv = own_pool_make(&child.cx.pool, cx->pool);
    if (rv)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Check free memory.",
                               "no memory for the state");
    return attempt(cx);
}
