/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_SERVER_PARK_H
#define MCP_SERVER_PARK_H

#include <httpd.h>

#include "mcp/watch.h"
#include "oauth/service.h"
#include "server/outlet.h"

/* Streams that hold no thread: their handler has returned, and the MPM keeps
 * their connections (CONN_STATE_ASYNC_WAITIO). That is so with the event MPM
 * from httpd 2.4.63 on, for HTTP/1.1.
 *
 * One thread of a child hears what changes in shared memory, and lets threads
 * of the MPM look after the streams that it concerns. A stream is ended where
 * httpd calls for its connection: when the client closes it, when TimeOut is
 * over, or since we have shut it down for reading. Whoever looks after a
 * stream then has it alone. */

/* Whether the answer to r may wait without a thread. */
int mcp_server_park_can(const request_rec *r);
/* Parks the stream, whose handler then returns SUSPENDED; 0: it is over
 * already, or there is no thread that hears. done is called before the
 * request is finished. */
int mcp_server_park(mcp_server_outlet_t *outlet, mcp_watch_t *watch,
                    void (*done)(void *baton), void *baton);

/* hooks */
int mcp_server_park_process_connection(conn_rec *c);
void mcp_server_park_suspend_connection(conn_rec *c, request_rec *r);
void mcp_server_park_resume_connection(conn_rec *c, request_rec *r);

/* child_init */
void mcp_server_park_open(server_rec *s, apr_pool_t *pchild,
                          const mcp_oauth_works_t *works);
/* child_stopping, where it is graceful: all streams end. */
void mcp_server_park_stop(void);

#endif
