/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_WORKER_H
#define MCP_MCP_WORKER_H

#include "mcp/turn.h"

/* The process that is at work on a message whose answer another one may have
 * to tell: when it was killed, no answer would ever come. It is named by a
 * note, a letter of a mailbox; no other process makes notes of this one. */

/* How often whoever tells its answers looks whether it lives. */
#define MCP_WORKER_PULSE apr_time_from_sec(1)

/* "PROCESS ID", of this process and the request of t, if it is one. */
const char *mcp_worker_note(const mcp_turn_t *t, apr_pool_t *pool);
/* Whether it can be that the process lives. */
int mcp_worker_lives(const char *note);
/* The answer in its place: a JSON-RPC error on one line; NULL where the
 * message was no request. */
const char *mcp_worker_obituary(const char *note, apr_size_t *len,
                                apr_pool_t *pool);

#endif
