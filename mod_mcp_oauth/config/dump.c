/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/dump.h"

#include <stdio.h>

#include <apr_strings.h>

#include "base/scope.h"
#include "config/callback.h"
#include "config/row.h"
#include "config/section.h"
#define WELL_KNOWN "/.well-known/"
#define METADATA "oauth-protected-resource"

typedef enum { PLACE_PATH, PLACE_PATHS, PLACE_WELL_KNOWN } place_t;

static const struct {
    place_t place;
    const char *path;
} endpoints[] = {
#define MCP_ENDPOINT(name, place, path, methods, style, body, cors, function) \
    {PLACE_##place, path},
#include "oauth/endpoint.def"
};

static void row_write(const char *indent, const char *name, const char *value)
{
    if (value)
        printf("%s%-18s %s\n", indent, name, value);
}

static void settings_write(const char *indent, const mcp_config_row_t *rows,
                           const void *values, apr_pool_t *pool)
{
    for (; rows->name; rows++)
        row_write(indent, rows->name, mcp_config_row_show(rows, values, pool));
}

/* RFC 9728 3.1: the well-known stands between the host and the path. */
static const char *metadata_url(const char *url, apr_pool_t *pool)
{
    const char *path = strchr(strstr(url, "://") + 3, '/');
    apr_size_t len = path ? (apr_size_t)(path - url) : strlen(url);

    return apr_pstrcat(pool, apr_pstrmemdup(pool, url, len), WELL_KNOWN,
                       METADATA, path && path[1] ? path : "", NULL);
}

/* Whose tokens it takes. */
static const char *issuers_of(const mcp_config_section_t *section,
                              apr_pool_t *pool)
{
    const apr_array_header_t *idps = section->settings->idps;
    const char *text = "";
    int i;

    if (section->settings->auth_mode == MCP_MODE_BROKER)
        return section->site->issuer;
    for (i = 0; i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        text = apr_pstrcat(pool, text, i ? " " : "",
                           idp->issuers
                               ? apr_array_pstrcat(pool, idp->issuers, ' ')
                               : idp->issuer,
                           NULL);
    }
    return section->settings->auth_mode == MCP_MODE_RELAY
               ? apr_pstrcat(pool, text, " (through ", section->site->issuer,
                             ")", NULL)
               : text;
}

static void section_write(const mcp_config_section_t *section,
                          apr_pool_t *pool)
{
    const mcp_settings_t *settings = section->settings;

    printf("  %s\n", section->where);
    row_write("    ", "resource", section->url);
    row_write("    ", "tools served here", section->is_server ? "yes" : "no");
    if (section->is_protected) {
        row_write("    ", "issuer", issuers_of(section, pool));
        row_write("    ", "metadata", metadata_url(section->url, pool));
        row_write("    ", "scopes required",
                  section->scopes->nelts
                      ? mcp_scope_text(section->scopes, pool)
                      : "none");
    }
    else
        row_write("    ", "issuer", "none: not protected");
    settings_write("    ", mcp_config_row_locations, settings, pool);
}

static int has_introspection(const apr_array_header_t *clients)
{
    int i;

    for (i = 0; clients && i < clients->nelts; i++)
        if (APR_ARRAY_IDX(clients, i, const mcp_client_setting_t *)
                ->introspection == MCP_INTROSPECTION_ON)
            return 1;
    return 0;
}

static int is_there(const mcp_config_site_t *site, const char *path)
{
    if (!strcmp(path, "callback"))
        return 0; /* it is written with the provider that has it */
    if (!strcmp(path, "introspect"))
        return has_introspection(site->settings->clients);
    return strcmp(path, "register") != 0 ||
           site->settings->registration->mode != MCP_REGISTRATION_CLOSED;
}

static void endpoints_write(const mcp_config_site_t *site, apr_pool_t *pool)
{
    const char *base =
        APR_ARRAY_IDX(site->settings->auth_path, 0, const char *);
    apr_size_t i;

    for (i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++)
        if (endpoints[i].place == PLACE_PATH &&
            is_there(site, endpoints[i].path))
            row_write("  ", endpoints[i].path,
                      apr_pstrcat(pool, site->origin,
                                  strcmp(base, "/") ? base : "", "/",
                                  endpoints[i].path, NULL));
}

/* What has to be entered at the identity providers. */
static void callbacks_write(const mcp_config_site_t *site,
                            const apr_array_header_t *sites, apr_pool_t *pool)
{
    const apr_array_header_t *idps =
        mcp_config_callback_list(site, sites, pool);
    int i;

    for (i = 0; i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        row_write("  ", "callback",
                  apr_pstrcat(pool, mcp_config_callback_url(idp, site, pool),
                              " (enter this at ", idp->label, ")", NULL));
    }
}

/* Some location has its tokens from the endpoints of this site. */
static int is_used(const mcp_config_site_t *site,
                   const apr_array_header_t *sites)
{
    int i, k;

    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *user =
            APR_ARRAY_IDX(sites, i, mcp_config_site_t *);

        for (k = 0; user->endpoints == site && user->sections &&
                    k < user->sections->nelts;
             k++)
            if (mcp_config_section_grants(
                    APR_ARRAY_IDX(user->sections, k, mcp_config_section_t *)))
                return 1;
    }
    return 0;
}

static void site_write(const mcp_config_site_t *site,
                       const apr_array_header_t *sites, apr_pool_t *pool)
{
    const server_rec *s = site->server;
    int i;

    if (s->is_virtual)
        printf("<VirtualHost> %s, line %u of %s\n", s->server_hostname,
               s->defn_line_number, s->defn_name);
    else
        printf("server %s\n", s->server_hostname);
    if (!site->has_endpoints) {
        row_write("  ", "issuer", site->issuer);
        row_write("  ", "endpoints", "in the virtual host of the issuer");
    }
    else if (is_used(site, sites)) {
        row_write("  ", "issuer", site->issuer);
        endpoints_write(site, pool);
        callbacks_write(site, sites, pool);
    }
    else
        row_write("  ", "issuer", "none: no tokens are given out here");
    settings_write("  ", mcp_config_row_servers, site->settings, pool);
    for (i = 0; i < site->sections->nelts; i++)
        section_write(APR_ARRAY_IDX(site->sections, i, mcp_config_section_t *),
                      pool);
}

void mcp_config_dump_write(const apr_array_header_t *sites, apr_pool_t *pool)
{
    int i;

    printf("MCP configuration:\n");
    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *site =
            APR_ARRAY_IDX(sites, i, mcp_config_site_t *);

        if (site->issuer)
            site_write(site, sites, pool);
    }
    fflush(stdout); /* before httpd says "Syntax OK" on stderr */
}
