/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_PAGE_H
#define MCP_MCP_PAGE_H

#include "base/writer.h"

struct mcp_turn_t;

/* What one of the list methods answers: rendered once, when the server is
 * made, and cut into pages. Immutable from mcp_page_end() on. */
typedef struct mcp_page_list_t mcp_page_list_t;

#define MCP_PAGE_MAX 1000 /* entries */

/* member: of the result, such as "tools". Lives in pool. */
mcp_page_list_t *mcp_page_begin(const char *member, apr_pool_t *pool);
/* Where the next entry is to be written, one JSON value. */
mcp_writer_t *mcp_page_next(mcp_page_list_t *list);
void mcp_page_end(mcp_page_list_t *list);

int mcp_page_is_empty(const mcp_page_list_t *list);
/* How many pages there are, and the entries of one, a JSON array. */
int mcp_page_count(const mcp_page_list_t *list);
const char *mcp_page_text(const mcp_page_list_t *list, int page);

/* The result of a list method: the page that the cursor of the request names,
 * the first without one. INVALID_PARAMS for a cursor that did not come from
 * this list: server/utilities/pagination, Error Handling. A cursor stays good
 * as long as the list is the same, over restarts and on other nodes. */
const mcp_error_t *mcp_page_answer(struct mcp_turn_t *t,
                                   const mcp_page_list_t *list);

#endif
