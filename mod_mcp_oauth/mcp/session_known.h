/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_SESSION_KNOWN_H
#define MCP_MCP_SESSION_KNOWN_H

#include "mcp/session.h"

/* Session ids that this thread has found to be good lately, so that the next
 * request with one costs a comparison and no MAC. Each is good for the server
 * and the principal it was good for, and for a minute: keys turn. Whether the
 * session was ended meanwhile is another question. */

/* 0: not known. */
int mcp_session_known_find(mcp_session_t *session, const char *id,
                           const mcp_exchange_t *x, mcp_ctx_t *cx);
/* id is good. */
void mcp_session_known_keep(const mcp_session_t *session, const char *id,
                            const mcp_exchange_t *x, mcp_ctx_t *cx);

#endif
