/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CONTENT_H
#define MCP_MCP_CONTENT_H

#include "mcp/call.h"

/* The content blocks that results of tools and messages of prompts have alike
 * (ContentBlock). Each returns NULL, or the sentence that says which rule is
 * broken; then nothing is written. */

const char *mcp_content_text(mcp_writer_t *w, const char *text,
                             apr_size_t len);
const char *mcp_content_medium(mcp_writer_t *w, const mcp_medium_t *medium);
/* json is block as it was written. */
const char *mcp_content_block(mcp_writer_t *w, const mcp_json_t *block,
                              const char *json);

#endif
