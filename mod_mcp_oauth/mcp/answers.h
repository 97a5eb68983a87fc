/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_ANSWERS_H
#define MCP_MCP_ANSWERS_H

#include "mcp/box.h"

/* What clients of the legacy era send that is no request: their answers to
 * requests of the server, and cancellations. It comes to any child and is
 * meant for a call that may run in another one. */

#define MCP_ANSWERS_MAX (8 * 1024 * 1024) /* bytes, all answers of a round */

/* The id of a request of the server: the number'th of the call with this name.
 */
const char *mcp_answers_id(const char *name, int number, apr_pool_t *pool);
/* Makes room for the answers to a call's requests. */
mcp_box_status_t mcp_answers_expect(const mcp_box_t *box, const mcp_turn_t *t);
/* t is a response: it is laid where its call waits for it. One that nobody
 * waits for is dropped. UNAVAILABLE when there is no room. */
const mcp_error_t *mcp_answers_take(mcp_turn_t *t);

/* t is notifications/cancelled (2025-11-25 cancellation). UNAVAILABLE: there
 * is no room to note it. */
const mcp_error_t *mcp_answers_cancel(mcp_turn_t *t);
/* Whether a request of this session, or of a few others, was cancelled lately:
 * as long as none was, no note need be looked for. */
int mcp_answers_were_cancelled(const mcp_turn_t *t);
/* Where it is noted for the request of this id. */
mcp_box_t mcp_answers_note(const mcp_turn_t *t, const mcp_json_t *id);
/* Whether that request was cancelled. No memory is used before it was. */
int mcp_answers_is_cancelled(const mcp_box_t *note, const mcp_turn_t *t);

#endif
