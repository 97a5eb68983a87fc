/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CONTENT_H
#define MCP_MCP_CONTENT_H

#include "mcp/call.h"

/* The content blocks that results of tools and messages of prompts have alike
 * (ContentBlock). Each returns NULL, or the sentence that says which rule is
 * broken; then nothing is written. Clients throw away a whole result in which
 * one block is not as the schema of MCP has it. */

const char *mcp_content_text(mcp_writer_t *w, const char *text,
                             apr_size_t len);
/* These two write into t->w; a block of a kind that the version of t's session
 * does not have becomes a text. */
const char *mcp_content_medium(const mcp_turn_t *t,
                               const mcp_medium_t *medium);
/* json is block as it was written. */
const char *mcp_content_block(const mcp_turn_t *t, const mcp_json_t *block,
                              const char *json);
/* The same of TextResourceContents or BlobResourceContents; writes nothing. */
const char *mcp_content_resource_check(const mcp_json_t *contents,
                                       mcp_ctx_t *cx);

#endif
