/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <stddef.h>

#include "config/amount.h"
#include "config/kind.h"

#define UNSET (-1) /* 0 is "none" */

const char mcp_config_kind_lifetime_defaults[] =
#define MCP_LIFETIME(key, member, fallback, limits, help) key "=" fallback " "
#include "config/directives.def"
    ;

static const struct {
    const char *key;
    apr_size_t offset;
    const char *limits;
} rows[] = {
#define MCP_LIFETIME(key, member, fallback, limits, help)                     \
    {key, offsetof(mcp_lifetime_t, member), limits},
#include "config/directives.def"
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static apr_int64_t *member(const mcp_lifetime_t *lifetime, apr_size_t row)
{
    return (apr_int64_t *)((char *)lifetime + rows[row].offset);
}

static const char *pair_read(mcp_lifetime_t *lifetime,
                             const mcp_config_line_t *line, int i)
{
    const char *key, *text, *wrong, *known = "";
    apr_size_t row;

    wrong = mcp_config_line_pair(&key, &text, line, i);
    if (wrong)
        return wrong;
    for (row = 0; row < ROWS; row++) {
        if (!strcmp(rows[row].key, key)) {
            wrong = mcp_config_amount_time(member(lifetime, row), text,
                                           rows[row].limits, line->pool);
            return wrong ? mcp_config_line_refuse(line, "%s=%s.", key, wrong)
                         : NULL;
        }
        known = apr_pstrcat(line->pool, known, row ? " " : "", rows[row].key,
                            NULL);
    }
    return mcp_config_line_refuse(
        line, "\"%s\" is not a key. The keys are %s.", key, known);
}

static const char *lifetime_parse(void *value, const mcp_config_line_t *line)
{
    const mcp_lifetime_t **lifetime = value;
    mcp_lifetime_t *own = apr_palloc(line->pool, sizeof(*own));
    const char *wrong = NULL;
    apr_size_t row;
    int i;

    for (row = 0; row < ROWS; row++)
        *member(own, row) = *lifetime ? *member(*lifetime, row) : UNSET;
    for (i = 0; i < line->words->nelts && !wrong; i++)
        wrong = pair_read(own, line, i);
    *lifetime = own;
    return wrong;
}

static void lifetime_merge(void *value, const void *outer, apr_pool_t *pool)
{
    const mcp_lifetime_t **lifetime = value, *inner = *lifetime;
    const mcp_lifetime_t *below = *(const mcp_lifetime_t *const *)outer;
    mcp_lifetime_t *merged;
    apr_size_t row;

    if (!inner || !below) {
        *lifetime = inner ? inner : below;
        return;
    }
    merged = apr_palloc(pool, sizeof(*merged));
    for (row = 0; row < ROWS; row++)
        *member(merged, row) = *member(inner, row) == UNSET
                                   ? *member(below, row)
                                   : *member(inner, row);
    *lifetime = merged;
}

static const char *lifetime_show(const void *value, const char *limits,
                                 apr_pool_t *pool)
{
    const mcp_lifetime_t *lifetime = *(const mcp_lifetime_t *const *)value;
    const char *out = NULL;
    apr_size_t row;

    for (row = 0; lifetime && row < ROWS; row++)
        if (*member(lifetime, row) != UNSET)
            out = apr_pstrcat(
                pool, out ? out : "", out ? " " : "", rows[row].key, "=",
                mcp_config_amount_show_time(*member(lifetime, row), pool),
                NULL);
    return out;
}

const mcp_config_kind_t mcp_config_kind_lifetime = {
    lifetime_parse, lifetime_merge, lifetime_show};
