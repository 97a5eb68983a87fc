/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_SCOPE_H
#define MCP_BASE_SCOPE_H

#include <apr_tables.h>

#include "base/error.h"

#define MCP_SCOPE_MAX 64         /* scopes in one list */
#define MCP_SCOPE_MAX_LENGTH 128 /* bytes of one scope */

/* A list of scope tokens (RFC 6749 3.3): an array of const char *, each once,
 * in the order of first appearance. */
const mcp_error_t *mcp_scope_read(apr_array_header_t **scopes,
                                  const char *text, mcp_ctx_t *cx);
int mcp_scope_is_token(const char *text);
int mcp_scope_has(const apr_array_header_t *scopes, const char *scope);
/* whether every scope of part is in whole */
int mcp_scope_is_subset(const apr_array_header_t *part,
                        const apr_array_header_t *whole);
void mcp_scope_add(apr_array_header_t *scopes, const char *scope);
void mcp_scope_remove(apr_array_header_t *scopes, const char *scope);
/* blank-joined; "" for an empty or NULL list */
const char *mcp_scope_text(const apr_array_header_t *scopes, apr_pool_t *pool);

#endif
