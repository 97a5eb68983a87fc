/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_SECRET_H
#define MCP_CONFIG_SECRET_H

#include "base/settings.h"
#include "config/line.h"

/* Secrets, wherever an argument is a SECRET: "file:PATH", "exec:PATH ARG ...",
 * "env:NAME", else the secret itself. */

/* Reads the word now. A warning says where everybody on this machine can read
 * it too. NULL, or why it cannot be had, without what was read. limits:
 * "LEAST-MOST" bytes. */
const char *mcp_config_secret_read(const mcp_secret_setting_t **secret,
                                   const char *word, const char *limits,
                                   const mcp_config_line_t *line);

#endif
