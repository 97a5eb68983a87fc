/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CONTAINER_H
#define MCP_CONFIG_CONTAINER_H

#include "config/dir.h"
#include "config/row.h"

/* Containers: each reads the words inside and adds what they make to values,
 * the struct that the row's member is in. */

/* <MCPIdentityProvider ...>: hands the Auth... directives inside to httpd. */
const char *mcp_config_container_idp(void *values, const mcp_config_row_t *row,
                                     const char *args, cmd_parms *cmd);
/* <MCPRegisteredClient ...> */
const char *mcp_config_container_client(void *values,
                                        const mcp_config_row_t *row,
                                        const char *args, cmd_parms *cmd);
/* One word, in the section that a container made. Several containers may have
 * a word of this name. */
const char *mcp_config_container_word(mcp_config_dir_t *dir, const char *name,
                                      const char *args, cmd_parms *cmd);

#endif
