/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/context.h"

#include <stdio.h>

#include "base/random.h"
#include "ctl/audit.h"

static apr_time_t now(void *unused)
{
    return apr_time_now();
}

/* From WARNING up: the rest is for who watches a server. */
static void say(void *unused, mcp_log_level_t level, int number,
                const char *line)
{
    if (level <= MCP_LOG_WARNING)
        fprintf(stderr, "mcpctl: MCP%05d: %s\n", number, line);
}

static const mcp_host_t host = {now, mcp_random_system, say,
                                mcp_ctl_audit_note};

void mcp_ctl_context_make(mcp_ctx_t *cx, apr_pool_t *pool)
{
    cx->pool = pool;
    cx->host = &host;
    cx->baton = NULL;
}
