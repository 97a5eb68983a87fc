/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_OPEN_H
#define MCP_STORE_OPEN_H

#include "base/settings.h"
#include "store/sqlite.h"

/* The store that MCPStore names. */

typedef struct mcp_store_opening_t {
    const mcp_store_setting_t *setting;
    const char *directory; /* the state directory */
    const char *ca_file;   /* for TLS; NULL or "" = the system's */
    int connections;       /* most of a process */
    mcp_store_lock_t lock; /* lent; may be empty */
    int is_guest;          /* of a program that comes and goes */
    /* Other nodes announced something: called by a thread of the store. NULL:
     * nobody listens. */
    void (*heard)(void *baton);
    /* As in mcp_store_redis_config_t. */
    void (*told)(void *baton, const mcp_note_t *notes, apr_size_t count);
    void *baton;
} mcp_store_opening_t;

/* Whether several nodes share it; then they share the keys, too. */
int mcp_store_open_is_shared(const mcp_store_setting_t *setting);
/* In the parent at start: makes or checks what lies in the directory. */
const mcp_error_t *mcp_store_open_prepare(const mcp_store_opening_t *opening,
                                          mcp_ctx_t *cx);
/* In the process that uses it; closed with cx->pool, which opening outlives.
 * The context's host is used by threads of the store, too. */
const mcp_error_t *mcp_store_open(mcp_store_t **store,
                                  const mcp_store_opening_t *opening,
                                  mcp_ctx_t *cx);

#endif
