/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_HEADER_H
#define MCP_MCP_HEADER_H

#include "mcp/turn.h"

/* The headers that mirror what a modern request's body says (Streamable HTTP,
 * Request Metadata). HEADER_MISMATCH where they do not. */

/* The header must be there and be value. */
const mcp_error_t *mcp_header_check(const mcp_turn_t *t, const char *name,
                                    const char *value);
/* The same for a header that may be in the base64 form; where value is NULL
 * the body has none, and the header must be absent too. */
const mcp_error_t *mcp_header_check_encoded(const mcp_turn_t *t,
                                            const char *name,
                                            const char *value);
/* What a header in the Value Encoding says; NULL when it has characters that
 * no header may have, or base64 that is not canonical UTF-8 text. */
const char *mcp_header_value_read(const char *raw, apr_pool_t *pool);
/* The header is wrong, for this reason. */
const mcp_error_t *mcp_header_mismatch(const mcp_turn_t *t, const char *name,
                                       const char *why);
/* Whether an Accept header allows application/json (RFC 9110 12.5.1); NULL
 * does. */
int mcp_header_accepts_json(const char *accept);
/* The same of text/event-stream; NULL does not, for who says nothing expects
 * one body. */
int mcp_header_accepts_stream(const char *accept);

#endif
