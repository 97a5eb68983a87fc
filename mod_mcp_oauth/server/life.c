/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/life.h"

#include <signal.h>
#include <unistd.h>

#include <ap_mpm.h>
#include <http_config.h>
#include <http_core.h>

#include "base/digest.h"
#include "server/account.h"
#include "server/announce.h"
#include "server/audit.h"
#include "server/capacity.h"
#include "server/context.h"
#include "server/deny.h"
#include "server/lock.h"
#include "server/outbound.h"
#include "server/outlet.h"
#include "server/park.h"
#include "server/plan.h"
#include "server/runner.h"
#include "server/site.h"
#include "server/state.h"
#include "server/status.h"

#define COUNTERS 4096 /* throttle counters: users and addresses */

/* of this configuration; NULL where nothing of ours is used */
static apr_array_header_t *sites;
static mcp_oauth_works_t *works;
static const mcp_server_plan_t *plan;

static const mcp_server_settings_t *settings_of(const server_rec *s)
{
    return mcp_config_site_of(s)->settings;
}

static void log_fault(const mcp_error_t *e, mcp_ctx_t *cx)
{
    mcp_ctx_log(cx, MCP_LOG_ERR, 461, "%s. %s",
                mcp_server_deny_sentence(e, cx->pool),
                e->remedy ? e->remedy : mcp_error_text(e));
}

/* The module may be loaded anew, at each restart. Children end with all they
 * have, OpenSSL perhaps before. */
static apr_status_t unload(void *parent)
{
    if (*(pid_t *)parent == getpid())
        mcp_digest_end();
    return APR_SUCCESS;
}

static void register_unload(apr_pool_t *pconf)
{
    pid_t *parent = apr_palloc(pconf, sizeof(*parent));

    *parent = getpid();
    apr_pool_cleanup_register(pconf, parent, unload, apr_pool_cleanup_null);
}

int mcp_server_life_pre_config(apr_pool_t *pconf, apr_pool_t *plog,
                               apr_pool_t *ptemp)
{
    sites = NULL;
    works = NULL;
    register_unload(pconf);
    mcp_server_account_register(pconf);
    return mcp_server_lock_register(pconf) ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

static int is_used(const apr_array_header_t *all)
{
    int i;

    for (i = 0; i < all->nelts; i++)
        if (APR_ARRAY_IDX(all, i, const mcp_config_site_t *)->sections->nelts)
            return 1;
    return 0;
}

int mcp_server_life_check_config(apr_pool_t *pconf, apr_pool_t *plog,
                                 apr_pool_t *ptemp, server_rec *s)
{
    apr_array_header_t *all;

    if (mcp_config_site_read(&all, s, pconf, ptemp) ||
        mcp_server_account_check(s, ptemp))
        return HTTP_INTERNAL_SERVER_ERROR;
    if (!is_used(all))
        return OK;
    sites = all;
    works = apr_pcalloc(pconf, sizeof(*works));
    if (mcp_server_site_make(sites, works, pconf))
        return HTTP_INTERNAL_SERVER_ERROR;
    mcp_server_capacity_read();
    return OK;
}

void mcp_server_life_test_config(apr_pool_t *pconf, server_rec *s)
{
    mcp_ctx_t cx;

    if (!sites)
        return;
    mcp_server_context_of_server(&cx, s, pconf);
    mcp_server_capacity_check(sites, settings_of(s)->limit->streams, &cx);
    if (ap_exists_config_define("DUMP_MCP"))
        mcp_config_site_dump(sites, pconf);
}

/* -- shared memory, kept over restarts -- */

#define RETAINED "mcp_oauth.shared"

/* Outlives the module: no pointer into it. */
typedef struct retained_t {
    apr_pool_t *pool;
    mcp_live_shared_t *shared;
} retained_t;

static const mcp_error_t *shared_get(mcp_live_shared_t **shared, server_rec *s,
                                     mcp_ctx_t *cx)
{
    const mcp_limit_t *limit = settings_of(s)->limit;
    const mcp_live_limits_t limits = {limit->sessions, COUNTERS, limit->proofs,
                                      limit->messages};
    retained_t *retained = ap_retained_data_get(RETAINED);

    if (!retained)
        retained = ap_retained_data_create(RETAINED, sizeof(*retained));
    if (retained->shared && !mcp_live_shared_fits(retained->shared, &limits)) {
        /* children of before keep their own mapping until they end */
        apr_pool_destroy(retained->pool);
        retained->shared = NULL;
    }
    if (!retained->shared) {
        apr_pool_create(&retained->pool, s->process->pool);
        MCP_TRY(mcp_live_shared_make(&retained->shared, &limits,
                                     retained->pool, cx));
    }
    *shared = retained->shared;
    return NULL;
}

/* -- the parent -- */

/* Also in the first pass of a start, which fails where people see it. */
int mcp_server_life_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                                apr_pool_t *ptemp, server_rec *s)
{
    const mcp_error_t *e;
    mcp_ctx_t cx;

    if (!sites)
        return OK;
    mcp_server_context_of_server(&cx, s, pconf);
    if (mcp_server_lock_make(s, pconf)) /* httpd has said why */
        return HTTP_INTERNAL_SERVER_ERROR;
    e = mcp_server_audit_open(sites, &cx);
    plan = mcp_server_plan_make(sites, &cx);
    if (!e)
        e = mcp_server_state_make(works, settings_of(s), plan, &cx);
    if (!e)
        e = shared_get(&works->shared, s, &cx);
    if (e) {
        log_fault(e, &cx);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    mcp_server_site_open(sites, works, settings_of(s)->limit);
    if (ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_CREATE_PRE_CONFIG)
        mcp_server_capacity_check(sites, settings_of(s)->limit->streams, &cx);
    return OK;
}

/* -- a child -- */

/* A child that cannot open its state still serves what is not ours. */
void mcp_server_life_child_init(apr_pool_t *pchild, server_rec *s)
{
    const mcp_error_t *e;
    mcp_ctx_t cx;

    if (!sites)
        return;
    mcp_server_context_of_server(&cx, s, pchild);
    mcp_server_lock_child(s, pchild);
    e = mcp_server_state_open(works, settings_of(s), plan, &cx);
    if (e)
        log_fault(e, &cx);
    mcp_server_announce_open(s, works->shared);
    mcp_server_park_open(s, pchild, works);
    mcp_server_status_open(works->shared);
    mcp_server_runner_open(s, pchild, (int)settings_of(s)->limit->tasks);
    e = mcp_server_outbound_open(works, settings_of(s), &cx);
    if (e)
        log_fault(e, &cx);
}

/* The prefork MPM says of every child that it does not end gracefully; whom a
 * signal told to end at once is in its handler still. */
static int is_at_once(int graceful)
{
    int is_threaded = 0;
    sigset_t blocked;

    if (graceful)
        return 0;
    if (ap_mpm_query(AP_MPMQ_IS_THREADED, &is_threaded) || is_threaded)
        return 1;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    return sigismember(&blocked, SIGTERM) || sigismember(&blocked, SIGHUP);
}

void mcp_server_life_child_stopping(apr_pool_t *pchild, int graceful)
{
    if (is_at_once(graceful))
        mcp_server_runner_stop();
    if (works && works->shared)
        mcp_server_outlet_stop(works->shared, graceful);
}
