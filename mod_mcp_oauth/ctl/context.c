/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/context.h"

#include <apr_lib.h>
#include <stdio.h>

#include "base/random.h"
#include "ctl/audit.h"

static apr_time_t now(void *unused)
{
    return apr_time_now();
}

/* From WARNING up: the rest is for who watches a server. httpd escapes what
 * its log is given; so is done for a terminal, for a name may be what the
 * server's user wrote. */
static void say(void *unused, mcp_log_level_t level, int number,
                const char *line)
{
    if (level > MCP_LOG_WARNING)
        return;
    fprintf(stderr, "mcpctl: MCP%05d: ", number);
    for (; *line; line++)
        fprintf(stderr, apr_isprint(*line) ? "%c" : "\\x%02X",
                (unsigned char)*line);
    fprintf(stderr, "\n");
}

static const mcp_host_t host = {now, mcp_random_system, say,
                                mcp_ctl_audit_note};

void mcp_ctl_context_make(mcp_ctx_t *cx, apr_pool_t *pool)
{
    cx->pool = pool;
    cx->host = &host;
    cx->baton = NULL;
}
