/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "server/site.h"

#include <apr_strings.h>
#include <http_main.h>

#include "base/scope.h"
#include "base/uri.h"
#include "server/capacity.h"
#include "server/context.h"
#include "server/offer.h"
#include "server/parts.h"
#include "server/rule.h"
#include "server/runner.h"
#include "server/state.h"

#define ASSERTION "assertion" /* of MCPPass */
#define WELL_KNOWN_RESOURCE "/.well-known/oauth-protected-resource"

/* what making the sites needs at hand */
typedef struct making_t {
    mcp_ctx_t cx;
    const mcp_oauth_works_t *works;
    mcp_tool_providers_t providers; /* of other modules */
} making_t;

static const char *without_slash(apr_pool_t *pool, const char *path)
{
    apr_size_t len = strlen(path);

    while (len && path[len - 1] == '/')
        len--;
    return apr_pstrmemdup(pool, path, len);
}

static const mcp_idp_t *httpd_alone(const mcp_settings_t *settings)
{
    int i;

    for (i = 0; settings->idps && i < settings->idps->nelts; i++) {
        const mcp_idp_t *idp =
            APR_ARRAY_IDX(settings->idps, i, const mcp_idp_t *);

        if (!strcmp(idp->preset->name, "httpd") &&
            (!idp->arguments || !idp->arguments->nelts))
            return idp;
    }
    return NULL;
}

static mcp_oauth_service_t *service_make(const mcp_config_site_t *site,
                                         making_t *m)
{
    apr_pool_t *pool = m->cx.pool;
    mcp_oauth_service_t *service = apr_pcalloc(pool, sizeof(*service));
    const apr_array_header_t *paths = site->settings->auth_path;
    apr_array_header_t *aliases =
        apr_array_make(pool, paths->nelts, sizeof(const char *));
    int i;

    service->issuer = site->issuer;
    service->origin = site->origin;
    service->path = without_slash(pool, APR_ARRAY_IDX(paths, 0, const char *));
    for (i = 1; i < paths->nelts; i++)
        APR_ARRAY_PUSH(aliases, const char *) =
            without_slash(pool, APR_ARRAY_IDX(paths, i, const char *));
    service->aliases = aliases;
    service->resources =
        apr_array_make(pool, 4, sizeof(const mcp_oauth_resource_t *));
    service->settings = site->settings;
    service->works = m->works;
    return service;
}

/* The arrays are ours until the sites are made. */
static void service_add(const mcp_oauth_service_t *service,
                        const mcp_oauth_resource_t *resource)
{
    apr_array_header_t *all = (apr_array_header_t *)service->resources;

    APR_ARRAY_PUSH(all, const mcp_oauth_resource_t *) = resource;
}

static void site_make(const mcp_config_site_t *const_site, making_t *m)
{
    mcp_config_site_t *site = (mcp_config_site_t *)const_site;
    mcp_server_site_t *own;
    const mcp_uri_t *uri;

    if (site->runtime || !site->issuer)
        return;
    own = apr_pcalloc(m->cx.pool, sizeof(*own));
    site->runtime = own;
    own->issuer_path = "";
    if (!mcp_uri_read(&uri, site->issuer, &m->cx) && uri->path)
        own->issuer_path = without_slash(m->cx.pool, uri->path);
    own->works.issuer = site->issuer;
    own->has_signin = site->has_signin;
    if (site->has_endpoints)
        own->service = service_make(site, m);
}

/* Its own view of the service that it uses, without resources yet. */
static void site_describe(mcp_config_site_t *site, making_t *m)
{
    apr_pool_t *pool = m->cx.pool;
    mcp_server_site_t *own = site->runtime;
    const mcp_server_site_t *with = site->endpoints->runtime;
    mcp_oauth_service_t *view =
        apr_pmemdup(pool, with->service, sizeof(*view));

    view->resources =
        apr_array_make(pool, 4, sizeof(const mcp_oauth_resource_t *));
    own->described = view;
    own->rules = mcp_server_rule_read(site, own->service, pool);
}

/* All scopes that can be granted: those that Require lines name, also of
 * sections inside, and those of MCPScope; or what a first sign-in asks for: of
 * its own Require lines, and those that are marked default. */
static apr_array_header_t *scopes_of(const mcp_config_section_t *section,
                                     int all, apr_pool_t *pool)
{
    const apr_array_header_t *named = all ? section->scopes
                                          : section->own_scopes;
    const apr_array_header_t *set = section->settings->scopes;
    apr_array_header_t *scopes = apr_array_make(pool, 4, sizeof(const char *));
    int i;

    for (i = 0; named && i < named->nelts; i++)
        mcp_scope_add(scopes, APR_ARRAY_IDX(named, i, const char *));
    for (i = 0; set && i < set->nelts; i++) {
        const mcp_scope_setting_t *each =
            &APR_ARRAY_IDX(set, i, mcp_scope_setting_t);

        if (all || each->is_default)
            mcp_scope_add(scopes, each->name);
    }
    return scopes;
}

static const mcp_oauth_resource_t *
resource_make(const mcp_config_section_t *section, const mcp_uri_t *uri,
              making_t *m)
{
    apr_pool_t *pool = m->cx.pool;
    mcp_oauth_resource_t *resource = apr_pcalloc(pool, sizeof(*resource));
    const mcp_server_site_t *with = section->site->endpoints->runtime;
    int is_root = !uri->path || !*uri->path || !strcmp(uri->path, "/");

    resource->url = section->url;
    resource->path = is_root ? "/" : uri->path;
    resource->metadata_url = apr_pstrcat(pool, mcp_uri_origin(uri, pool),
                                         WELL_KNOWN_RESOURCE,
                                         is_root ? "" : uri->path, NULL);
    resource->settings = section->settings;
    resource->scopes = scopes_of(section, 1, pool);
    resource->required = section->own_scopes;
    resource->service = with->service;
    return resource;
}

static apr_status_t section_make(mcp_config_section_t *section, making_t *m)
{
    mcp_server_section_t *own = apr_pcalloc(m->cx.pool, sizeof(*own));
    mcp_server_site_t *site = section->site->runtime;
    const char *wrong = NULL;
    const mcp_uri_t *uri;
    const mcp_error_t *e = mcp_uri_read(&uri, section->url, &m->cx);

    section->runtime = own;
    if (e)
        wrong = mcp_error_text(e);
    else {
        own->origin = mcp_uri_origin(uri, m->cx.pool);
        own->works = &site->works;
    }
    if (!wrong && section->is_protected) {
        own->resource = resource_make(section, uri, m);
        own->asked = scopes_of(section, 0, m->cx.pool);
        if (mcp_oauth_service_grants(own->resource)) {
            service_add(own->resource->service, own->resource);
            site->has_issuer = 1;
        }
        service_add(site->described, own->resource);
        site->has_signer |= mcp_scope_has(section->settings->pass, ASSERTION);
    }
    if (!wrong && section->is_server)
        wrong = mcp_server_offer_make(&own->server, section, &m->providers,
                                      &m->cx);
    if (!wrong)
        return APR_SUCCESS;
    mcp_ctx_log(&m->cx, MCP_LOG_ERR, 460, "%s: %s", section->where, wrong);
    return APR_EGENERAL;
}

/* A location at the root, the one that MCPRootResource names, the only one. */
static const mcp_oauth_resource_t *root_of(const mcp_oauth_service_t *service,
                                           const char *path)
{
    const apr_array_header_t *all = service->resources;
    const mcp_oauth_resource_t *named = NULL;
    int i;

    for (i = 0; i < all->nelts; i++) {
        const mcp_oauth_resource_t *each =
            APR_ARRAY_IDX(all, i, const mcp_oauth_resource_t *);

        if (!strcmp(each->path, "/"))
            return each;
        if (path && !strcmp(each->path, path))
            named = each;
    }
    if (path || all->nelts != 1)
        return named;
    return APR_ARRAY_IDX(all, 0, const mcp_oauth_resource_t *);
}

static void site_finish(mcp_config_site_t *site)
{
    mcp_server_site_t *own = site->runtime;
    const char *path = site->settings->root_resource;
    mcp_oauth_service_t *service = (mcp_oauth_service_t *)own->service;
    int i;
    ((mcp_oauth_service_t *)own->described)->root =
        root_of(own->described, path);
    own->shows_provider = site->settings->provider_metadata == MCP_ON &&
                          own->described->resources->nelts && !own->has_issuer;
    if (!service || !service->resources->nelts)
        return;
    own->is_issuer = 1;
    service->root = root_of(service, path);
    for (i = 0; i < service->resources->nelts; i++)
        if (httpd_alone(APR_ARRAY_IDX(service->resources, i,
                                      const mcp_oauth_resource_t *)
                            ->settings))
            own->httpd_signs_in = 1;
}

apr_status_t mcp_server_site_make(const apr_array_header_t *sites,
                                  const mcp_oauth_works_t *works,
                                  apr_pool_t *pconf)
{
    apr_status_t rv = APR_SUCCESS;
    making_t m;
    int i, k;

    mcp_server_context_of_server(&m.cx, ap_server_conf, pconf);
    m.works = works;
    mcp_server_parts_offers(&m.providers, &m.cx);
    for (i = 0; i < sites->nelts; i++)
        site_make(APR_ARRAY_IDX(sites, i, mcp_config_site_t *), &m);
    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = APR_ARRAY_IDX(sites, i, mcp_config_site_t *);

        if (!site->runtime)
            continue;
        site_describe(site, &m);
        for (k = 0; k < site->sections->nelts; k++)
            if (section_make(
                    APR_ARRAY_IDX(site->sections, k, mcp_config_section_t *),
                    &m))
                rv = APR_EGENERAL;
    }
    for (i = 0; i < sites->nelts; i++) {
        mcp_config_site_t *site = APR_ARRAY_IDX(sites, i, mcp_config_site_t *);

        if (site->runtime)
            site_finish(site);
    }
    return rv;
}

void mcp_server_site_open(const apr_array_header_t *sites,
                          const mcp_oauth_works_t *works,
                          const mcp_limit_t *limit)
{
    mcp_place_limits_t places[MCP_PLACE_KINDS];
    int i;

    mcp_server_capacity_places(places, limit->streams);
    for (i = 0; i < sites->nelts; i++) {
        mcp_server_site_t *own =
            APR_ARRAY_IDX(sites, i, mcp_config_site_t *)->runtime;

        if (!own)
            continue;
        own->works.keys = works->keys;
        own->works.shared = works->shared;
        memcpy(own->works.places, places, sizeof(places));
        own->works.calls.count = limit->calls.count;
        own->works.calls.window = limit->calls.window;
        own->works.completions.count = limit->completions.count;
        own->works.completions.window = limit->completions.window;
        own->works.run = mcp_server_runner_run;
        own->works.is_stopping = mcp_server_runner_is_stopping;
        own->works.ready = mcp_server_state_ready;
    }
}

apr_array_header_t *mcp_server_site_services(const apr_array_header_t *sites,
                                             apr_pool_t *pool)
{
    apr_array_header_t *services =
        apr_array_make(pool, 2, sizeof(const mcp_oauth_service_t *));
    int i;

    for (i = 0; i < sites->nelts; i++) {
        const mcp_server_site_t *own =
            APR_ARRAY_IDX(sites, i, mcp_config_site_t *)->runtime;

        if (own && own->service)
            APR_ARRAY_PUSH(services, const mcp_oauth_service_t *) =
                own->service;
    }
    return services;
}

const mcp_server_site_t *mcp_server_site_of(const server_rec *s)
{
    const mcp_config_site_t *site = mcp_config_site_of(s);

    return site ? site->runtime : NULL;
}

const mcp_server_section_t *
mcp_server_site_section(const mcp_config_section_t *section)
{
    return section->runtime;
}
