/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TOOLS_H
#define MCP_MCP_TOOLS_H

#include "base/schema.h"
#include "mod_mcp_oauth.h"

/* The tools of one server, in the order they are listed: checked, with
 * compiled schemas, and the list rendered once for each era. Immutable. */
typedef struct mcp_tools_t mcp_tools_t;

/* tools: const mcp_tool_t *, each name once. An error says which tool breaks
 * the contract of mod_mcp_oauth.h and how. Lives in cx->pool. */
const mcp_error_t *mcp_tools_make(mcp_tools_t **made,
                                  const apr_array_header_t *tools,
                                  mcp_ctx_t *cx);

#endif
