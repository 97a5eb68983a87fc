/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_THREAD_H
#define MCP_BASE_THREAD_H

#include <apr_thread_proc.h>

#include "base/error.h"

/* A thread of our own in httpd: it gets none of the signals of the process,
 * which are for httpd's threads. Returns 0 when the system gives none. */
int mcp_thread_start(apr_thread_t **thread, apr_thread_start_t run, void *data,
                     apr_pool_t *pool);
/* One that goes on beside what cx is of: its own cx is that with a pool which
 * no other thread uses, and which run destroys at its end. When there is none,
 * UNAVAILABLE, and nothing is left of it, for such a start is tried again.
 * What: "listening", for the log. */
const mcp_error_t *mcp_thread_start_beside(apr_thread_t **thread,
                                           apr_thread_start_t run, void *data,
                                           const char *what, mcp_ctx_t *own,
                                           mcp_ctx_t *cx);

#endif
