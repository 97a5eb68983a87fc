/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_BATCH_H
#define MCP_MCP_BATCH_H

#include "mcp/turn.h"

/* Several messages in one POST: JSON-RPC batches, which clients of 2025-03-26
 * may send ("implementations MUST support receiving"), and no others. Each is
 * answered without a stream of its own; what initialize is may not be among
 * them. */

#define MCP_BATCH_MAX 64

/* t->rpc.batch is read; the answer is an array, or 202 where nothing in it was
 * a request. */
const mcp_error_t *mcp_batch_post(mcp_turn_t *t);

#endif
