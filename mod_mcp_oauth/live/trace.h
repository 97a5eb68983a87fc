/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_TRACE_H
#define MCP_LIVE_TRACE_H

#include "base/digest.h"
#include "live/shared.h"

/* When something rare happened last to one of many, who are told apart by a
 * byte of a digest only: most that were not concerned learn it from one word
 * of memory, without looking anything up. Times are seconds since the epoch.
 */
void mcp_live_trace_leave(mcp_live_shared_t *shared,
                          const unsigned char of[MCP_DIGEST_SIZE],
                          apr_int64_t now);
/* 0: never. It may have happened to another one. */
apr_int64_t mcp_live_trace_find(const mcp_live_shared_t *shared,
                                const unsigned char of[MCP_DIGEST_SIZE]);

#endif
