/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_ORIGIN_H
#define MCP_MCP_ORIGIN_H

#include "base/error.h"

#include <apr_tables.h>

/* Whether a browser page of this origin may call (MCP Streamable HTTP,
 * security warning: DNS rebinding). allowed: MCPAllowOrigin's words. self: the
 * origin of the server. An absent Origin (NULL) is no browser and passes.
 * "null" passes only with any. */
int mcp_origin_allowed(const char *origin, const apr_array_header_t *allowed,
                       const char *self, mcp_ctx_t *cx);

#endif
