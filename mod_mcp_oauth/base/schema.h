/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCHEMA_H
#define MCP_BASE_SCHEMA_H

#include "base/json.h"

/* A JSON Schema (2020-12) compiled for checking values: the keywords type,
 * properties, required, additionalProperties, items, prefixItems, enum, const,
 * minimum, maximum, exclusive*, multipleOf, min/maxLength, pattern,
 * min/maxItems, uniqueItems, min/maxProperties, allOf, anyOf, oneOf, not,
 * local $ref into $defs; annotations are kept and ignored. A schema with an
 * assertion keyword not known here is refused when it is made, so that nothing
 * a tool asks for goes unchecked. Compiled once, read by many threads. */
typedef struct mcp_schema_t mcp_schema_t;

/* schema lives in cx->pool. text may be NULL: any value passes, *schema is
 * NULL. */
const mcp_error_t *mcp_schema_make(const mcp_schema_t **schema,
                                   const char *text, mcp_ctx_t *cx);
/* The schema as it was read; NULL for NULL. */
const mcp_json_t *mcp_schema_json(const mcp_schema_t *schema);
/* NULL when value passes; else one sentence that names the member (a JSON
 * Pointer) and the rule, for the model to read. */
const char *mcp_schema_check(const mcp_schema_t *schema,
                             const mcp_json_t *value, apr_pool_t *pool);

#endif
