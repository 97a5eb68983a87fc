/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_IDP_CLAIM_H
#define MCP_IDP_CLAIM_H

#include <apr_tables.h>

#include "base/json.h"

/* One claim as a text or a list of texts, bounded, for what a provider says is
 * not ours. A text is UTF-8 without control characters; a number is its
 * decimals. */

#define MCP_IDP_CLAIM_TEXT 1024 /* bytes of a text */
#define MCP_IDP_CLAIM_LIST 100  /* entries of a list */

/* Whether a text, which may be NULL, can be one. */
int mcp_idp_claim_is_good(const char *text);
/* NULL: it is none. */
const char *mcp_idp_claim_text(const mcp_json_t *json, apr_pool_t *pool);
/* An array of texts, or one text; is_cut: that is cut at blanks. Entries that
 * are no texts are left out, and those that come twice or too late. NULL: it
 * is none. */
apr_array_header_t *mcp_idp_claim_list(const mcp_json_t *json, int is_cut,
                                       apr_pool_t *pool);
/* Adds a good text, unless it is there or the list is full. */
void mcp_idp_claim_add(apr_array_header_t *list, const char *text);
/* As many whole runes as fit into most bytes. */
const char *mcp_idp_claim_cut(const char *text, apr_size_t most,
                              apr_pool_t *pool);
/* true, or as some say it: "true", 1, "1" */
int mcp_idp_claim_is_yes(const mcp_json_t *json);

#endif
