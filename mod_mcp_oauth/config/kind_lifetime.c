/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <stddef.h>

#include "config/amount.h"
#include "config/keys.h"

#define UNSET (-1) /* 0 is "none" */

static const char *time_read(void *member, const char *text,
                             const char *limits, const mcp_config_line_t *line)
{
    const char *wrong =
        mcp_config_amount_time(member, text, limits, line->pool);

    return wrong ? apr_pstrcat(line->pool, wrong, ".", NULL) : NULL;
}

static const char *time_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_time(*(const apr_int64_t *)member, pool);
}

static int time_is_set(const void *member)
{
    return *(const apr_int64_t *)member != UNSET;
}

static const mcp_config_keys_type_t type = {time_read, time_show, time_is_set};

const char mcp_config_kind_lifetime_defaults[] =
#define MCP_LIFETIME(key, member, fallback, limits, help) key "=" fallback " "
#include "config/directives.def"
    ;

static const mcp_config_keys_row_t rows[] = {
#define MCP_LIFETIME(key, member, fallback, limits, help)                     \
    {key, offsetof(mcp_lifetime_t, member), sizeof(apr_int64_t), limits,      \
     &type},
#include "config/directives.def"
};

static const mcp_config_keys_t keys = {rows, sizeof(rows) / sizeof(*rows),
                                       sizeof(mcp_lifetime_t), UNSET};

static const char *lifetime_parse(void *value, const mcp_config_line_t *line)
{
    return mcp_config_keys_parse(value, &keys, line);
}

static void lifetime_merge(void *value, const void *outer, apr_pool_t *pool)
{
    mcp_config_keys_merge(value, outer, &keys, pool);
}

static const char *lifetime_show(const void *value, const char *limits,
                                 apr_pool_t *pool)
{
    return mcp_config_keys_show(value, &keys, pool);
}

const mcp_config_kind_t mcp_config_kind_lifetime = {
    lifetime_parse, lifetime_merge, lifetime_show};
