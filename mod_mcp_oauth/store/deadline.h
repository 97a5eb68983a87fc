/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_STORE_DEADLINE_H
#define MCP_STORE_DEADLINE_H

#include "base/error.h"

/* Points in time on a clock that only goes forward, in microseconds: how long
 * a thread waits must not change when the time of day is set. */

apr_time_t mcp_store_deadline_now(void);
/* Milliseconds that are left, rounded up, as poll(2) takes them; 0: it has
 * passed. */
int mcp_store_deadline_left(apr_time_t deadline);

/* A mutex with a condition that is waited for until a deadline. APR's wait
 * for a time of day. It lives as long as cx->pool. */
typedef struct mcp_store_deadline_lock_t mcp_store_deadline_lock_t;
const mcp_error_t *
mcp_store_deadline_lock_make(mcp_store_deadline_lock_t **lock, mcp_ctx_t *cx);
void mcp_store_deadline_lock_acquire(mcp_store_deadline_lock_t *lock);
void mcp_store_deadline_lock_release(mcp_store_deadline_lock_t *lock);
/* With the lock held: lets go of it until it is woken. 0: the deadline has
 * passed. */
int mcp_store_deadline_lock_wait(mcp_store_deadline_lock_t *lock,
                                 apr_time_t deadline);
/* With the lock held: all who wait look again. */
void mcp_store_deadline_lock_wake(mcp_store_deadline_lock_t *lock);

#endif
