/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_certificate.h"

#include <apr_strings.h>

#define ASKS "SSLVerifyClient"

static int says(const ap_directive_t *directive, const char *word,
                apr_pool_t *pool)
{
    const char *args = directive->args;

    return !strcasecmp(ap_getword_conf(pool, &args), word);
}

/* Whether it asks for a certificate. */
static int asks(const ap_directive_t *directive, apr_pool_t *pool)
{
    return directive && !says(directive, "none", pool);
}

/* SSLOptions +FakeBasicAuth */
static int fakes(const ap_directive_t *directive)
{
    const char *word =
        directive ? ap_strcasestr(directive->args, "FakeBasicAuth") : NULL;

    return word && (word == directive->args || word[-1] != '-');
}

static int counts(const mcp_config_signin_t *signin, const char *path)
{
    return mcp_config_signin_directive(signin, path, "SSLUserName") ||
           fakes(mcp_config_signin_directive(signin, path, "SSLOptions"));
}

void mcp_config_check_certificate(const mcp_config_signin_t *signin,
                                  const char *path, const char *where,
                                  mcp_config_report_t *report)
{
    const ap_directive_t *early = mcp_config_signin_server(signin, ASKS);
    const ap_directive_t *late = mcp_config_signin_section(signin, path, ASKS);
    const ap_directive_t *last = late ? late : early;
    apr_pool_t *pool = report->pool;

    if (!counts(signin, path))
        return;
    if (!asks(last, pool)) {
        mcp_config_problem_report(report, where, MCP_PROBLEM_NO_CERTIFICATE,
                                  path);
        return;
    }
    if (says(last, "optional_no_ca", pool))
        mcp_config_problem_report(report, mcp_config_block_where(last, pool),
                                  MCP_PROBLEM_ANY_CERTIFICATE, path);
    if (!asks(early, pool))
        mcp_config_problem_report(report, mcp_config_block_where(late, pool),
                                  MCP_PROBLEM_LATE_CERTIFICATE, path);
}
