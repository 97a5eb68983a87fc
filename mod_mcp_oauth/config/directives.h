/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_DIRECTIVES_H
#define MCP_CONFIG_DIRECTIVES_H

#include <httpd.h>
#include <http_config.h>

#include "base/settings.h"

/* The module record's part of the configuration: made from directives.def. */

extern const command_rec mcp_config_directives[];

void *mcp_config_directives_create_dir(apr_pool_t *pool, char *path);
void *mcp_config_directives_merge_dir(apr_pool_t *pool, void *base, void *add);
void *mcp_config_directives_create_server(apr_pool_t *pool, server_rec *s);
void *mcp_config_directives_merge_server(apr_pool_t *pool, void *base,
                                         void *add);
/* A Require mcp-scope line at path of s names this scope: for
 * scopes_supported. */
void mcp_config_directives_scope(cmd_parms *cmd, const char *scope);

#endif
