/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_SESSION_H
#define MCP_LIVE_SESSION_H

#include "base/digest.h"
#include "live/shared.h"

/* What is remembered of MCP sessions of the legacy era (2025-11-25 and
 * before). A session id carries its own facts under a MAC (mcp/session), so
 * this table only says which sessions were ended, and holds their log level.
 * A session that is not in the table is alive: losing the table costs
 * nothing but the memory of DELETEs. Lock-free. */

typedef enum { MCP_SESSION_OPEN, MCP_SESSION_ENDED } mcp_live_session_state_t;

/* id is the SHA-256 of the session id; expires in seconds since the epoch.
 * Marks it ended until it would have expired anyway. When the table is full of
 * ended sessions the one that expires first is forgotten. */
void mcp_live_session_end(mcp_live_shared_t *shared,
                          const unsigned char id[MCP_DIGEST_SIZE],
                          apr_int64_t expires, apr_int64_t now);
mcp_live_session_state_t
mcp_live_session_state(const mcp_live_shared_t *shared,
                       const unsigned char id[MCP_DIGEST_SIZE],
                       apr_int64_t now);

#endif
