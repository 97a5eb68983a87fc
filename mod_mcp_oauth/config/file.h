/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_CONFIG_FILE_H
#define MCP_CONFIG_FILE_H

#include "config/line.h"

/* Files that a line names. */

#define MCP_FILE_PREFIX "file:"

/* The path of "file:PATH" or "PATH", from ServerRoot where it is relative;
 * NULL when there is none. */
const char *mcp_config_file_path(const char *word,
                                 const mcp_config_line_t *line);
/* What is in it, NUL-terminated, in *len bytes: most + 1 of a longer one.
 * NULL, or why it cannot be read. */
const char *mcp_config_file_read(char **text, apr_size_t *len,
                                 const char *path, apr_size_t most,
                                 const mcp_config_line_t *line);
/* Whether everybody on this machine may read it. */
int mcp_config_file_is_open(const char *path, apr_pool_t *pool);

#endif
