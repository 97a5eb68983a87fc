/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_CLAIM_H
#define MCP_OAUTH_CLAIM_H

#include <apr_tables.h>

#include "base/json.h"

/* What the identity provider said of a user in one claim, as texts (const char
 * *) that can be compared: a text as it is, a number as its decimals, true or
 * false; of an array, each member that is one of these. claims is that of the
 * principal, or NULL. place is the name of a claim, or a JSON Pointer, which
 * begins with a slash. There is none where nothing was said. SERVER_ERROR:
 * claims is not JSON. */
const mcp_error_t *mcp_oauth_claim_texts(apr_array_header_t **texts,
                                         const char *claims, const char *place,
                                         mcp_ctx_t *cx);

#endif
