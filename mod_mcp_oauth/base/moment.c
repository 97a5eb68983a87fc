/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/moment.h"

#include <apr_strings.h>

const char *mcp_moment_text(apr_time_t moment, apr_pool_t *pool)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, moment);
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min, t.tm_sec, t.tm_usec);
}
