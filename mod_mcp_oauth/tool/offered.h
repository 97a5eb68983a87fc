/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_TOOL_OFFERED_H
#define MCP_TOOL_OFFERED_H

#include <apr_tables.h>

#include "mcp/offered.h"
#include "mod_mcp_oauth.h"

/* What other httpd modules offer, and which of it a location has. */

typedef enum {
    MCP_TOOL_OFFERED_TOOLS,
    MCP_TOOL_OFFERED_RESOURCES, /* and templates of them */
    MCP_TOOL_OFFERED_PROMPTS,
    MCP_TOOL_OFFERED_KINDS
} mcp_tool_offered_kind_t;

/* A provider as server/parts found it. */
typedef struct mcp_tool_provider_t {
    const char *name; /* "demo:hello", "demo:tasks://all": the module is what
                       * stands before the first colon */
    const void *what; /* mcp_tool_t, mcp_resource_t or mcp_prompt_t; NULL: it
                       * is of another version of the header */
    const char *version;
} mcp_tool_provider_t;

/* All of them: an array of mcp_tool_provider_t for each kind. */
typedef struct mcp_tool_providers_t {
    apr_array_header_t *of[MCP_TOOL_OFFERED_KINDS];
} mcp_tool_providers_t;

/* What was chosen of them: an array of mcp_offered_t for each kind. */
typedef struct mcp_tool_offered_t {
    apr_array_header_t *of[MCP_TOOL_OFFERED_KINDS];
} mcp_tool_offered_t;

/* What the words of MCPOffer name, in the order of the words, within a word by
 * name: [MODULE:]GLOB. words may be NULL. Returns NULL, or one sentence that
 * says which word fits nothing, or which two things have one name, and what to
 * write instead. */
const char *mcp_tool_offered_select(mcp_tool_offered_t *offered,
                                    const apr_array_header_t *words,
                                    const mcp_tool_providers_t *providers,
                                    apr_pool_t *pool);

/* The modules whose providers are of another version, each a sentence that
 * says so: const char *, by name. */
#define MCP_TOOL_OFFERED_REMEDY                                               \
    "compile it again with the mod_mcp_oauth.h of this server"
apr_array_header_t *
mcp_tool_offered_strangers(const mcp_tool_providers_t *providers,
                           apr_pool_t *pool);

#endif
