/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_mode.h"

#include <ap_listen.h>
#include <apr_strings.h>

#include "config/block.h"
#include "config/section.h"
#include "idp/remote.h"

#define PROVIDER_METADATA "MCPProviderMetadata"
#define UNVERIFIED "MCPUnsafeAcceptUnverifiedTokens"

static const char *where_of(const char *name, const server_rec *s,
                            apr_pool_t *pool)
{
    const ap_directive_t *line = mcp_config_block_line(name, s);

    return line ? apr_psprintf(pool, "%s, %s", name,
                               mcp_config_block_where(line, pool))
                : name;
}

/* -- whose metadata is at the well-known -- */

static const mcp_config_section_t *granting(const mcp_config_site_t *site)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++) {
        const mcp_config_section_t *section =
            APR_ARRAY_IDX(site->sections, i, const mcp_config_section_t *);

        if (mcp_config_section_grants(section))
            return section;
    }
    return NULL;
}

/* Of this virtual host, or of another one that has its endpoints here. */
static const mcp_config_section_t *granted_at(const mcp_config_site_t *site,
                                              const apr_array_header_t *sites)
{
    const mcp_config_section_t *section = granting(site);
    int i;

    for (i = 0; !section && i < sites->nelts; i++) {
        const mcp_config_site_t *other =
            APR_ARRAY_IDX(sites, i, const mcp_config_site_t *);

        if (other->endpoints == site)
            section = granting(other);
    }
    return section;
}

static void documents_check(const mcp_config_section_t *section,
                            mcp_config_report_t *report)
{
    const apr_array_header_t *idps = section->settings->idps;
    const mcp_idp_t *first = APR_ARRAY_IDX(idps, 0, const mcp_idp_t *);

    if (!mcp_idp_remote_endpoint(first, MCP_IDP_ENDPOINT_DISCOVERY))
        mcp_config_problem_report(report, section->where,
                                  MCP_PROBLEM_NO_DOCUMENT, first->label);
    if (idps->nelts > 1)
        mcp_config_problem_report(
            report, section->where, MCP_PROBLEM_FIRST_DOCUMENT,
            APR_ARRAY_IDX(idps, 1, const mcp_idp_t *)->label);
}

void mcp_config_check_mode_site(const mcp_config_site_t *site,
                                const apr_array_header_t *sites,
                                mcp_config_report_t *report)
{
    const mcp_config_section_t *section;
    int i;

    if (site->settings->provider_metadata != MCP_ON || !site->sections->nelts)
        return;
    section = granted_at(site, sites);
    if (section)
        mcp_config_problem_report(
            report, where_of(PROVIDER_METADATA, site->server, report->pool),
            MCP_PROBLEM_OWN_METADATA, section->where);
    for (i = 0; !section && i < site->sections->nelts; i++) {
        const mcp_config_section_t *one =
            APR_ARRAY_IDX(site->sections, i, const mcp_config_section_t *);

        if (one->is_protected && one->settings->idps)
            documents_check(one, report);
    }
}

/* -- what only this server could do -- */

static void conditions_check(const mcp_config_section_t *section,
                             mcp_config_report_t *report)
{
    const apr_array_header_t *scopes = section->settings->scopes;
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++) {
        const mcp_scope_setting_t *scope =
            &APR_ARRAY_IDX(scopes, i, mcp_scope_setting_t);

        if (scope->condition)
            mcp_config_problem_report(report, section->where,
                                      MCP_PROBLEM_IDLE_CONDITION, scope->name,
                                      scope->condition);
    }
}

void mcp_config_check_mode_section(const mcp_config_section_t *section,
                                   mcp_config_report_t *report)
{
    if (section->settings->auth_mode == MCP_MODE_RELAY &&
        section->settings->dpop == MCP_DPOP_REQUIRE)
        mcp_config_problem_report(report, section->where,
                                  MCP_PROBLEM_UNBOUND_RELAY);
    if (section->settings->auth_mode == MCP_MODE_RESOURCE_SERVER)
        conditions_check(section, report);
}

/* -- tokens that nobody verifies -- */
static int is_loopback(const apr_sockaddr_t *addr)
{
    static const unsigned char v6[16] = {[15] = 1};

    if (addr->family == APR_INET)
        return *(const unsigned char *)addr->ipaddr_ptr == 127;
#if APR_HAVE_IPV6
    if (addr->family == APR_INET6)
        return !memcmp(addr->ipaddr_ptr, v6, sizeof(v6));
#endif
    return 0;
}

/* The first address that others reach too, or NULL. */
static const char *open_address(apr_pool_t *pool)
{
    const ap_listen_rec *listener = ap_listeners;
    char text[64];

    for (; listener; listener = listener->next) {
        apr_sockaddr_t *addr = listener->bind_addr;

        if (addr && !is_loopback(addr)) {
            apr_sockaddr_ip_getbuf(text, sizeof(text), addr);
            return apr_psprintf(pool, "%s, port %d", text, addr->port);
        }
    }
    return NULL;
}

void mcp_config_check_mode_server(const mcp_config_site_t *main,
                                  mcp_config_report_t *report)
{
    const char *where, *address;

    if (main->settings->unverified_tokens != MCP_ON)
        return;
    where = where_of(UNVERIFIED, main->server, report->pool);
    address = open_address(report->pool);
    if (address)
        mcp_config_problem_report(report, where, MCP_PROBLEM_UNVERIFIED_OPEN,
                                  address);
    else
        mcp_config_problem_report(report, where, MCP_PROBLEM_UNVERIFIED);
}
