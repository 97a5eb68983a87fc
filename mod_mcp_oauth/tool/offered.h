/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_TOOL_OFFERED_H
#define MCP_TOOL_OFFERED_H

#include <apr_tables.h>

#include "mcp/tools.h"

/* The kind of tool that another httpd module offers. */

/* A provider as server/parts found it. */
typedef struct mcp_tool_provider_t {
    const char *name; /* "demo:hello" */
    const mcp_tool_t *tool;
} mcp_tool_provider_t;

/* The tools (const mcp_tool_t *) that the words of MCPOffer name among the
 * providers (mcp_tool_provider_t), in the order of the words, within a word by
 * name: [MODULE:]GLOB. Returns NULL, or one sentence that says which word fits
 * nothing, or which two tools have one name, and what to write instead. */
const char *mcp_tool_offered_select(apr_array_header_t **tools,
                                    const apr_array_header_t *words,
                                    const apr_array_header_t *providers,
                                    apr_pool_t *pool);

#endif
