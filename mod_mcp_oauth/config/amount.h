/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_AMOUNT_H
#define MCP_CONFIG_AMOUNT_H

#include "base/settings.h"
#include "config/line.h"

/* Numbers with their units: times, counts and rates. Each gives NULL, or what
 * is wrong and what to write instead. limits is "LEAST-MOST" in the same
 * spelling. */

/* "90s", "2min", "1h", "30d", "unlimited", "none" */
const char *mcp_config_amount_time(apr_int64_t *seconds, const char *text,
                                   const char *limits, apr_pool_t *pool);
/* "300ms", "2s"; without "unlimited" and "none" */
const char *mcp_config_amount_milliseconds(apr_int64_t *milliseconds,
                                           const char *text,
                                           const char *limits,
                                           apr_pool_t *pool);
/* "10000" */
const char *mcp_config_amount_count(apr_uint32_t *count, const char *text,
                                    const char *limits, apr_pool_t *pool);
/* "10/min" */
/* "32M"; limits "1M-1G". Units K M G; it is less than 4G. */
const char *mcp_config_amount_size(apr_uint32_t *bytes, const char *text,
                                   const char *limits, apr_pool_t *pool);
const char *mcp_config_amount_rate(mcp_rate_setting_t *rate, const char *text,
                                   const char *limits, apr_pool_t *pool);
/* the spelling of a time */
const char *mcp_config_amount_show_time(apr_int64_t seconds, apr_pool_t *pool);
const char *mcp_config_amount_show_milliseconds(apr_int64_t milliseconds,
                                                apr_pool_t *pool);
const char *mcp_config_amount_show_size(apr_uint32_t bytes, apr_pool_t *pool);
const char *mcp_config_amount_show_rate(const mcp_rate_setting_t *rate,
                                        apr_pool_t *pool);

#endif
