/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/client_pattern.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <string.h>

#include "oauth/cimd.h"

#define SCHEME_LEN (sizeof("https://") - 1)
#define BELOW "*."

static int is_literal(const char *text)
{
    return !strpbrk(text, "*?");
}

/* What stands before the path. end: what no host holds. */
static const char *authority_of(const char *url, const char *end,
                                apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, url + SCHEME_LEN,
                          strcspn(url + SCHEME_LEN, end));
}

const char *mcp_oauth_client_pattern_fault(const char *pattern,
                                           apr_pool_t *pool)
{
    const char *host;

    if (is_literal(pattern))
        return NULL;
    if (!mcp_oauth_cimd_is_url(pattern))
        return "a pattern is for clients whose id is a URL, as in "
               "https://claude.ai/*. Name each other client by its whole id";
    host = authority_of(pattern, "/", pool);
    if (!strncmp(host, BELOW, strlen(BELOW)))
        host += strlen(BELOW);
    if (!*host || strpbrk(host, "*?[\\"))
        return "its host would fit hosts of other people, as https://claude."
               "ai* would fit https://claude.ai.example.net. Write the host "
               "out and a pattern behind it, as in https://claude.ai/*; or "
               "begin it with \"*.\", as in https://*.example.com/*";
    return NULL;
}

int mcp_oauth_client_pattern_fits(const char *pattern, const char *id,
                                  apr_pool_t *pool)
{
    const char *host, *wanted;

    if (!id)
        return 0;
    if (!strcmp(pattern, id))
        return 1;
    if (is_literal(pattern) || !mcp_oauth_cimd_is_url(id))
        return 0;
    /* by themselves, so that what fits a part of the host has no slash */
    wanted = authority_of(pattern, "/", pool);
    host = authority_of(id, "/?#\\", pool);
    return !apr_fnmatch(wanted, host, APR_FNM_CASE_BLIND) &&
           !apr_fnmatch(pattern + SCHEME_LEN + strlen(wanted),
                        id + SCHEME_LEN + strlen(host), 0);
}
