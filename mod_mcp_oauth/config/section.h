/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_SECTION_H
#define MCP_CONFIG_SECTION_H

#include "config/block.h"
#include "config/site.h"

/* Makes the sections of a site from the blocks that are written. */

/* The blocks that hold for a server, in the order in which httpd merges them:
 * those of the main server first. */
apr_array_header_t *mcp_config_section_blocks(const apr_array_header_t *all,
                                              const server_rec *s,
                                              server_rec *main,
                                              apr_pool_t *pool);
/* Fills site->sections; their url and path are still missing. Sets the keys
 * in the blocks' per-directory configurations. */
void mcp_config_section_make(mcp_config_site_t *site,
                             const apr_array_header_t *blocks,
                             apr_pool_t *pool);
/* The section that httpd merges last into requests for this path, or NULL. */
mcp_config_section_t *mcp_config_section_at(const mcp_config_site_t *site,
                                            const apr_array_header_t *blocks,
                                            const char *path);
/* Whether clients get their access tokens for it from this server: it is
 * protected, and MCPAuthMode is not resource-server. */
int mcp_config_section_grants(const mcp_config_section_t *section);

#endif
