/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_MEMO_H
#define MCP_BASE_MEMO_H

#include "base/error.h"

/* What was made of texts, kept in one child for when the same texts come
 * again. Bounded: the one that was asked for last longest ago goes. Shared by
 * the child's threads. */
typedef struct mcp_memo_t mcp_memo_t;

typedef struct mcp_memo_ask_t mcp_memo_ask_t;
struct mcp_memo_ask_t {
    /* Makes it of ask alone, whose text lives as long as it. No thread writes
     * to it afterwards. */
    const mcp_error_t *(*read)(const void **thing, const mcp_memo_ask_t *ask,
                               mcp_ctx_t *cx);
    const void *baton; /* read's; with another one it is another thing */
    const char *text;
    apr_size_t len;
};

/* freed with pool, but for what somebody uses */
mcp_memo_t *mcp_memo_make(apr_uint32_t most, apr_pool_t *pool);
/* It can be used until cx->pool is cleared. Errors are read's, and are not
 * kept. memo may be NULL: nothing is kept. */
const mcp_error_t *mcp_memo_get(const void **thing, mcp_memo_t *memo,
                                const mcp_memo_ask_t *ask, mcp_ctx_t *cx);

#endif
