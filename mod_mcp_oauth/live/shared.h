/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_SHARED_H
#define MCP_LIVE_SHARED_H

#include "base/error.h"

/* The shared memory of all children (D7): anonymous APR shared memory, made by
 * the parent in the process pool and kept over a graceful restart. Holds
 * atomics, plain bytes, and robust locks (live/lock) over some of them, so
 * that a killed child leaves nothing locked. No pointers: the module may come
 * back at another address. */
typedef struct mcp_live_shared_t mcp_live_shared_t;

typedef struct mcp_live_limits_t {
    apr_uint32_t sessions; /* MCP sessions remembered */
    apr_uint32_t counters; /* throttle counters */
    apr_uint32_t proofs;   /* DPoP proofs remembered */
    /* room of all letters; 0: MCP_LIVE_MAILBOX_BYTES. What nobody writes on
     * takes no memory */
    apr_uint32_t mailbox_bytes;
} mcp_live_limits_t;

#define MCP_LIVE_MAILBOX_BYTES (32 * 1024 * 1024)

/* In the parent. memory lives as long as pool, which must outlive the
 * configuration (the process pool). */
const mcp_error_t *mcp_live_shared_make(mcp_live_shared_t **shared,
                                        const mcp_live_limits_t *limits,
                                        apr_pool_t *pool, mcp_ctx_t *cx);
/* Whether what was kept fits: same layout, same limits. When it does not, the
 * parent makes a new one. */
int mcp_live_shared_fits(const mcp_live_shared_t *shared,
                         const mcp_live_limits_t *limits);

#endif
