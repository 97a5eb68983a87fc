/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "config/kind.h"

static const char *store_parse(void *value, const mcp_config_line_t *line)
{
    const char *name = mcp_config_line_word(line, 0);
    const char *option = mcp_config_line_word(line, 1);
    mcp_store_setting_t *store = apr_pcalloc(line->pool, sizeof(*store));

    if (strcmp(name, "sqlite") != 0)
        return mcp_config_line_refuse(
            line, "\"%s\" is not a store. The only one is sqlite.", name);
    if (option && strcmp(option, "sync=full") != 0)
        return mcp_config_line_refuse(
            line,
            "\"%s\" is not a setting of sqlite. The only one is "
            "sync=full.",
            option);
    store->name = name;
    store->sync_full = option != NULL;
    *(const mcp_store_setting_t **)value = store;
    return NULL;
}

static const char *store_show(const void *value, const char *limits,
                              apr_pool_t *pool)
{
    const mcp_store_setting_t *store =
        *(const mcp_store_setting_t *const *)value;

    if (!store)
        return NULL;
    return apr_pstrcat(pool, store->name, store->sync_full ? " sync=full" : "",
                       NULL);
}

const mcp_config_kind_t mcp_config_kind_store = {
    store_parse, mcp_config_kind_replace, store_show};
