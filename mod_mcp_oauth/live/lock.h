/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_LOCK_H
#define MCP_LIVE_LOCK_H

#include <pthread.h>

/* A lock in shared memory, for this folder only: between threads of all
 * children. It is robust: when one is killed who holds it, the next to enter
 * is told. Nobody waits for anything else while he holds it. */
typedef struct mcp_live_lock_t {
    pthread_mutex_t mutex;
} mcp_live_lock_t;

typedef enum {
    MCP_LOCK_HELD,
    MCP_LOCK_LEFT,   /* held; who had it before was killed. What it guards is
                      * to be repaired, then the lock: see below */
    MCP_LOCK_REFUSED /* not held: it is broken, or this thread has it already,
                      * as where a signal handler ends a child */
} mcp_lock_state_t;

/* Once, before any child is there; an errno, 0 is success. */
int mcp_live_lock_make(mcp_live_lock_t *lock);
mcp_lock_state_t mcp_live_lock_enter(mcp_live_lock_t *lock);
/* After MCP_LOCK_LEFT: what the lock guards is right again. Who leaves without
 * it breaks the lock for good. */
void mcp_live_lock_repair(mcp_live_lock_t *lock);
void mcp_live_lock_leave(mcp_live_lock_t *lock);

#endif
