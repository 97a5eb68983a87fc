/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_LISTENER_H
#define MCP_MCP_LISTENER_H

#include "mcp/news.h"
#include "mcp/stream.h"

/* The stream of a legacy session that belongs to no request: what changed, and
 * over HTTP+SSE all else too. */

/* GET (2025-11-25 transports, Listening for Messages from the Server): a new
 * stream, or one that is resumed. */
const mcp_error_t *mcp_listener_open(mcp_turn_t *t);
/* The stream of t->session, which goes on as t->watch. first: an event that
 * goes before all; over HTTP+SSE the queue is there when it is sent, and the
 * session ends with the stream. */
const mcp_error_t *mcp_listener_run(mcp_turn_t *t, const mcp_event_t *first);

/* notifications/LIST/list_changed or notifications/resources/updated as a
 * message; subscription is the id of subscriptions/listen, or NULL. */
const char *mcp_listener_message(const char *what,
                                 const mcp_json_t *subscription,
                                 apr_size_t *len, apr_pool_t *pool);

#endif
