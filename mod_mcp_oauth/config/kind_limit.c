/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <stddef.h>

#include "config/amount.h"
#include "config/kind.h"

/* Two kinds of limits; in both 0 is not set. */

typedef const char *(*read_fn)(void *member, const char *text,
                               const char *limits, apr_pool_t *pool);

static const char *count_read(void *member, const char *text,
                              const char *limits, apr_pool_t *pool)
{
    return mcp_config_amount_count(member, text, limits, pool);
}

static const char *rate_read(void *member, const char *text,
                             const char *limits, apr_pool_t *pool)
{
    return mcp_config_amount_rate(member, text, limits, pool);
}

static const char *count_show(const void *member, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%u", *(const apr_uint32_t *)member);
}

static const char *rate_show(const void *member, apr_pool_t *pool)
{
    return mcp_config_amount_show_rate(member, pool);
}

const char mcp_config_kind_limit_defaults[] =
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    key "=" fallback " "
#include "config/directives.def"
    ;

static const struct {
    const char *key;
    apr_size_t offset;
    apr_size_t size;
    const char *limits;
    read_fn read;
    const char *(*show)(const void *member, apr_pool_t *pool);
} rows[] = {
#define MCP_LIMIT(key, kind, member, fallback, limits, help)                  \
    {key,                                                                     \
     offsetof(mcp_limit_t, member),                                           \
     sizeof(MCP_LIMIT_##kind),                                                \
     limits,                                                                  \
     kind##_read,                                                             \
     kind##_show},
#include "config/directives.def"
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static void *member(const mcp_limit_t *limit, apr_size_t row)
{
    return (char *)limit + rows[row].offset;
}

/* both kinds begin with their count */
static int is_set(const mcp_limit_t *limit, apr_size_t row)
{
    return *(const apr_uint32_t *)member(limit, row) != 0;
}

static const char *pair_read(mcp_limit_t *limit, const mcp_config_line_t *line,
                             int i)
{
    const char *key, *text, *wrong, *known = "";
    apr_size_t row;

    wrong = mcp_config_line_pair(&key, &text, line, i);
    if (wrong)
        return wrong;
    for (row = 0; row < ROWS; row++) {
        if (!strcmp(rows[row].key, key)) {
            wrong = rows[row].read(member(limit, row), text, rows[row].limits,
                                   line->pool);
            return wrong ? mcp_config_line_refuse(line, "%s=%s.", key, wrong)
                         : NULL;
        }
        known = apr_pstrcat(line->pool, known, row ? " " : "", rows[row].key,
                            NULL);
    }
    return mcp_config_line_refuse(
        line, "\"%s\" is not a key. The keys are %s.", key, known);
}

static const char *limit_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_limit_t **limit = value;
    mcp_limit_t *own = apr_pcalloc(line->pool, sizeof(*own));
    const char *wrong = NULL;
    int i;

    if (*limit)
        *own = **limit;
    for (i = 0; i < line->words->nelts && !wrong; i++)
        wrong = pair_read(own, line, i);
    *limit = own;
    return wrong;
}

static void limit_merge(void *value, const void *outer, apr_pool_t *pool)
{
    const mcp_limit_t **limit = value, *inner = *limit;
    const mcp_limit_t *below = *(const mcp_limit_t *const *)outer;
    mcp_limit_t *merged;
    apr_size_t row;

    if (!inner || !below) {
        *limit = inner ? inner : below;
        return;
    }
    merged = apr_pmemdup(pool, below, sizeof(*merged));
    for (row = 0; row < ROWS; row++)
        if (is_set(inner, row))
            memcpy(member(merged, row), member(inner, row), rows[row].size);
    *limit = merged;
}

static const char *limit_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const mcp_limit_t *limit = *(const mcp_limit_t *const *)value;
    const char *out = NULL;
    apr_size_t row;

    for (row = 0; limit && row < ROWS; row++)
        if (is_set(limit, row))
            out = apr_pstrcat(pool, out ? out : "", out ? " " : "",
                              rows[row].key, "=",
                              rows[row].show(member(limit, row), pool), NULL);
    return out;
}

const mcp_config_kind_t mcp_config_kind_limit = {limit_parse, limit_merge,
                                                 limit_show};
