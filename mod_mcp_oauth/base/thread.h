/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_THREAD_H
#define MCP_BASE_THREAD_H

#include <apr_thread_proc.h>

#include "base/error.h"

/* A thread of our own in httpd: it gets none of the signals of the process,
 * which are for httpd's threads. Returns 0 when the system gives none. */
int mcp_thread_start(apr_thread_t **thread, apr_thread_start_t run, void *data,
                     apr_pool_t *pool);
/* One that goes on beside its starter, of whose pool and connections it uses
 * nothing. */
typedef struct mcp_thread_t {
    mcp_ctx_t cx; /* with a pool of its own, which run destroys at its end */
    apr_thread_t *thread;
    pid_t process; /* where it is: the copy of a fork has no such thread */
} mcp_thread_t;

/* What: "listening", for the log. UNAVAILABLE when there is none; nothing is
 * left of it then, for such a start is tried again. */
const mcp_error_t *mcp_thread_start_beside(mcp_thread_t *self,
                                           apr_thread_start_t run, void *data,
                                           const char *what, mcp_ctx_t *cx);
int mcp_thread_is_here(const mcp_thread_t *self);
/* Waits for its end, after run was told to. */
void mcp_thread_join(mcp_thread_t *self);

#endif
