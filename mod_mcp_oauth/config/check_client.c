/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_client.h"

#include <apr_strings.h>

#include "base/scope.h"
#include "config/block.h"

#define SITE(sites, i) APR_ARRAY_IDX(sites, i, mcp_config_site_t *)
#define SECTION(site, i)                                                      \
    APR_ARRAY_IDX((site)->sections, i, mcp_config_section_t *)
#define CLIENT(clients, i) APR_ARRAY_IDX(clients, i, mcp_client_setting_t *)

/* -- where the endpoints are not -- */

static void place_check(const mcp_config_site_t *site,
                        mcp_config_report_t *report)
{
    static const char *const names[] = {
        "MCPRegistration", "<MCPRegisteredClient", "MCPClientMetadata",
        "MCPRedirectSchemes"};
    const ap_directive_t *line;
    apr_size_t i;

    /* what the main server says, others inherit */
    if (!site->endpoints || site->endpoints == site ||
        !site->server->is_virtual)
        return;
    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        line = mcp_config_block_line(names[i], site->server);
        if (line)
            mcp_config_problem_report(
                report,
                apr_pstrcat(report->pool, names[i],
                            *names[i] == '<' ? ">" : "", ", ",
                            mcp_config_block_where(line, report->pool), NULL),
                MCP_PROBLEM_NOT_ISSUER, site->issuer,
                site->endpoints->server->server_hostname);
    }
}

/* -- scopes that nothing knows -- */

static void add_all(apr_array_header_t *to, const apr_array_header_t *names)
{
    int i;

    for (i = 0; names && i < names->nelts; i++)
        mcp_scope_add(to, APR_ARRAY_IDX(names, i, const char *));
}

static void section_add(apr_array_header_t *known,
                        const mcp_config_section_t *section)
{
    const apr_array_header_t *set = section->settings->scopes;
    int i;

    if (!section->is_protected)
        return;
    add_all(known, section->scopes);
    for (i = 0; set && i < set->nelts; i++) {
        const mcp_scope_setting_t *scope =
            &APR_ARRAY_IDX(set, i, mcp_scope_setting_t);

        mcp_scope_add(known, scope->name);
        add_all(known, scope->includes);
    }
}

/* Those of all sites: a client that several inherit may be for one. */
static apr_array_header_t *known_scopes(const apr_array_header_t *sites,
                                        apr_pool_t *pool)
{
    apr_array_header_t *known = apr_array_make(pool, 8, sizeof(const char *));
    int i, k;

    for (i = 0; i < sites->nelts; i++)
        for (k = 0; k < SITE(sites, i)->sections->nelts; k++)
            section_add(known, SECTION(SITE(sites, i), k));
    return known;
}

static void scopes_check(const mcp_client_setting_t *client,
                         const apr_array_header_t *known,
                         mcp_config_report_t *report)
{
    int i;

    for (i = 0; client->scopes && i < client->scopes->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(client->scopes, i, const char *);

        if (!mcp_scope_has(known, scope))
            mcp_config_problem_report(
                report, client->where, MCP_PROBLEM_NO_SCOPE, scope,
                known->nelts ? mcp_scope_text(known, report->pool) : "none");
    }
}

void mcp_config_check_client_site(const mcp_config_site_t *site,
                                  const apr_array_header_t *sites,
                                  mcp_config_report_t *report)
{
    const apr_array_header_t *clients = site->settings->clients;
    apr_array_header_t *known;
    int i;

    place_check(site, report);
    if (!site->has_endpoints || !clients)
        return;
    known = known_scopes(sites, report->pool);
    for (i = 0; i < clients->nelts; i++)
        scopes_check(CLIENT(clients, i), known, report);
}
