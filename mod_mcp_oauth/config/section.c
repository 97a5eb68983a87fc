/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/section.h"

#include <apr_strings.h>

#include "base/scope.h"
#include "config/kind_idp.h"
#include "config/row.h"

#define BLOCK(blocks, i) APR_ARRAY_IDX(blocks, i, mcp_config_block_t *)

apr_array_header_t *mcp_config_section_blocks(const apr_array_header_t *all,
                                              const server_rec *s,
                                              server_rec *main,
                                              apr_pool_t *pool)
{
    apr_array_header_t *blocks =
        apr_array_make(pool, all->nelts, sizeof(mcp_config_block_t *));
    int i;

    for (i = 0; i < all->nelts; i++)
        if (BLOCK(all, i)->server == main)
            APR_ARRAY_PUSH(blocks, mcp_config_block_t *) = BLOCK(all, i);
    for (i = 0; i < all->nelts && s != main; i++)
        if (BLOCK(all, i)->server == s)
            APR_ARRAY_PUSH(blocks, mcp_config_block_t *) = BLOCK(all, i);
    return blocks;
}

/* What httpd would merge for a request that this section is made for. */
typedef struct merged_t {
    const mcp_config_dir_t *dir;
    const mcp_config_block_t *auth, *handler; /* that decide */
    apr_array_header_t *scopes;
    const char *required_at; /* path of the Require lines that count */
    const char *public_url;  /* written for this path: it is not inherited */
} merged_t;

static void merge_block(merged_t *merged, const mcp_config_block_t *block,
                        const char *path, apr_pool_t *pool)
{
    const mcp_config_dir_t *dir = mcp_config_dir_of(block->vector, pool);
    int i;

    merged->dir = mcp_config_dir_merge(merged->dir, dir, pool);
    if (dir->settings && dir->settings->public_url &&
        !strcmp(block->path, path))
        merged->public_url = dir->settings->public_url;
    if (block->auth_type)
        merged->auth = block;
    if (block->handler)
        merged->handler = block;
    /* an inner section's Require lines replace those around it */
    if (block->requires && (!merged->required_at ||
                            strcmp(merged->required_at, block->path) != 0)) {
        merged->scopes->nelts = 0;
        merged->required_at = block->path;
    }
    for (i = 0; dir->scopes && i < dir->scopes->nelts; i++)
        mcp_scope_add(merged->scopes,
                      APR_ARRAY_IDX(dir->scopes, i, const char *));
}

static merged_t merge_blocks(const mcp_config_site_t *site,
                             const mcp_config_block_t *block,
                             const apr_array_header_t *blocks,
                             apr_pool_t *pool)
{
    merged_t merged = {NULL, NULL, NULL, NULL, NULL, NULL};
    int i;

    merged.dir = mcp_config_dir_of(site->server->lookup_defaults, pool);
    merged.scopes = apr_array_make(pool, 4, sizeof(const char *));
    if (block->kind != MCP_BLOCK_LOCATION) {
        merge_block(&merged, block, block->path, pool);
        return merged;
    }
    for (i = 0; i < blocks->nelts; i++)
        if (mcp_config_block_covers(BLOCK(blocks, i), site->server,
                                    block->path))
            merge_block(&merged, BLOCK(blocks, i), block->path, pool);
    return merged;
}

/* An earlier section for the same path: two blocks are then one section. */
static mcp_config_section_t *same(const mcp_config_site_t *site,
                                  const mcp_config_block_t *block)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++) {
        mcp_config_section_t *section =
            APR_ARRAY_IDX(site->sections, i, mcp_config_section_t *);

        if (block->kind == MCP_BLOCK_LOCATION &&
            section->block->kind == MCP_BLOCK_LOCATION &&
            !strcmp(section->block->path, block->path))
            return section;
    }
    return NULL;
}

static void add(mcp_config_site_t *site, const mcp_config_block_t *block,
                const apr_array_header_t *blocks, apr_pool_t *pool)
{
    mcp_config_dir_t *dir = mcp_config_dir_of(block->vector, pool);
    mcp_config_section_t *section = same(site, block);
    mcp_settings_t *settings;
    merged_t merged;

    if (section) {
        dir->key = section->key;
        return;
    }
    if (!dir->key)
        dir->key = apr_pstrdup(pool, block->path);
    merged = merge_blocks(site, block, blocks, pool);
    settings = apr_pmemdup(pool, mcp_config_dir_settings(merged.dir, pool),
                           sizeof(*settings));
    settings->public_url = merged.public_url;
    mcp_config_row_defaults(mcp_config_row_locations, settings,
                            sizeof(*settings), pool);
    if (settings->idps)
        settings->idps = mcp_config_kind_idp_copy(settings->idps, pool);
    section = apr_pcalloc(pool, sizeof(*section));
    section->key = dir->key;
    section->settings = settings;
    section->scopes = merged.scopes;
    section->own_scopes = apr_array_copy(pool, merged.scopes);
    section->is_protected = merged.auth &&
                            mcp_config_block_is_protected(merged.auth);
    section->is_server = merged.handler &&
                         mcp_config_block_is_served(merged.handler);
    section->where = block->where;
    section->site = site;
    section->block = block;
    APR_ARRAY_PUSH(site->sections, mcp_config_section_t *) = section;
}

mcp_config_section_t *mcp_config_section_at(const mcp_config_site_t *site,
                                            const apr_array_header_t *blocks,
                                            const char *path)
{
    mcp_config_section_t *last = NULL;
    int i, k;

    for (i = 0; i < blocks->nelts; i++)
        for (k = 0; k < site->sections->nelts; k++) {
            mcp_config_section_t *section =
                APR_ARRAY_IDX(site->sections, k, mcp_config_section_t *);

            if (section->block == BLOCK(blocks, i) &&
                mcp_config_block_covers(section->block, site->server, path))
                last = section;
        }
    return last;
}

/* Scopes that a section inside a protected one requires can be asked for too
 * (scopes_supported). */
static void collect_scopes(mcp_config_site_t *site,
                           const apr_array_header_t *blocks, apr_pool_t *pool)
{
    int i, k;

    for (i = 0; i < blocks->nelts; i++) {
        const mcp_config_block_t *block = BLOCK(blocks, i);
        const mcp_config_dir_t *dir =
            block->vector ? mcp_config_dir_of(block->vector, pool) : NULL;
        mcp_config_section_t *section;

        if (!dir || !dir->scopes || block->kind != MCP_BLOCK_LOCATION ||
            mcp_config_block_is_mcp(block))
            continue;
        section = mcp_config_section_at(site, blocks, block->path);
        for (k = 0; section && k < dir->scopes->nelts; k++)
            mcp_scope_add((apr_array_header_t *)section->scopes,
                          APR_ARRAY_IDX(dir->scopes, k, const char *));
    }
}

void mcp_config_section_make(mcp_config_site_t *site,
                             const apr_array_header_t *blocks,
                             apr_pool_t *pool)
{
    int i;

    site->sections = apr_array_make(pool, 4, sizeof(mcp_config_section_t *));
    for (i = 0; i < blocks->nelts; i++) {
        const mcp_config_block_t *block = BLOCK(blocks, i);

        if (block->vector && mcp_config_block_is_mcp(block))
            add(site, block, blocks, pool);
    }
    collect_scopes(site, blocks, pool);
}

int mcp_config_section_grants(const mcp_config_section_t *section)
{
    return section->is_protected &&
           section->settings->auth_mode != MCP_MODE_RESOURCE_SERVER;
}
