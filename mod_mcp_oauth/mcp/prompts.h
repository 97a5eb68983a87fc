/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_PROMPTS_H
#define MCP_MCP_PROMPTS_H

#include "mcp/offered.h"
#include "mcp/page.h"
#include "mod_mcp_oauth.h"

/* The prompts of one server, in the order they are listed: checked, and the
 * list rendered once. Immutable. */
typedef struct mcp_prompts_t mcp_prompts_t;

/* offered: of mcp_offered_t, each name once. An error says which prompt breaks
 * the contract of mod_mcp_oauth.h and how. Lives in cx->pool. */
const mcp_error_t *mcp_prompts_make(mcp_prompts_t **made,
                                    const apr_array_header_t *offered,
                                    mcp_ctx_t *cx);

/* One of them. */
typedef struct mcp_listed_prompt_t {
    const mcp_prompt_t *prompt;
    const char *module; /* that offers it */
} mcp_listed_prompt_t;

/* NULL when there is none of this name. */
const mcp_listed_prompt_t *mcp_prompts_find(const mcp_prompts_t *prompts,
                                            const char *name);
/* NULL when the prompt has no argument of this name. */
const mcp_prompt_argument_t *mcp_prompts_argument(const mcp_prompt_t *prompt,
                                                  const char *name);
/* The member prompts of ListPromptsResult. */
const mcp_page_list_t *mcp_prompts_pages(const mcp_prompts_t *prompts);
/* Whether one of them completes its arguments. */
int mcp_prompts_complete(const mcp_prompts_t *prompts);

#endif
