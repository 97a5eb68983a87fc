/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_SSE_H
#define MCP_MCP_SSE_H

#include "mcp/turn.h"

/* HTTP with SSE, the transport of 2024-11-05 (MCPTransport sse): GET opens the
 * one stream on which all messages of the server go, and names the URI that
 * the client posts its own to. As long as the stream is open there is a
 * session; its key is in that URI. What is posted may come to any child: the
 * answer goes through a queue to the one that has the stream. */

/* GET: the stream, until the client goes. */
const mcp_error_t *mcp_sse_open(mcp_turn_t *t);
/* A POST, before its message is read: METHOD_NOT_ALLOWED without a session
 * key, by which clients know this transport; SESSION_NOT_FOUND where nobody
 * has that session's stream open. */
const mcp_error_t *mcp_sse_admit(mcp_turn_t *t);
/* Its message was read, and is at work from now on. SESSION_NOT_FOUND when the
 * stream has ended meanwhile. */
const mcp_error_t *mcp_sse_begin(mcp_turn_t *t);
/* A POST has its answer, if it was begun. */
void mcp_sse_answered(mcp_turn_t *t);
/* What initialize agreed on, for the requests to come. */
const mcp_error_t *mcp_sse_agree(mcp_turn_t *t, const char *version,
                                 unsigned capabilities);

#endif
