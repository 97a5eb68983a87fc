/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_MIRROR_H
#define MCP_MCP_MIRROR_H

#include "mcp/turn.h"

/* Arguments of a tool that its input schema has mirrored into headers: the
 * annotation x-mcp-header (Streamable HTTP, Custom Headers from Tool
 * Parameters). */
typedef struct mcp_mirror_t {
    const char *header;  /* "Mcp-Param-Region" */
    const char *pointer; /* of the argument: "/region" */
} mcp_mirror_t;

/* The annotations of a schema, NULL where it has none. Returns NULL, or one
 * sentence that says which annotation clients would refuse, and why. */
const char *mcp_mirror_read(apr_array_header_t **mirrored,
                            const mcp_json_t *schema, apr_pool_t *pool);
/* Whether the headers say what the arguments say: HEADER_MISMATCH. */
const mcp_error_t *mcp_mirror_check(const mcp_turn_t *t,
                                    const apr_array_header_t *mirrored,
                                    const mcp_json_t *arguments);

#endif
