/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TOOLS_H
#define MCP_MCP_TOOLS_H

#include "base/schema.h"
#include "mcp/offered.h"
#include "mcp/page.h"
#include "mod_mcp_oauth.h"

/* The tools of one server, in the order they are listed: checked, with
 * compiled schemas, and the list rendered once. Immutable. */
typedef struct mcp_tools_t mcp_tools_t;

/* offered: of mcp_offered_t, each name once. An error says which tool breaks
 * the contract of mod_mcp_oauth.h and how. Lives in cx->pool. */
const mcp_error_t *mcp_tools_make(mcp_tools_t **made,
                                  const apr_array_header_t *offered,
                                  mcp_ctx_t *cx);

/* One of them. */
typedef struct mcp_listed_tool_t {
    const mcp_tool_t *tool;
    const char *module; /* that offers it */
    const mcp_schema_t *input;
    const mcp_schema_t *output;         /* NULL: none */
    const apr_array_header_t *mirrored; /* of mcp_mirror_t, NULL: none */
} mcp_listed_tool_t;

/* NULL when there is none of this name. */
const mcp_listed_tool_t *mcp_tools_find(const mcp_tools_t *tools,
                                        const char *name);
/* {}: the arguments of a call that has none */
const mcp_json_t *mcp_tools_no_arguments(const mcp_tools_t *tools);
/* The member tools of ListToolsResult. */
const mcp_page_list_t *mcp_tools_pages(const mcp_tools_t *tools);
/* Whether a call of one of them can become a task. */
int mcp_tools_have_tasks(const mcp_tools_t *tools);

#endif
