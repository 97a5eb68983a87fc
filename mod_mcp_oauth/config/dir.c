/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/dir.h"

#include "config/row.h"

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

mcp_config_dir_t *mcp_config_dir_make(apr_pool_t *pool)
{
    return apr_pcalloc(pool, sizeof(mcp_config_dir_t));
}

mcp_config_dir_t *mcp_config_dir_merge(const mcp_config_dir_t *outer,
                                       const mcp_config_dir_t *inner,
                                       apr_pool_t *pool)
{
    mcp_config_dir_t *merged = mcp_config_dir_make(pool);

    merged->key = inner->key ? inner->key : outer->key;
    merged->outer = outer;
    merged->inner = inner;
    return merged;
}

mcp_config_dir_t *mcp_config_dir_of(ap_conf_vector_t *vector, apr_pool_t *pool)
{
    mcp_config_dir_t *dir = ap_get_module_config(vector, &mcp_oauth_module);

    if (!dir) {
        dir = mcp_config_dir_make(pool);
        ap_set_module_config(vector, &mcp_oauth_module, dir);
    }
    return dir;
}

const mcp_settings_t *mcp_config_dir_settings(const mcp_config_dir_t *dir,
                                              apr_pool_t *pool)
{
    mcp_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));

    if (dir->settings)
        *settings = *dir->settings;
    if (dir->inner)
        *settings = *mcp_config_dir_settings(dir->inner, pool);
    if (dir->outer)
        mcp_config_row_merge(mcp_config_row_locations, settings,
                             mcp_config_dir_settings(dir->outer, pool), pool);
    return settings;
}

const apr_array_header_t *mcp_config_dir_pass(const mcp_config_dir_t *dir)
{
    const apr_array_header_t *pass = dir->settings ? dir->settings->pass
                                                   : NULL;

    if (!pass && dir->inner)
        pass = mcp_config_dir_pass(dir->inner);
    if (!pass && dir->outer)
        pass = mcp_config_dir_pass(dir->outer);
    return pass;
}
