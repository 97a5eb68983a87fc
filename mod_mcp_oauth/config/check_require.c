/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "config/check_require.h"

#include <apr_strings.h>

#include "config/section.h"
#include "idp/metadata.h"

#define IDP(idps, i) APR_ARRAY_IDX(idps, i, const mcp_idp_t *)

static int is_known(const apr_array_header_t *idps, const char *name)
{
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (!strcmp(IDP(idps, i)->label, name) ||
            mcp_idp_metadata_is_issuer(IDP(idps, i), name))
            return 1;
    return 0;
}

/* What another module verifies may be of any issuer. */
static int is_open(const apr_array_header_t *idps)
{
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (IDP(idps, i)->verify == MCP_IDP_VERIFY_MODULE)
            return 1;
    return 0;
}

static const char *known(const apr_array_header_t *idps, apr_pool_t *pool)
{
    const char *out = "";
    int i;

    for (i = 0; i < idps->nelts; i++)
        out = apr_psprintf(pool, "%s%s\"%s\" (%s)", out, i ? ", " : "",
                           IDP(idps, i)->label, IDP(idps, i)->issuer);
    return out;
}

static void issuers_check(const ap_directive_t *line,
                          const apr_array_header_t *idps,
                          mcp_config_report_t *report)
{
    const char *word, *name;
    const char *args = mcp_config_block_require(&word, line, report->pool);
    const char *where =
        apr_psprintf(report->pool, "%s, %s", line->directive,
                     mcp_config_block_where(line, report->pool));

    while (*(name = ap_getword_conf(report->pool, &args)))
        if (!is_known(idps, name))
            mcp_config_problem_report(report, where, MCP_PROBLEM_NO_ISSUER,
                                      name, known(idps, report->pool));
}

/* A section inside that has no AuthType of its own is that section's, too. */
static int is_of(const mcp_config_block_t *block,
                 const mcp_config_section_t *section,
                 const apr_array_header_t *blocks)
{
    return block == section->block ||
           (block->kind == MCP_BLOCK_LOCATION &&
            mcp_config_section_at(section->site, blocks, block->path) ==
                section);
}

void mcp_config_check_require_section(const mcp_config_section_t *section,
                                      const apr_array_header_t *blocks,
                                      mcp_config_report_t *report)
{
    const apr_array_header_t *idps = section->settings->idps;
    int i, k;

    if (!idps || is_open(idps))
        return;
    for (i = 0; i < blocks->nelts; i++) {
        const mcp_config_block_t *block =
            APR_ARRAY_IDX(blocks, i, const mcp_config_block_t *);

        for (k = 0; k < block->issuers->nelts; k++)
            if (is_of(block, section, blocks))
                issuers_check(
                    APR_ARRAY_IDX(block->issuers, k, const ap_directive_t *),
                    idps, report);
    }
}
