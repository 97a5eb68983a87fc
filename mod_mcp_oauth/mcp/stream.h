/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_STREAM_H
#define MCP_MCP_STREAM_H

#include "mcp/turn.h"

/* The messages that go to the client while its request is answered, and the
 * answer behind them: an event stream (Streamable HTTP, Sending Messages to
 * the Server), which is begun when there is something to say. One that a
 * client of 2025-11-25 gets can be resumed: what is said is kept in a mailbox,
 * too, from where any child can tell it again (Resumability and Redelivery).
 * Over HTTP+SSE all goes to the stream that the client has open already. */

/* Makes t->stream, where the client takes one. */
void mcp_stream_make(mcp_turn_t *t);
/* Whether messages can be sent; also after they could not any more. */
int mcp_stream_is_possible(const mcp_turn_t *t);
/* Whether the answer is a stream already. */
int mcp_stream_is_begun(const mcp_turn_t *t);
/* Whether it is the HTTP answer, and not ended. */
int mcp_stream_is_open(const mcp_turn_t *t);
/* Whether the client has gone and cannot come back for the answer. */
int mcp_stream_is_lost(const mcp_turn_t *t);
/* Sends one message: a rendered JSON-RPC object on one line. */
void mcp_stream_send(mcp_turn_t *t, const char *json, apr_size_t len);
/* Ends the HTTP answer; the client resumes the stream after retry. Nothing
 * where it cannot. */
void mcp_stream_part(mcp_turn_t *t, apr_interval_time_t retry);
/* The last message, and the end. json NULL: no message. */
void mcp_stream_finish(mcp_turn_t *t, const char *json, apr_size_t len);

/* An event of a stream: id and name may be NULL, and data where it is empty.
 */
typedef struct mcp_event_t {
    const char *name;
    const char *id;
    const char *data;
    apr_size_t len;
    apr_interval_time_t retry; /* 0: not said */
} mcp_event_t;

/* What is kept of a stream is letters of these kinds (MCP_BOX_STREAM). */
#define MCP_STREAM_MESSAGE 1
#define MCP_STREAM_LAST 2
#define MCP_STREAM_WORKER                                                     \
    3 /* the first: who writes the others (mcp/worker)                        \
       */

/* The id of the event of such a letter. */
const char *mcp_stream_event_id(const char *name, apr_uint64_t number,
                                apr_pool_t *pool);

/* Straight into the HTTP answer, which is thereby a stream; 0: nobody reads
 * any more. */
int mcp_stream_event(mcp_turn_t *t, const mcp_event_t *event);
/* An event that says that the connection ends here, and the stream does not:
 * the client comes back with this id (2025-11-25, Sending Messages 6). */
void mcp_stream_leave(mcp_turn_t *t, const char *id);
/* A comment, so that what is between here and the client keeps the connection.
 */
int mcp_stream_comment(mcp_turn_t *t);

#endif
