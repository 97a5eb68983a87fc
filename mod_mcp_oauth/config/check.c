/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check.h"

#include <apr_strings.h>

#include "config/block.h"
#include "config/check_client.h"
#include "config/check_idp.h"
#include "config/check_mode.h"
#include "config/check_remote.h"
#include "config/check_require.h"
#include "config/check_url.h"
#include "config/issuer.h"
#include "config/section.h"
#include "store/open.h"

#define BLOCK(blocks, i) APR_ARRAY_IDX(blocks, i, mcp_config_block_t *)
#define SITE(sites, i) APR_ARRAY_IDX(sites, i, mcp_config_site_t *)
#define SECTION(site, i)                                                      \
    APR_ARRAY_IDX((site)->sections, i, mcp_config_section_t *)

static const char *line_of(const ap_directive_t *directive, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s, %s", directive->directive,
                        mcp_config_block_where(directive, pool));
}

/* -- each section for itself -- */

static void kind_check(const mcp_config_block_t *block,
                       mcp_config_report_t *report)
{
    if (block->kind == MCP_BLOCK_OTHER)
        mcp_config_problem_report(
            report, block->where, MCP_PROBLEM_WRONG_SECTION,
            mcp_config_block_is_protected(block) ? "AuthType mcp"
                                                 : "SetHandler mcp-server");
    else if (!block->vector)
        mcp_config_problem_report(report, block->where, MCP_PROBLEM_NOT_KEPT);
}

static void slash_check(const mcp_config_block_t *block,
                        mcp_config_report_t *report)
{
    apr_size_t len = strlen(block->path);

    if (block->kind == MCP_BLOCK_LOCATION && len > 1 &&
        block->path[len - 1] == '/')
        mcp_config_problem_report(
            report, block->where, MCP_PROBLEM_LAST_SLASH,
            apr_pstrmemdup(report->pool, block->path, len - 1));
}

void mcp_config_check_blocks(const apr_array_header_t *blocks,
                             mcp_config_report_t *report)
{
    int i;

    for (i = 0; i < blocks->nelts; i++) {
        const mcp_config_block_t *block = BLOCK(blocks, i);

        if (mcp_config_block_is_mcp(block)) {
            kind_check(block, report);
            slash_check(block, report);
        }
        if (block->loose_mcp > 1 ||
            (block->loose_mcp && block->loose_valid_user))
            mcp_config_problem_report(
                report, line_of(block->first_loose_mcp, report->pool),
                MCP_PROBLEM_EITHER, block->first_loose_mcp->args);
    }
}

/* -- issuers -- */

/* Another virtual host that inherits the block can have an issuer. */
static int is_elsewhere(const mcp_config_block_t *block,
                        const apr_array_header_t *sites)
{
    int i, k;

    for (i = 0; i < sites->nelts; i++)
        for (k = 0;
             SITE(sites, i)->origin && k < SITE(sites, i)->sections->nelts;
             k++)
            if (SECTION(SITE(sites, i), k)->block == block)
                return 1;
    return 0;
}

static const char *host_of(const server_rec *s, apr_pool_t *pool)
{
    return s->is_virtual ? apr_psprintf(pool, "<VirtualHost>, line %u of %s",
                                        s->defn_line_number, s->defn_name)
                         : "the server outside all <VirtualHost>";
}

static void issuer_check(const mcp_config_section_t *section,
                         const apr_array_header_t *sites,
                         mcp_config_report_t *report)
{
    server_rec *s = section->site->server;
    const char *name = mcp_config_issuer_name(s, report->pool);

    if (is_elsewhere(section->block, sites))
        mcp_config_problem_report(report, section->where, MCP_PROBLEM_NOT_HERE,
                                  host_of(s, report->pool));
    else if (!name)
        mcp_config_problem_report(report, section->where, MCP_PROBLEM_NO_NAME);
    else
        mcp_config_problem_report(report, section->where, MCP_PROBLEM_NO_TLS,
                                  name, s->server_hostname);
}

/* A section that says its URL itself needs only an issuer. */
static int has_url(const mcp_config_section_t *section)
{
    return section->site->origin ||
           (section->site->issuer && section->settings->public_url);
}

void mcp_config_check_issuers(const apr_array_header_t *sites,
                              mcp_config_report_t *report)
{
    int i, k;

    for (i = 0; i < sites->nelts; i++)
        for (k = 0; k < SITE(sites, i)->sections->nelts; k++)
            if (SECTION(SITE(sites, i), k)->is_protected &&
                !has_url(SECTION(SITE(sites, i), k)))
                issuer_check(SECTION(SITE(sites, i), k), sites, report);
}

/* -- a section in its site -- */

/* httpd merges the block into requests of the section. */
static int applies(const mcp_config_block_t *block,
                   const mcp_config_section_t *section)
{
    const mcp_config_block_t *own = section->block;

    if (block == own)
        return 1;
    if (own->kind == MCP_BLOCK_LOCATION)
        return mcp_config_block_covers(block, section->site->server,
                                       own->path);
    return own->kind == MCP_BLOCK_DIRECTORY &&
           block->kind == MCP_BLOCK_DIRECTORY &&
           !strncmp(own->path, block->path, strlen(block->path));
}

static int is_required(const mcp_config_section_t *section,
                       const apr_array_header_t *blocks)
{
    int i;

    for (i = 0; i < blocks->nelts; i++)
        if (BLOCK(blocks, i)->requires && applies(BLOCK(blocks, i), section))
            return 1;
    return 0;
}

static void section_check(const mcp_config_section_t *section,
                          const apr_array_header_t *all, server_rec *main,
                          mcp_config_report_t *report)
{
    const mcp_config_site_t *endpoints = section->site->endpoints;
    apr_array_header_t *blocks = mcp_config_section_blocks(
        all, section->site->server, main, report->pool);

    if (section->block->kind != MCP_BLOCK_LOCATION &&
        !section->settings->public_url)
        mcp_config_problem_report(report, section->where, MCP_PROBLEM_NO_URL);
    mcp_config_check_url_section(section, report);
    if (!section->is_protected)
        return;
    if (!is_required(section, blocks))
        mcp_config_problem_report(report, section->where,
                                  MCP_PROBLEM_NO_REQUIRE);
    mcp_config_check_idp_section(
        section,
        mcp_config_section_blocks(all, endpoints->server, main, report->pool),
        report);
    mcp_config_check_remote_section(section, report);
    mcp_config_check_mode_section(section, report);
    mcp_config_check_require_section(section, blocks, report);
}

/* -- MCPRootResource -- */

static int has_path(const mcp_config_site_t *site, const char *path)
{
    int i;

    for (i = 0; i < site->sections->nelts; i++)
        if (SECTION(site, i)->is_protected &&
            !strcmp(SECTION(site, i)->path, path))
            return 1;
    return 0;
}

static void root_check(const mcp_config_site_t *site,
                       const apr_array_header_t *sites,
                       mcp_config_report_t *report)
{
    const ap_directive_t *line =
        mcp_config_block_line("MCPRootResource", site->server);
    const char *path = site->settings->root_resource, *paths = NULL;
    int i, found = 0;

    /* one that is inherited is meant for the virtual hosts that have it */
    for (i = 0; line && i < sites->nelts; i++)
        found |= (SITE(sites, i) == site || !site->server->is_virtual) &&
                 has_path(SITE(sites, i), path);
    if (found && strcmp(path, "/") != 0 && has_path(site, "/"))
        mcp_config_problem_report(report, line_of(line, report->pool),
                                  MCP_PROBLEM_ROOT_TAKEN, path);
    if (!line || found)
        return;
    for (i = 0; i < site->sections->nelts; i++)
        if (SECTION(site, i)->is_protected)
            paths = apr_pstrcat(report->pool, paths ? paths : "",
                                paths ? " " : "", SECTION(site, i)->path,
                                NULL);
    mcp_config_problem_report(report, line_of(line, report->pool),
                              MCP_PROBLEM_NO_ROOT, path,
                              paths ? paths : "nothing");
}

/* -- lines without effect -- */

static const ap_directive_t *child_find(const mcp_config_block_t *block,
                                        const char *prefix)
{
    const ap_directive_t *one = block->directive->first_child;

    for (; one; one = one->next)
        if (!strncasecmp(one->directive + (*one->directive == '<'), prefix,
                         strlen(prefix)))
            return one;
    return NULL;
}

/* 0: no section is affected by the block; 1: some are; 2: one that serves */
static int effect_of(const mcp_config_block_t *block,
                     const apr_array_header_t *sites)
{
    int i, k, effect = 0;

    for (i = 0; i < sites->nelts; i++)
        for (k = 0; k < SITE(sites, i)->sections->nelts; k++) {
            const mcp_config_section_t *section = SECTION(SITE(sites, i), k);

            if (!applies(block, section))
                continue;
            effect = effect < 1 ? 1 : effect;
            if (section->is_server)
                effect = 2;
        }
    return effect;
}

static void effect_check(const mcp_config_block_t *block,
                         const apr_array_header_t *sites,
                         mcp_config_report_t *report)
{
    static const char *const served[] = {"MCPOffer", "MCPInstructions"};
    int effect = effect_of(block, sites);
    const ap_directive_t *line = child_find(block, "MCP");
    apr_size_t i;

    if (line && !effect)
        mcp_config_problem_report(report, line_of(line, report->pool),
                                  MCP_PROBLEM_IDLE, line->directive);
    for (i = 0; effect < 2 && i < sizeof(served) / sizeof(*served); i++) {
        line = child_find(block, served[i]);
        if (line)
            mcp_config_problem_report(report, line_of(line, report->pool),
                                      MCP_PROBLEM_NOT_SERVED, served[i]);
    }
}

static void handler_check(const server_rec *s, mcp_config_report_t *report)
{
    mcp_config_block_t server = {0};

    server.handler = mcp_config_block_line("SetHandler", s);
    if (mcp_config_block_is_served(&server))
        mcp_config_problem_report(report,
                                  line_of(server.handler, report->pool),
                                  MCP_PROBLEM_NO_SECTION);
}

/* Both are the whole server's. */
static void store_check(const mcp_config_site_t *main,
                        mcp_config_report_t *report)
{
    const mcp_server_settings_t *settings = main->settings;
    const ap_directive_t *line;

    if (!mcp_store_open_is_shared(settings->store) || settings->sealing)
        return;
    line = mcp_config_block_line("MCPStore", main->server);
    mcp_config_problem_report(report,
                              line ? line_of(line, report->pool) : "MCPStore",
                              MCP_PROBLEM_UNSEALED, settings->store->name);
}

void mcp_config_check_sites(const apr_array_header_t *sites,
                            const apr_array_header_t *blocks,
                            mcp_config_report_t *report)
{
    int i, k, sections = 0;

    for (i = 0; i < sites->nelts; i++)
        sections += SITE(sites, i)->sections->nelts;
    if (sections)
        store_check(SITE(sites, 0), report);
    mcp_config_check_mode_server(SITE(sites, 0), report);
    for (i = 0; i < sites->nelts; i++) {
        const mcp_config_site_t *site = SITE(sites, i);

        handler_check(site->server, report);
        root_check(site, sites, report);
        mcp_config_check_url_issuer(site, sites, report);
        mcp_config_check_client_site(site, sites, report);
        mcp_config_check_mode_site(site, sites, report);
        for (k = 0; k < site->sections->nelts; k++)
            section_check(SECTION(site, k), blocks, report->server, report);
    }
    for (i = 0; i < blocks->nelts; i++)
        if (BLOCK(blocks, i)->kind != MCP_BLOCK_OTHER)
            effect_check(BLOCK(blocks, i), sites, report);
}
