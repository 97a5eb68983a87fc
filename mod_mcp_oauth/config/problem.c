/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/problem.h"

#include <http_config.h>
#include <http_log.h>

#include <apr_strings.h>

#include "base/ctx.h"

APLOG_USE_MODULE(mcp_oauth);

#define MCP_PROBLEM(name, severity, number, text)                             \
    {MCP_LOG_##severity, APLOG_##severity, number, text},
static const struct {
    mcp_log_level_t level;
    int priority; /* httpd's name of the level */
    int number;
    const char *text;
} rows[] = {
#include "config/problem.def"
};

/* Puts the arguments in place of each %s. */
static const char *text_fill(const char *text, va_list args, apr_pool_t *pool)
{
    const char *out = "", *mark;

    for (; (mark = strstr(text, "%s")) != NULL; text = mark + 2)
        out = apr_pstrcat(
            pool, out, apr_pstrmemdup(pool, text, (apr_size_t)(mark - text)),
            va_arg(args, const char *), NULL);
    return apr_pstrcat(pool, out, text, NULL);
}

void mcp_config_problem_report(mcp_config_report_t *report, const char *where,
                               mcp_config_problem_t problem, ...)
{
    const char *text;
    va_list args;

    va_start(args, problem);
    text = text_fill(rows[problem].text, args, report->pool);
    va_end(args);
    text = apr_pstrcat(report->pool, where, ": ", text, NULL);
    if (!report->said)
        report->said = apr_hash_make(report->pool);
    if (apr_hash_get(report->said, text, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(report->said, text, APR_HASH_KEY_STRING, text);
    report->errors += rows[problem].level == MCP_LOG_ERR;
    /* before the error log is open, httpd -t reads this on its terminal */
    ap_log_error(APLOG_MARK, APLOG_STARTUP | rows[problem].priority, 0,
                 report->server, "MCP%05d: %s", rows[problem].number, text);
}
