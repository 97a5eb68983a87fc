/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_OFFERED_H
#define MCP_MCP_OFFERED_H

/* What a server has from another module: one tool, resource or prompt. */
typedef struct mcp_offered_t {
    const char *module; /* what stands before the colon of its name; a change
                         * that the module tells of concerns it */
    const void *what;   /* mcp_tool_t, mcp_resource_t or mcp_prompt_t */
} mcp_offered_t;

#endif
