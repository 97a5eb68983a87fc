/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "ctl/moment.h"

#include <apr_strings.h>
#include <apr_time.h>

#include "base/settings.h"

/* what apr_time_t can hold, by far */
#define MOST_SECONDS (APR_INT64_MAX / APR_USEC_PER_SEC)

const char *mcp_ctl_moment_text(apr_int64_t seconds, apr_pool_t *pool)
{
    apr_time_exp_t t;

    if (seconds >= MCP_UNLIMITED || seconds > MOST_SECONDS || seconds < 0 ||
        apr_time_exp_gmt(&t, apr_time_from_sec(seconds)))
        return "never";
    return apr_psprintf(pool, "%04d-%02d-%02d %02d:%02d:%02dZ",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min, t.tm_sec);
}

const char *mcp_ctl_moment_distance(apr_int64_t seconds, apr_int64_t now,
                                    apr_pool_t *pool)
{
    static const struct {
        int seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int is_past = seconds <= now;
    apr_uint64_t distance = is_past
                                ? (apr_uint64_t)now - (apr_uint64_t)seconds
                                : (apr_uint64_t)seconds - (apr_uint64_t)now;
    int i = 0;

    /* 90 min rather than 1 h */
    while (i < 3 && distance < 2 * (apr_uint64_t)units[i].seconds)
        i++;
    return apr_psprintf(pool, "%s%" APR_UINT64_T_FMT " %s%s",
                        is_past ? "" : "in ", distance / units[i].seconds,
                        units[i].unit, is_past ? " ago" : "");
}
