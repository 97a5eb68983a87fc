/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <stddef.h>

#include "config/amount.h"
#include "config/keys.h"

/* Kinds of limits; all begin with a number, where 0 is not set. */

static const char *sentence(const char *wrong, apr_pool_t *pool)
{
    return wrong ? apr_pstrcat(pool, wrong, ".", NULL) : NULL;
}

static const char *count_read(void *member, const char *text,
                              const char *limits,
                              const mcp_config_line_t *line)
{
    return sentence(mcp_config_amount_count(member, text, limits, line->pool),
                    line->pool);
}

static const char *size_read(void *member, const char *text,
                             const char *limits, const mcp_config_line_t *line)
{
    return sentence(mcp_config_amount_size(member, text, limits, line->pool),
                    line->pool);
}

static const char *rate_read(void *member, const char *text,
                             const char *limits, const mcp_config_line_t *line)
{
    return sentence(mcp_config_amount_rate(member, text, limits, line->pool),
                    line->pool);
}

static const char *count_show(const void *member, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%u", *(const apr_uint32_t *)member);
}

static const char *size_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_size(*(const apr_uint32_t *)member, pool);
}

static const char *rate_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_rate(member, pool);
}

static int is_set(const void *member)
{
    return *(const apr_uint32_t *)member != 0;
}

static const mcp_config_keys_type_t types[] = {
    {count_read, count_show, is_set},
    {rate_read, rate_show, is_set},
    {size_read, size_show, is_set},
};

#define TYPE_count &types[0]
#define TYPE_rate &types[1]
#define TYPE_size &types[2]

const char mcp_config_kind_limit_defaults[] =
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    key "=" fallback " "
#include "config/directives.def"
    ;

static const mcp_config_keys_row_t rows[] = {
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    {key, offsetof(mcp_limit_t, member), sizeof(MCP_LIMIT_##kind), limits,    \
     TYPE_##kind},
#include "config/directives.def"
};

static const mcp_config_keys_t keys = {rows, sizeof(rows) / sizeof(*rows),
                                       sizeof(mcp_limit_t), 0};

static const char *limit_parse(void *value, const mcp_config_line_t *line)
{
    return mcp_config_keys_parse(value, &keys, line);
}

static void limit_merge(void *value, const void *outer, apr_pool_t *pool)
{
    mcp_config_keys_merge(value, outer, &keys, pool);
}

static const char *limit_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    return mcp_config_keys_show(value, &keys, pool);
}

const mcp_config_kind_t mcp_config_kind_limit = {limit_parse, limit_merge,
                                                 limit_show};
