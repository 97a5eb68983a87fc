/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_DIRECTORY_H
#define MCP_SERVER_DIRECTORY_H

#include <httpd.h>

#include "base/error.h"

/* The state directory as a directory: whose it is. */

/* In the parent: makes it, 0700, or closes what is there and holds nothing but
 * ours. */
const mcp_error_t *mcp_server_directory_make(const char *path, mcp_ctx_t *cx);
/* In the parent, when it is root: gives it, and what is in it, to the user
 * that children run as. */
const mcp_error_t *mcp_server_directory_give(const char *directory,
                                             mcp_ctx_t *cx);

#endif
