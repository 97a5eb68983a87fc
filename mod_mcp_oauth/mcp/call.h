/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CALL_H
#define MCP_MCP_CALL_H

#include "mcp/tools.h"
#include "mcp/turn.h"

/* One tools/call while it runs: what its mcp_call_t hides from the tool. */

#define MCP_CALL_MAX_RESULT (1024 * 1024)   /* bytes that a tool may write */
#define MCP_CALL_MAX_REMEMBERED (16 * 1024) /* bytes */

typedef struct mcp_call_run_t {
    mcp_call_t call; /* first: the tool's pointer is ours too */
    mcp_turn_t *t;
    const mcp_listed_tool_t *listed;

    /* -- what came -- */
    const mcp_json_t *arguments;
    const mcp_json_t *answers; /* inputResponses, or NULL */
    const char *remembered;    /* in the round before, or NULL */

    /* -- what the tool gave; content goes straight into t->w -- */
    apr_size_t written; /* bytes */
    int blocks;         /* of content */
    const char *structured;
    const mcp_json_t *structured_json;
    apr_array_header_t *questions; /* of mcp_question_t */
    apr_array_header_t *scopes;    /* of const char * */
    const char *remember;
    const char *breach; /* of the contract, the first one; or NULL */
} mcp_call_run_t;

/* what tools may do */
extern const mcp_call_api_t mcp_call_api;

#endif
