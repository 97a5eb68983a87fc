/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/ctx.h"

#include <apr_strings.h>

apr_time_t mcp_ctx_now(mcp_ctx_t *cx)
{
    return cx->host->now(cx->baton);
}

apr_int64_t mcp_ctx_seconds(mcp_ctx_t *cx)
{
    return apr_time_sec(mcp_ctx_now(cx));
}

void mcp_ctx_log(mcp_ctx_t *cx, mcp_log_level_t level, int number,
                 const char *format, ...)
{
    const char *line;
    va_list args;

    va_start(args, format);
    line = apr_pvsprintf(cx->pool, format, args);
    va_end(args);
    cx->host->log(cx->baton, level, number, line);
}
