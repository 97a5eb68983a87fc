/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_RUNNER_H
#define MCP_SERVER_RUNNER_H

#include <httpd.h>

#include "base/ctx.h"

/* Threads of a child for work that no request waits for. They are made when
 * there is some; what it still does when the child ends is waited for, unless
 * the server is stopped: then it is told to end. */

/* child_init */
void mcp_server_runner_open(server_rec *s, apr_pool_t *pchild, int threads);
/* mcp_works_t.run */
int mcp_server_runner_run(void (*work)(mcp_ctx_t *cx, void *baton),
                          void *baton);
/* mcp_works_t.is_stopping */
int mcp_server_runner_is_stopping(void);
/* child_stopping: not a graceful one */
void mcp_server_runner_stop(void);

#endif
