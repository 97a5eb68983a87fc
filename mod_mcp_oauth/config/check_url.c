/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_url.h"

#include <apr_strings.h>

#include "config/block.h"

#define WELL_KNOWN "/.well-known/"

#define SITE(sites, i) APR_ARRAY_IDX(sites, i, mcp_config_site_t *)
#define SECTION(site, i)                                                      \
    APR_ARRAY_IDX((site)->sections, i, mcp_config_section_t *)

typedef enum { PLACE_PATH, PLACE_PATHS, PLACE_WELL_KNOWN } place_t;

static const struct {
    place_t place;
    const char *path;
} endpoints[] = {
#define MCP_ENDPOINT(name, place, path, methods, style, body, cors, function) \
    {PLACE_##place, path},
#include "oauth/endpoint.def"
};

#define ENDPOINTS (sizeof(endpoints) / sizeof(*endpoints))

/* -- one resource and another -- */

/* Neither Host nor MCPPublicURL's host tells which document is asked for: the
 * path alone does. */
static void collision_check(const mcp_config_section_t *section,
                            mcp_config_report_t *report)
{
    const mcp_config_site_t *site = section->site;
    int i;

    for (i = 0; SECTION(site, i) != section; i++) {
        const mcp_config_section_t *other = SECTION(site, i);

        if (!other->is_protected)
            continue;
        if (!strcmp(other->url, section->url))
            mcp_config_problem_report(report, section->where,
                                      MCP_PROBLEM_COLLISION, section->url,
                                      other->where);
        else if (!strcmp(other->path, section->path))
            mcp_config_problem_report(report, section->where,
                                      MCP_PROBLEM_SAME_PATH, section->url,
                                      other->url, other->where);
    }
}

/* -- a section and an endpoint -- */

static const char *below(const char *base, const char *name, apr_pool_t *pool)
{
    return apr_pstrcat(pool, strcmp(base, "/") ? base : "", "/", name, NULL);
}

static int is_well_known(const char *path)
{
    apr_size_t i, len;

    if (strncmp(path, WELL_KNOWN, sizeof(WELL_KNOWN) - 1))
        return 0;
    path += sizeof(WELL_KNOWN) - 1;
    for (i = 0; i < ENDPOINTS; i++) {
        len = strlen(endpoints[i].path);
        if (endpoints[i].place == PLACE_WELL_KNOWN &&
            !strncmp(path, endpoints[i].path, len) &&
            (!path[len] || path[len] == '/'))
            return 1;
    }
    return 0;
}

static int is_below(const char *base, const char *path, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < ENDPOINTS; i++) {
        const char *at = below(base, endpoints[i].path, pool);
        apr_size_t len = strlen(at);

        if (endpoints[i].place == PLACE_WELL_KNOWN || strncmp(path, at, len))
            continue;
        if (!path[len] ||
            (endpoints[i].place == PLACE_PATHS && path[len] == '/'))
            return 1;
    }
    return 0;
}

/* What puts an endpoint at this path, or NULL. */
static const char *endpoint_at(const mcp_config_site_t *site, const char *path,
                               apr_pool_t *pool)
{
    const apr_array_header_t *bases = site->settings->auth_path;
    int i;

    if (is_well_known(path))
        return "RFC 8615";
    for (i = 0; site->has_endpoints && i < bases->nelts; i++)
        if (is_below(APR_ARRAY_IDX(bases, i, const char *), path, pool))
            return apr_pstrcat(pool, "MCPAuthPath ",
                               APR_ARRAY_IDX(bases, i, const char *), NULL);
    return NULL;
}

static int protects(const mcp_config_site_t *site)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++)
        if (SECTION(site, i)->is_protected)
            return 1;
    return 0;
}

/* Endpoints are answered before any section is. */
static void endpoint_check(const mcp_config_section_t *section,
                           mcp_config_report_t *report)
{
    const char *by = NULL;

    if (section->block->kind == MCP_BLOCK_LOCATION && protects(section->site))
        by = endpoint_at(section->site, section->block->path, report->pool);
    if (by)
        mcp_config_problem_report(report, section->where, MCP_PROBLEM_ENDPOINT,
                                  section->block->path, by);
}

void mcp_config_check_url_section(const mcp_config_section_t *section,
                                  mcp_config_report_t *report)
{
    if (section->is_protected)
        collision_check(section, report);
    endpoint_check(section, report);
}

/* -- an issuer and a name -- */

static int is_at(const char *issuer, const char *origin)
{
    apr_size_t len = strlen(origin);

    return !strncmp(issuer, origin, len) &&
           (issuer[len] == '/' || issuer[len] == '\0');
}

void mcp_config_check_url_issuer(const mcp_config_site_t *site,
                                 const apr_array_header_t *sites,
                                 mcp_config_report_t *report)
{
    const ap_directive_t *line =
        mcp_config_block_line("MCPAuthIssuer", site->server);
    const char *where;
    int i;

    if (!line || !site->issuer || site->endpoints != site ||
        !site->sections->nelts ||
        (site->derived && is_at(site->issuer, site->derived)))
        return;
    where = apr_psprintf(report->pool, "%s, %s", line->directive,
                         mcp_config_block_where(line, report->pool));
    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *home = SITE(sites, i);

        if (home->derived && is_at(site->issuer, home->derived))
            mcp_config_problem_report(
                report, where, MCP_PROBLEM_NOT_THERE, site->issuer,
                home->server->server_hostname, site->issuer);
    }
}
