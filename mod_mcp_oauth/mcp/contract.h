/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_CONTRACT_H
#define MCP_MCP_CONTRACT_H

#include "base/writer.h"
#include "mcp/offered.h"

/* What mod_mcp_oauth.h asks of tools, resources and prompts alike, and how a
 * module is told that it does not keep to it. */

/* 1 to 128 of A-Z a-z 0-9 _ . - */
int mcp_contract_is_name(const char *name);
/* NULL, which is left out, is one */
int mcp_contract_is_text(const char *text);
/* RFC 9110 8.3.1: type/subtype, with parameters or without */
int mcp_contract_is_media_type(const char *text);
/* a name in _meta (2026-07-28 basic/index "_meta"), with a prefix that is not
 * MCP's own */
int mcp_contract_is_meta_name(const char *name);

/* A rendered JSON object, on one line. NULL for NULL, and for what is none:
 * *json is NULL then. Lives in cx->pool. */
const char *mcp_contract_object_read(const mcp_json_t **json, const char *text,
                                     mcp_ctx_t *cx);
/* The sentence that says what is wrong with Annotations (audience, priority,
 * lastModified); NULL: nothing. */
const char *mcp_contract_annotations_check(const char *text, mcp_ctx_t *cx);

/* "the tool NAME of the module MODULE: WHY". kind is "tool", "resource" or
 * "prompt"; name may be NULL */
const mcp_error_t *mcp_contract_refuse(const char *kind,
                                       const mcp_offered_t *offered,
                                       const char *name, const char *why,
                                       mcp_ctx_t *cx);

#endif
