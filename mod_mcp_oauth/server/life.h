/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_LIFE_H
#define MCP_SERVER_LIFE_H

#include <httpd.h>

/* From reading the configuration to a child that serves. Hooks of the same
 * names; all of them run again at every restart, when the module is loaded
 * anew. */

int mcp_server_life_pre_config(apr_pool_t *pconf, apr_pool_t *plog,
                               apr_pool_t *ptemp);
/* everything that httpd -t can find wrong */
int mcp_server_life_check_config(apr_pool_t *pconf, apr_pool_t *plog,
                                 apr_pool_t *ptemp, server_rec *s);
/* -t -D DUMP_MCP */
void mcp_server_life_test_config(apr_pool_t *pconf, server_rec *s);
int mcp_server_life_post_config(apr_pool_t *pconf, apr_pool_t *plog,
                                apr_pool_t *ptemp, server_rec *s);
void mcp_server_life_child_init(apr_pool_t *pchild, server_rec *s);
/* Streams end, so that their clients go to another child. */
void mcp_server_life_child_stopping(apr_pool_t *pchild, int graceful);

#endif
