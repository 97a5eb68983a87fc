/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_SESSION_H
#define MCP_LIVE_SESSION_H

#include "base/digest.h"
#include "live/shared.h"

/* What is remembered of MCP sessions of the legacy era (2025-11-25 and
 * before). A session id carries its own facts under a MAC (mcp/session), so
 * this table only says until when the used ones live and which were ended.
 * Losing it costs a re-initialise at most. Lock-free; ids are SHA-256 of
 * session ids, times are seconds since the epoch. */

typedef enum {
    MCP_SESSION_UNKNOWN, /* not in the table: what the id says counts */
    MCP_SESSION_OPEN,    /* used lately */
    MCP_SESSION_ENDED
} mcp_live_session_state_t;

typedef struct mcp_live_use_t {
    apr_int64_t now;
    apr_int64_t expires;
    apr_int64_t slack;
} mcp_live_use_t;

mcp_live_session_state_t
mcp_live_session_state(const mcp_live_shared_t *shared,
                       const unsigned char id[MCP_DIGEST_SIZE],
                       apr_int64_t now);
/* It was used: it lives until expires. Written down only when that is later
 * than known by more than slack seconds, so that a busy session costs a read.
 * In a full table the open session that expires first is forgotten; when all
 * are ended ones, this one is not remembered. */
void mcp_live_session_touch(mcp_live_shared_t *shared,
                            const unsigned char id[MCP_DIGEST_SIZE],
                            const mcp_live_use_t *use);
/* Nobody can use it any more, until expires, when its id has expired by
 * itself. Forgets an open session for it where there is no room, else the
 * ended one that expires first. */
void mcp_live_session_end(mcp_live_shared_t *shared,
                          const unsigned char id[MCP_DIGEST_SIZE],
                          apr_int64_t expires, apr_int64_t now);

#endif
