/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_CONTAINER_H
#define MCP_CONFIG_CONTAINER_H

#include "config/dir.h"
#include "config/row.h"

/* <MCPIdentityProvider ...>: reads the words inside, hands the Auth...
 * directives to httpd, and adds the provider to the settings of dir. */
const char *mcp_config_container_idp(mcp_config_dir_t *dir,
                                     const mcp_config_row_t *row,
                                     const char *args, cmd_parms *cmd);
/* One word, in the section that a container made. */
const char *mcp_config_container_word(mcp_config_dir_t *dir,
                                      const mcp_config_row_t *row,
                                      const char *args, cmd_parms *cmd);

#endif
