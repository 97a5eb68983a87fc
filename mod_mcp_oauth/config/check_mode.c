/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_mode.h"

#include <ap_listen.h>
#include <apr_strings.h>

#include "config/block.h"
#include "config/section.h"
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

void mcp_config_check_mode_site(const mcp_config_site_t *site,
                                mcp_config_report_t *report)
{
    const mcp_config_section_t *section = granting(site);

    if (site->settings->provider_metadata == MCP_ON && section)
        mcp_config_problem_report(
            report, where_of(PROVIDER_METADATA, site->server, report->pool),
            MCP_PROBLEM_OWN_METADATA, section->where);
}

void mcp_config_check_mode_section(const mcp_config_section_t *section,
                                   mcp_config_report_t *report)
{
    if (section->settings->auth_mode == MCP_MODE_RELAY &&
        section->settings->dpop == MCP_DPOP_REQUIRE)
        mcp_config_problem_report(report, section->where,
                                  MCP_PROBLEM_UNBOUND_RELAY);
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
