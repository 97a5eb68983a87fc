/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/site.h"

#include <apr_strings.h>

#include "base/uri.h"
#include "config/callback.h"
#include "config/check.h"
#include "config/dump.h"
#include "config/issuer.h"
#include "config/line.h"
#include "config/row.h"
#include "config/section.h"
#include "config/server.h"
#include "config/signin.h"

extern module AP_MODULE_DECLARE_DATA mcp_oauth_module;

#define MEMORY_KEY "mcp_config_site"

#define SITE(sites, i) APR_ARRAY_IDX(sites, i, mcp_config_site_t *)
#define SECTION(site, i)                                                      \
    APR_ARRAY_IDX((site)->sections, i, mcp_config_section_t *)

/* -- one virtual host -- */

/* Virtual hosts without a line of ours share the main server's struct. */
static mcp_config_site_t *site_make(server_rec *s, apr_pool_t *pool)
{
    const mcp_config_server_t *written =
        ap_get_module_config(s->module_config, &mcp_oauth_module);
    mcp_config_server_t *own = apr_pcalloc(pool, sizeof(*own));
    mcp_config_site_t *site = apr_pcalloc(pool, sizeof(*site));

    if (written)
        own->settings = written->settings;
    mcp_config_row_defaults(mcp_config_row_servers, &own->settings,
                            sizeof(own->settings), pool);
    own->site = site;
    ap_set_module_config(s->module_config, &mcp_oauth_module, own);
    site->server = s;
    site->settings = &own->settings;
    site->derived = mcp_config_issuer_derive(s, pool);
    site->issuer = own->settings.issuer ? own->settings.issuer : site->derived;
    site->endpoints = site;
    return site;
}

static int protects(const mcp_config_site_t *site)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++)
        if (SECTION(site, i)->is_protected)
            return 1;
    return 0;
}

/* -- whose endpoints an issuer has -- */

static const char *origin_of(const char *url, apr_pool_t *pool)
{
    mcp_config_line_t line = {NULL, NULL, NULL, pool, NULL};
    const mcp_uri_t *uri;

    return mcp_uri_read(&uri, url, mcp_config_line_ctx(&line))
               ? url
               : mcp_uri_origin(uri, pool);
}

/* How much an issuer is a virtual host's own: 0 not at all, 1 inherited, 2
 * written there, 3 at its ServerName. */
static int rank(const mcp_config_site_t *site, const char *issuer,
                const char *origin)
{
    if (!site->issuer || strcmp(site->issuer, issuer) != 0)
        return 0;
    if (site->derived && !strcmp(site->derived, origin))
        return 3;
    if (!protects(site))
        return 0;
    return mcp_config_block_line("MCPAuthIssuer", site->server) ? 2 : 1;
}

/* Several virtual hosts can have one ServerName (ports, addresses): all that
 * are equally near to the issuer answer. */
static void endpoints_find(mcp_config_site_t *site,
                           const apr_array_header_t *sites, apr_pool_t *pool)
{
    const char *issuer = site->issuer, *origin = origin_of(issuer, pool);
    mcp_config_site_t *best = site;
    int i;

    for (i = 0; i < sites->nelts; i++)
        if (rank(SITE(sites, i), issuer, origin) > rank(best, issuer, origin))
            best = SITE(sites, i);
    best->has_endpoints = 1;
    site->endpoints = best;
}

/* -- URLs -- */

static void section_url(mcp_config_section_t *section, apr_pool_t *pool)
{
    const char *url = section->settings->public_url;
    const char *path = section->block->path;
    apr_size_t len = strlen(path);

    if (!url) {
        while (len > 1 && path[len - 1] == '/')
            len--;
        section->path = apr_pstrmemdup(pool, path, len);
        section->url =
            apr_pstrcat(pool, section->site->origin, section->path, NULL);
        return;
    }
    section->url = url;
    section->path = strchr(strstr(url, "://") + 3, '/');
    if (!section->path)
        section->path = "/";
}

static void site_urls(mcp_config_site_t *site, apr_pool_t *pool)
{
    int i;

    if (!site->origin)
        site->origin = mcp_config_issuer_origin(site->server, pool);
    for (i = 0; i < site->sections->nelts; i++)
        section_url(SECTION(site, i), pool);
}

/* -- all -- */

/* Sections of the main server that a virtual host cannot have are not there:
 * config/check.c said so. */
static void sections_drop(mcp_config_site_t *site)
{
    int i, kept = 0;

    for (i = 0; i < site->sections->nelts; i++)
        if (!SECTION(site, i)->is_protected ||
            (site->issuer && SECTION(site, i)->settings->public_url))
            SECTION(site, kept++) = SECTION(site, i);
    site->sections->nelts = kept;
}

/* Where a virtual host is: at its issuer, or elsewhere if another one has
 * that issuer's endpoints. No origin: it has no name to be trusted. */
static void origins_find(apr_array_header_t *sites, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = SITE(sites, i);

        if (site->issuer && site->sections->nelts)
            endpoints_find(site, sites, pool);
        if (site->issuer)
            site->origin = site->endpoints == site
                               ? origin_of(site->issuer, pool)
                               : site->derived;
    }
}

static void connect_all(apr_array_header_t *sites, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = SITE(sites, i);

        if (!site->origin)
            sections_drop(site);
        if (!site->issuer && site->sections->nelts) {
            site->issuer = mcp_config_issuer_origin(site->server, pool);
            endpoints_find(site, sites, pool);
        }
    }
    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = SITE(sites, i);

        if (site->sections->nelts || site->has_endpoints)
            site_urls(site, pool);
        else
            site->issuer = NULL;
    }
}

static void signin_find(mcp_config_site_t *site,
                        const apr_array_header_t *blocks, server_rec *main,
                        apr_pool_t *pool)
{
    const mcp_config_signin_t signin = {site->server, main, blocks};
    const apr_array_header_t *paths = site->settings->auth_path;
    int i;

    for (i = 0; i < paths->nelts; i++) {
        const char *base = APR_ARRAY_IDX(paths, i, const char *);

        site->has_signin |= mcp_config_signin_is_there(
            &signin, mcp_config_signin_path(base, pool));
    }
}

static apr_array_header_t *read_all(server_rec *main, apr_pool_t *pool)
{
    apr_array_header_t *sites =
        apr_array_make(pool, 4, sizeof(mcp_config_site_t *));
    apr_array_header_t *all = mcp_config_block_list(main, pool), *blocks;
    mcp_config_report_t report = {main, pool, 0, NULL};
    server_rec *s;

    for (s = main; s; s = s->next) {
        mcp_config_site_t *site = site_make(s, pool);

        blocks = mcp_config_section_blocks(all, s, main, pool);
        mcp_config_section_make(site, blocks, pool);
        signin_find(site, blocks, main, pool);
        APR_ARRAY_PUSH(sites, mcp_config_site_t *) = site;
    }
    mcp_config_check_blocks(all, &report);
    origins_find(sites, pool);
    mcp_config_check_issuers(sites, &report);
    if (report.errors)
        return NULL;
    connect_all(sites, pool);
    mcp_config_callback_assign(sites, pool);
    mcp_config_check_sites(sites, all, &report);
    return report.errors ? NULL : sites;
}

apr_status_t mcp_config_site_read(apr_array_header_t **sites, server_rec *main,
                                  apr_pool_t *pconf, apr_pool_t *ptemp)
{
    void *memory;

    if (apr_pool_userdata_get(&memory, MEMORY_KEY, pconf) == APR_SUCCESS &&
        memory) {
        *sites = memory;
        return APR_SUCCESS;
    }
    *sites = read_all(main, pconf);
    if (!*sites)
        return APR_EGENERAL;
    return apr_pool_userdata_setn(*sites, MEMORY_KEY, NULL, pconf);
}

void mcp_config_site_dump(const apr_array_header_t *sites, apr_pool_t *pool)
{
    mcp_config_dump_write(sites, pool);
}

/* -- requests -- */

const mcp_config_site_t *mcp_config_site_of(const server_rec *s)
{
    const mcp_config_server_t *server =
        ap_get_module_config(s->module_config, &mcp_oauth_module);

    return server ? server->site : NULL;
}

const mcp_config_section_t *mcp_config_site_section(const request_rec *r)
{
    const mcp_config_dir_t *dir =
        ap_get_module_config(r->per_dir_config, &mcp_oauth_module);
    const mcp_config_site_t *site = mcp_config_site_of(r->server);
    int i;

    if (!dir || !dir->key || !site)
        return NULL;
    for (i = 0; i < site->sections->nelts; i++)
        if (SECTION(site, i)->key == dir->key)
            return SECTION(site, i);
    return NULL;
}

const apr_array_header_t *
mcp_config_site_pass(const request_rec *r, const mcp_config_section_t *section)
{
    const mcp_config_dir_t *dir =
        ap_get_module_config(r->per_dir_config, &mcp_oauth_module);
    const apr_array_header_t *pass = dir ? mcp_config_dir_pass(dir) : NULL;

    return pass ? pass : section->settings->pass;
}
