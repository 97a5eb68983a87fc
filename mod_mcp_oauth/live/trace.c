/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/trace.h"

#include "live/layout.h"

void mcp_live_trace_leave(mcp_live_shared_t *shared,
                          const unsigned char of[MCP_DIGEST_SIZE],
                          apr_int64_t now)
{
    __atomic_store_n(&shared->traces[of[0]], (apr_uint32_t)now,
                     __ATOMIC_SEQ_CST);
}

apr_int64_t mcp_live_trace_find(const mcp_live_shared_t *shared,
                                const unsigned char of[MCP_DIGEST_SIZE])
{
    return __atomic_load_n(&shared->traces[of[0]], __ATOMIC_SEQ_CST);
}
