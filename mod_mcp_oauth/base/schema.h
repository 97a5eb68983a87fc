/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_H
#define MCP_BASE_SCHEMA_H

#include "base/json.h"

/* A JSON Schema compiled for checking values: all keywords of the draft
 * 2020-12, or of draft-07 where $schema names it; another dialect is refused.
 * format and content* are annotations, as is what is no keyword: the log names
 * it, unless it begins with x-. $ref and $dynamicRef lead to what the text has
 * ($defs, $id, anchors, JSON Pointers); one that leads elsewhere is refused,
 * and nothing is ever fetched. Patterns are ECMA-262's, see schema_node.h for
 * what differs. The work of a check is bounded: depth, schemas tried and steps
 * of patterns. Compiled once, read by many threads. */
typedef struct mcp_schema_t mcp_schema_t;

/* schema lives in cx->pool. text may be NULL: any value passes, *schema is
 * NULL. */
const mcp_error_t *mcp_schema_make(const mcp_schema_t **schema,
                                   const char *text, mcp_ctx_t *cx);
/* The same of one that was read already, the requestedSchema of a form (MCP,
 * client/elicitation), which lives as long: what is no keyword is not logged,
 * for it is made anew for each answer. */
const mcp_error_t *mcp_schema_make_form(const mcp_schema_t **schema,
                                        const mcp_json_t *json, mcp_ctx_t *cx);
/* The schema as it was read; NULL for NULL. */
const mcp_json_t *mcp_schema_json(const mcp_schema_t *schema);
/* NULL when value passes; else one sentence that names the member (a JSON
 * Pointer) and the rule, for the model to read. A check that would take too
 * long does not pass, and says so. */
const char *mcp_schema_check(const mcp_schema_t *schema,
                             const mcp_json_t *value, apr_pool_t *pool);

#endif
