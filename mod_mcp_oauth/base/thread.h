/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_BASE_THREAD_H
#define MCP_BASE_THREAD_H

#include <apr_thread_proc.h>

/* A thread of our own in httpd: it gets none of the signals of the process,
 * which are for httpd's threads. Returns 0 when the system gives none. */
int mcp_thread_start(apr_thread_t **thread, apr_thread_start_t run, void *data,
                     apr_pool_t *pool);

#endif
