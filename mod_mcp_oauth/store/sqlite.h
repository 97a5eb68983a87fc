/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_SQLITE_H
#define MCP_STORE_SQLITE_H

#include "store/store.h"

/* Lent by server/life: a lock between processes that spares contention.
 * SQLite's own locks are the truth. Both may be NULL. */
typedef struct mcp_store_lock_t {
    void (*acquire)(void *baton);
    void (*release)(void *baton);
    void *baton;
} mcp_store_lock_t;

typedef struct mcp_store_sqlite_config_t {
    const char *directory; /* state.db lies here */
    int sync_full;         /* PRAGMA synchronous=FULL instead of NORMAL */
    int connections;       /* most connections of a child, >= 1 */
    mcp_store_lock_t lock;
    int is_guest; /* of a program that comes and goes: no checkpoint thread */
} mcp_store_sqlite_config_t;

/* In the parent at start: makes the file (0600) and its table, or checks that
 * what is there is ours and not from a later version. Keeps nothing open. */
const mcp_error_t *
mcp_store_sqlite_prepare(const mcp_store_sqlite_config_t *config,
                         mcp_ctx_t *cx);
/* In a child after the fork; connections open as they are needed. Starts the
 * checkpoint thread, which also purges; both end when cx->pool is cleared. The
 * context's host is used by that thread too. */
const mcp_error_t *
mcp_store_sqlite_open(mcp_store_t **store,
                      const mcp_store_sqlite_config_t *config, mcp_ctx_t *cx);

#endif
