/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/audit.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <unistd.h>

#include "config/site.h"
#include "live/ration.h"
#include "server/context.h"

#define LINE_MOST 4096 /* PIPE_BUF of Linux: one write is one piece */
#define REQUEST_MAX 100
#define SERVER_MAX 256
#define ADDRESS_MAX 64
#define FRAME_MAX 800 /* names, quotes, time, event and the three above */

enum {
    MEMBERS_MAX = 0
#define MCP_AUDIT_MEMBER(name, most, help) +most
#include "base/audit.def"
};
typedef char
    line_fits_its_members[MEMBERS_MAX <= LINE_MOST - FRAME_MAX ? 1 : -1];

#define FPROT_0640 (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD)

/* What all children share of a virtual host. */
typedef struct shared_t {
    apr_uint64_t is_torn; /* the last line in its file is not whole */
    mcp_live_ration_t rations[MCP_AUDIT_COUNT];
} shared_t;

/* A file or a pipe. Several virtual hosts may have one. */
typedef struct target_t {
    const char *name;
    apr_file_t *file;
    apr_uint64_t *is_torn;
    int is_failing; /* atomic; in this process */
} target_t;

/* mcp_config_site_t.audit */
typedef struct place_t {
    server_rec *server;
    const char *issuer; /* or NULL */
    mcp_live_rate_t rate;
    target_t *target;
    shared_t *shared;
} place_t;

/* A line to be. */
typedef struct entry_t {
    int event;
    const mcp_audit_about_t *about; /* or, of SUPPRESSED: */
    int of;
    apr_uint64_t count;
    request_rec *request; /* or NULL */
} entry_t;

/* of this configuration, and whose it is: a fork may have it too */
static apr_array_header_t *places;
static pid_t owner;

/* -- a line -- */

/* What %L prints; httpd makes it when it is first asked for. */
static const char *request_id(request_rec *r)
{
    while (r->main)
        r = r->main;
    if (!r->log_id)
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    return r->log_id;
}

static const char *line_make(const place_t *place, const entry_t *entry,
                             mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    request_rec *r = entry->request;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "time", mcp_audit_time(cx));
    mcp_writer_member(w, "event", mcp_audit_word(entry->event));
    if (r) {
        mcp_audit_member(w, "request", request_id(r), REQUEST_MAX, cx->pool);
        mcp_audit_member(w, "address", r->useragent_ip, ADDRESS_MAX, cx->pool);
    }
    mcp_audit_member(w, "server", place->issuer, SERVER_MAX, cx->pool);
    if (entry->about)
        mcp_audit_write(w, entry->about, cx->pool);
    else {
        mcp_writer_member(w, "of", mcp_audit_word(entry->of));
        mcp_writer_member_integer(w, "count", (apr_int64_t)entry->count);
    }
    mcp_writer_close(w);
    return apr_pstrcat(cx->pool, mcp_writer_text(w, NULL), "\n", NULL);
}

/* -- writing -- */

static void report(target_t *target, apr_status_t rv, mcp_ctx_t *cx)
{
    char text[120];

    if (rv && !__atomic_exchange_n(&target->is_failing, 1, __ATOMIC_ACQ_REL))
        mcp_ctx_log(cx, MCP_LOG_ERR, 840,
                    "cannot write to MCPAuditLog %s: %s. Events are lost "
                    "until it can be written: make room, or mend what "
                    "reads the pipe",
                    target->name, apr_strerror(rv, text, sizeof(text)));
    if (!rv && __atomic_load_n(&target->is_failing, __ATOMIC_ACQUIRE) &&
        __atomic_exchange_n(&target->is_failing, 0, __ATOMIC_ACQ_REL))
        mcp_ctx_log(cx, MCP_LOG_NOTICE, 841,
                    "MCPAuditLog %s can be written again", target->name);
}

static void write_line(const place_t *place, const entry_t *entry,
                       mcp_ctx_t *cx)
{
    target_t *target = place->target;
    const char *line = line_make(place, entry, cx);
    apr_size_t len, done;
    apr_uint64_t was_torn =
        __atomic_exchange_n(target->is_torn, 0, __ATOMIC_ACQ_REL);
    apr_status_t rv;

    if (was_torn)
        line = apr_pstrcat(cx->pool, "\n", line, NULL);
    len = done = strlen(line);
    rv = apr_file_write(target->file, line, &done);
    if (!rv && done < len)
        rv = APR_ENOSPC;
    if (rv && (done || was_torn))
        __atomic_store_n(target->is_torn, 1, __ATOMIC_RELEASE);
    report(target, rv, cx);
}

static void write_left_out(const place_t *place, int of, apr_uint64_t count,
                           mcp_ctx_t *cx)
{
    const entry_t entry = {MCP_AUDIT_SUPPRESSED, NULL, of, count, NULL};

    if (count)
        write_line(place, &entry, cx);
}

static void note(const server_rec *s, const entry_t *entry, mcp_ctx_t *cx)
{
    const mcp_config_site_t *site = mcp_config_site_of(s);
    const place_t *place = site ? site->audit : NULL;
    apr_uint64_t left_out = 0;

    if (!place)
        return;
    if (mcp_audit_is_bounded(entry->event) &&
        !mcp_live_ration_take(&left_out, &place->shared->rations[entry->event],
                              &place->rate, mcp_ctx_seconds(cx)))
        return;
    write_left_out(place, entry->event, left_out, cx);
    write_line(place, entry, cx);
}

void mcp_server_audit_request(mcp_ctx_t *cx, int event,
                              const mcp_audit_about_t *about)
{
    request_rec *r = cx->baton;
    const entry_t entry = {event, about, 0, 0, r};

    note(r->server, &entry, cx);
}

void mcp_server_audit_server(mcp_ctx_t *cx, int event,
                             const mcp_audit_about_t *about)
{
    const entry_t entry = {event, about, 0, 0, NULL};

    note(cx->baton, &entry, cx);
}

/* -- what was left out, when nothing comes after it -- */

static void settle(const place_t *place, int is_end, apr_pool_t *pool)
{
    apr_uint64_t count;
    mcp_ctx_t cx;
    int i;

    mcp_server_context_of_server(&cx, place->server, pool);
    for (i = 0; i < MCP_AUDIT_COUNT; i++) {
        mcp_live_ration_t *ration = &place->shared->rations[i];

        count = is_end ? mcp_live_ration_end(ration)
                       : mcp_live_ration_settle(ration, &place->rate,
                                                mcp_ctx_seconds(&cx));
        write_left_out(place, i, count, &cx);
    }
}

static void settle_all(int is_end, apr_pool_t *parent)
{
    apr_pool_t *pool;
    int i;

    apr_pool_create(&pool, parent);
    for (i = 0; i < places->nelts; i++)
        settle(APR_ARRAY_IDX(places, i, const place_t *), is_end, pool);
    apr_pool_destroy(pool);
}

int mcp_server_audit_monitor(apr_pool_t *pool, server_rec *s)
{
    if (places)
        settle_all(0, pool);
    return DECLINED;
}

/* The configuration goes: at a restart, and at the end. */
static apr_status_t places_end(void *pool)
{
    if (places && getpid() == owner)
        settle_all(1, pool);
    places = NULL;
    return APR_SUCCESS;
}

/* -- opening -- */

static const mcp_error_t *cannot(const char *name, apr_status_t rv,
                                 mcp_ctx_t *cx)
{
    char text[120];

    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Name a file in a directory that is there, or a "
                           "command that can be run.",
                           "cannot open MCPAuditLog %s: %s", name,
                           apr_strerror(rv, text, sizeof(text)));
}

static const mcp_error_t *target_open(target_t *target, mcp_ctx_t *cx)
{
    apr_status_t rv;
    piped_log *pipe;

    if (*target->name != '|') {
        rv = apr_file_open(&target->file, target->name,
                           APR_FOPEN_WRITE | APR_FOPEN_APPEND |
                               APR_FOPEN_CREATE | APR_FOPEN_LARGEFILE,
                           FPROT_0640, cx->pool);
        return rv ? cannot(target->name, rv, cx) : NULL;
    }
    pipe = ap_open_piped_log(cx->pool, target->name + 1);
    if (!pipe)
        return cannot(target->name, APR_EGENERAL, cx);
    target->file = ap_piped_log_write_fd(pipe);
    return NULL;
}

static const mcp_error_t *target_get(target_t **target, const char *name,
                                     apr_uint64_t *is_torn, mcp_ctx_t *cx)
{
    int i;

    for (i = 0; i < places->nelts; i++) {
        *target = APR_ARRAY_IDX(places, i, const place_t *)->target;
        if (!strcmp((*target)->name, name))
            return NULL;
    }
    *target = apr_pcalloc(cx->pool, sizeof(**target));
    (*target)->name = name;
    (*target)->is_torn = is_torn;
    return target_open(*target, cx);
}

static const mcp_error_t *shared_make(shared_t **shared, int count,
                                      mcp_ctx_t *cx)
{
    apr_size_t size = (apr_size_t)count * sizeof(shared_t);
    apr_status_t rv;
    apr_shm_t *memory;

    rv = apr_shm_create(&memory, size, NULL, cx->pool);
    if (rv)
        return cannot("(its shared memory)", rv, cx);
    *shared = apr_shm_baseaddr_get(memory);
    memset(*shared, 0, size);
    return NULL;
}

static const mcp_error_t *place_make(mcp_config_site_t *site, shared_t *shared,
                                     const mcp_rate_setting_t *rate,
                                     mcp_ctx_t *cx)
{
    place_t *place = apr_pcalloc(cx->pool, sizeof(*place));

    place->server = site->server;
    place->issuer = site->issuer;
    place->rate.count = rate->count;
    place->rate.window = rate->window;
    place->shared = shared;
    MCP_TRY(target_get(&place->target, site->settings->audit_log,
                       &shared->is_torn, cx));
    APR_ARRAY_PUSH(places, const place_t *) = place;
    site->audit = place;
    return NULL;
}

const mcp_error_t *mcp_server_audit_open(const apr_array_header_t *sites,
                                         mcp_ctx_t *cx)
{
    const mcp_limit_t *limit =
        APR_ARRAY_IDX(sites, 0, const mcp_config_site_t *)->settings->limit;
    shared_t *shared = NULL;
    int i;

    MCP_TRY(shared_make(&shared, sites->nelts, cx));
    places = apr_array_make(cx->pool, sites->nelts, sizeof(const place_t *));
    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = APR_ARRAY_IDX(sites, i, mcp_config_site_t *);

        if (strcmp(site->settings->audit_log, "none") != 0)
            MCP_TRY(place_make(site, shared + i, &limit->audit, cx));
    }
    owner = getpid();
    apr_pool_pre_cleanup_register(cx->pool, cx->pool, places_end);
    return NULL;
}
