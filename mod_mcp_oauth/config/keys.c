/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/keys.h"

#include <apr_strings.h>
#include <string.h>

static void *member(const void *setting, const mcp_config_keys_row_t *row)
{
    return (char *)setting + row->offset;
}

static const mcp_config_keys_row_t *find(const mcp_config_keys_t *keys,
                                         const char *key)
{
    apr_size_t i;

    for (i = 0; i < keys->count; i++)
        if (!strcmp(keys->rows[i].key, key))
            return &keys->rows[i];
    return NULL;
}

static const char *names(const mcp_config_keys_t *keys, apr_pool_t *pool)
{
    const char *all = "";
    apr_size_t i;

    for (i = 0; i < keys->count; i++)
        all = apr_pstrcat(pool, all, i ? " " : "", keys->rows[i].key, NULL);
    return all;
}

static const char *pair_read(void *setting, const mcp_config_keys_t *keys,
                             const mcp_config_line_t *line, int i)
{
    const char *key, *text, *wrong;
    const mcp_config_keys_row_t *row;

    wrong = mcp_config_line_pair(&key, &text, line, i);
    if (wrong)
        return wrong;
    row = find(keys, key);
    if (!row)
        return mcp_config_line_refuse(line,
                                      "\"%s\" is not a key. The keys are %s.",
                                      key, names(keys, line->pool));
    wrong = row->type->read(member(setting, row), text, row->limits, line);
    return wrong ? mcp_config_line_refuse(line, "%s=%s", key, wrong) : NULL;
}

const char *mcp_config_keys_parse(void *value, const mcp_config_keys_t *keys,
                                  const mcp_config_line_t *line)
{
    void **setting = value, *own = apr_palloc(line->pool, keys->size);
    const char *wrong = NULL;
    int i;

    if (*setting)
        memcpy(own, *setting, keys->size);
    else
        memset(own, keys->unset, keys->size);
    for (i = 0; i < line->words->nelts && !wrong; i++)
        wrong = pair_read(own, keys, line, i);
    *setting = own;
    return wrong;
}

void mcp_config_keys_merge(void *value, const void *outer,
                           const mcp_config_keys_t *keys, apr_pool_t *pool)
{
    void **setting = value, *inner = *setting, *merged;
    void *below = *(void *const *)outer;
    apr_size_t i;

    if (!inner || !below) {
        *setting = inner ? inner : below;
        return;
    }
    merged = apr_pmemdup(pool, below, keys->size);
    for (i = 0; i < keys->count; i++) {
        const mcp_config_keys_row_t *row = &keys->rows[i];

        if (row->type->is_set(member(inner, row)))
            memcpy(member(merged, row), member(inner, row), row->size);
    }
    *setting = merged;
}

const char *mcp_config_keys_show(const void *value,
                                 const mcp_config_keys_t *keys,
                                 apr_pool_t *pool)
{
    const void *setting = *(const void *const *)value;
    const char *out = NULL;
    apr_size_t i;

    for (i = 0; setting && i < keys->count; i++) {
        const mcp_config_keys_row_t *row = &keys->rows[i];

        if (row->type->is_set(member(setting, row))) {
            const char *pair =
                apr_pstrcat(pool, row->key, "=",
                            row->type->show(member(setting, row), pool), NULL);

            out = apr_pstrcat(pool, out ? out : "", out ? " " : "",
                              mcp_config_kind_string(&pair, NULL, pool), NULL);
        }
    }
    return out;
}
