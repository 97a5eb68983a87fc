/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/context.h"

#include <http_log.h>

#include "base/random.h"
#include "server/audit.h"

APLOG_USE_MODULE(mcp_oauth);

static const int levels[] = {
    APLOG_ERR,     /* MCP_LOG_ERR */
    APLOG_WARNING, /* MCP_LOG_WARNING */
    APLOG_NOTICE,  /* MCP_LOG_NOTICE */
    APLOG_INFO,    /* MCP_LOG_INFO */
    APLOG_DEBUG,   /* MCP_LOG_DEBUG */
};

static apr_time_t now(void *unused)
{
    return apr_time_now();
}

static void log_request(void *baton, mcp_log_level_t level, int number,
                        const char *line)
{
    request_rec *r = baton;

    ap_log_rerror(APLOG_MARK, levels[level], 0, r, "MCP%05d: %s", number,
                  line);
}

static void log_server(void *baton, mcp_log_level_t level, int number,
                       const char *line)
{
    server_rec *s = baton;

    ap_log_error(APLOG_MARK, levels[level], 0, s, "MCP%05d: %s", number, line);
}

static const mcp_host_t of_request = {now, mcp_random_system, log_request,
                                      mcp_server_audit_request};
static const mcp_host_t of_server = {now, mcp_random_system, log_server,
                                     mcp_server_audit_server};

void mcp_server_context_of_request(mcp_ctx_t *cx, request_rec *r)
{
    cx->pool = r->pool;
    cx->host = &of_request;
    cx->baton = r;
}

void mcp_server_context_of_server(mcp_ctx_t *cx, server_rec *s,
                                  apr_pool_t *pool)
{
    cx->pool = pool;
    cx->host = &of_server;
    cx->baton = s;
}
