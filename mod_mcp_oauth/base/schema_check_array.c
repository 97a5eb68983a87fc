/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/schema_check.h"

#define WORK_OF_STEP 16 /* bytes to be compared that are like a step */

static void mark(check_t *c, apr_size_t item)
{
    if (c->marks)
        c->marks->flags[item] = 1;
}

static const char *check_items(check_t *c, const mcp_schema_t *s,
                               const mcp_json_t *value, const place_t *at)
{
    apr_size_t i, count = mcp_json_size(value);
    apr_size_t prefix = s->prefix ? (apr_size_t)s->prefix->nelts : 0;
    const char *why = NULL;

    for (i = 0; i < count && !why; i++) {
        place_t item = {at, NULL, i};
        const mcp_schema_t *rule =
            i < prefix ? APR_ARRAY_IDX(s->prefix, i, const mcp_schema_t *)
                       : s->items;

        if (!rule)
            break;
        why = mcp_schema_check_part(c, rule, mcp_json_at(value, i), &item);
        mark(c, i);
    }
    return why;
}

static const char *check_contains(check_t *c, const mcp_schema_t *s,
                                  const mcp_json_t *value, const place_t *at)
{
    apr_size_t i, fit = 0;

    for (i = 0; i < mcp_json_size(value); i++) {
        place_t item = {at, NULL, i};

        if (!mcp_schema_check_fits(c, s->contains, mcp_json_at(value, i),
                                   &item))
            continue;
        fit++;
        mark(c, i);
    }
    return mcp_schema_check_count(c, &s->contained, fit,
                                  "items that fit \"contains\"", at);
}

static const char *check_unique(check_t *c, const mcp_json_t *value,
                                const place_t *at)
{
    apr_size_t work;
    int unique = mcp_schema_unique_items(value, &work, c->pool);

    c->steps += work / WORK_OF_STEP;
    return unique ? NULL
                  : mcp_schema_check_fail(c, at, "must not have equal items");
}

const char *mcp_schema_check_array(check_t *c, const mcp_schema_t *s,
                                   const mcp_json_t *value, const place_t *at)
{
    const char *why =
        mcp_schema_check_count(c, &s->size, mcp_json_size(value), "items", at);

    if (!why && (s->prefix || s->items))
        why = check_items(c, s, value, at);
    if (!why && s->contains)
        why = check_contains(c, s, value, at);
    if (!why && s->unique)
        why = check_unique(c, value, at);
    return why;
}

const char *mcp_schema_check_array_rest(check_t *c, const mcp_schema_t *s,
                                        const mcp_json_t *value,
                                        const place_t *at)
{
    const char *why = NULL;
    apr_size_t i;

    for (i = 0; i < mcp_json_size(value) && !why; i++) {
        place_t item = {at, NULL, i};

        if (c->marks->flags[i])
            continue;
        why = mcp_schema_check_part(c, s->unevaluated_items,
                                    mcp_json_at(value, i), &item);
        mark(c, i);
    }
    return why;
}
