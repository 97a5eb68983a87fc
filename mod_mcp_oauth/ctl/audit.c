/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/audit.h"

#include <string.h>

#include <apr_file_io.h>
#include <apr_strings.h>

#define SERVER_MAX 256

/* A log, which several issuers may have. */
typedef struct target_t {
    const char *name;
    apr_file_t *file; /* NULL: it cannot be written, for */
    const char *why;
    int is_said;
} target_t;

/* mcp_ctx_t.baton */
struct mcp_ctl_audit_t {
    const mcp_oauth_known_t *known;
    apr_array_header_t *targets; /* of target_t * */
};

/* -- opening -- */

static void target_open(target_t *target, apr_pool_t *pool)
{
    apr_status_t rv;
    char text[120];

    if (*target->name == '|') {
        target->why = "it is a pipe of httpd";
        return;
    }
    /* one that is not there would get the wrong owner */
    rv =
        apr_file_open(&target->file, target->name,
                      APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_LARGEFILE,
                      APR_OS_DEFAULT, pool);
    if (!rv)
        return;
    target->file = NULL;
    target->why = apr_pstrdup(pool, apr_strerror(rv, text, sizeof(text)));
}

static target_t *target_find(const mcp_ctl_audit_t *audit, const char *name)
{
    int i;

    for (i = 0; i < audit->targets->nelts; i++) {
        target_t *target = APR_ARRAY_IDX(audit->targets, i, target_t *);

        if (!strcmp(target->name, name))
            return target;
    }
    return NULL;
}

void mcp_ctl_audit_open(const mcp_oauth_known_t *known, mcp_ctx_t *cx)
{
    mcp_ctl_audit_t *audit = apr_pcalloc(cx->pool, sizeof(*audit));
    int i;

    audit->known = known;
    audit->targets = apr_array_make(cx->pool, 1, sizeof(target_t *));
    for (i = 0; i < known->services->nelts; i++) {
        const char *name =
            APR_ARRAY_IDX(known->services, i, const mcp_oauth_service_t *)
                ->settings->audit_log;
        target_t *target;

        if (!name || target_find(audit, name))
            continue;
        target = apr_pcalloc(cx->pool, sizeof(*target));
        target->name = name;
        target_open(target, cx->pool);
        APR_ARRAY_PUSH(audit->targets, target_t *) = target;
    }
    cx->baton = audit;
}

/* -- a line -- */

static const char *line_make(int event, const mcp_audit_about_t *about,
                             const char *issuer, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "time", mcp_audit_time(cx));
    mcp_writer_member(w, "event", mcp_audit_word(event));
    mcp_audit_member(w, "server", issuer, SERVER_MAX, cx->pool);
    mcp_audit_write(w, about, cx->pool);
    mcp_writer_close(w);
    return apr_pstrcat(cx->pool, mcp_writer_text(w, NULL), "\n", NULL);
}

static void line_write(target_t *target, const char *line, mcp_ctx_t *cx)
{
    apr_size_t len = strlen(line), done = len;
    char text[120];
    apr_status_t rv;

    if (target->file) {
        rv = apr_file_write(target->file, line, &done);
        if (!rv && done == len)
            return;
        target->why = apr_pstrdup(
            cx->pool, apr_strerror(rv ? rv : APR_ENOSPC, text, sizeof(text)));
    }
    if (!target->is_said)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 881,
                    "what is done here is not in MCPAuditLog %s: %s. Run "
                    "mcpctl as root, and have the log in a file",
                    target->name, target->why);
    target->is_said = 1;
}

void mcp_ctl_audit_note(mcp_ctx_t *cx, int event,
                        const mcp_audit_about_t *about)
{
    const mcp_ctl_audit_t *audit = cx->baton;
    const mcp_oauth_resource_t *resource = NULL;
    const char *issuer, *line;
    int i;

    if (!audit)
        return;
    if (about->resource)
        resource = mcp_oauth_known_resource(audit->known, about->resource);
    issuer = resource ? resource->service->issuer : NULL;
    line = line_make(event, about, issuer, cx);
    if (resource && resource->service->settings->audit_log) {
        line_write(target_find(audit, resource->service->settings->audit_log),
                   line, cx);
        return;
    }
    for (i = 0; i < audit->targets->nelts; i++)
        line_write(APR_ARRAY_IDX(audit->targets, i, target_t *), line, cx);
}
