/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_CTX_H
#define MCP_BASE_CTX_H

#include <apr_pools.h>
#include <apr_time.h>

/* A context is what a function below httpd knows of the world: a pool, the
 * time, randomness, a log and an audit log. One per request (or per job); used
 * by one thread. Unit tests set the clock and the randomness through it. */

typedef struct mcp_ctx_t mcp_ctx_t;
struct mcp_audit_about_t;

typedef enum {
    MCP_LOG_ERR,
    MCP_LOG_WARNING,
    MCP_LOG_NOTICE,
    MCP_LOG_INFO,
    MCP_LOG_DEBUG
} mcp_log_level_t;

typedef struct mcp_host_t {
    apr_time_t (*now)(void *baton);
    /* fills buf; returns 0 when the system has no randomness to give */
    int (*random)(void *baton, unsigned char *buf, apr_size_t len);
    void (*log)(void *baton, mcp_log_level_t level, int number,
                const char *line);
    /* event: one of base/audit.h. NULL: nobody wants to know */
    void (*audit)(mcp_ctx_t *cx, int event,
                  const struct mcp_audit_about_t *about);
} mcp_host_t;

struct mcp_ctx_t {
    apr_pool_t *pool;       /* lives as long as the context */
    const mcp_host_t *host; /* static */
    void *baton;            /* the host's: its request or server */
};

apr_time_t mcp_ctx_now(mcp_ctx_t *cx);
/* whole seconds since the epoch, as JWT claims and records count them */
apr_int64_t mcp_ctx_seconds(mcp_ctx_t *cx);

/* number: unique over the source, from build/next_logno.pl. From WARNING up
 * the line ends in a remedy. */
void mcp_ctx_log(mcp_ctx_t *cx, mcp_log_level_t level, int number,
                 const char *format, ...)
    __attribute__((cold, format(printf, 4, 5)));

#endif
