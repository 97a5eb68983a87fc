/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_PROOF_H
#define MCP_LIVE_PROOF_H

#include "base/digest.h"
#include "live/shared.h"

/* Which proofs of possession were used (RFC 9449 11.1), over all children. A
 * proof is known by a digest and by the second in which it says it was made.
 * Lock-free; a child that is killed leaves it used. None that might still be
 * accepted is forgotten: the answer is then no. Other nodes have a memory of
 * their own. Times are seconds since the epoch. */

typedef enum {
    MCP_PROOF_FRESH,   /* and from now on it is used */
    MCP_PROOF_USED,    /* also where another of that digest was */
    MCP_PROOF_FULL,    /* there is no room for it at the moment */
    MCP_PROOF_UNKNOWN, /* made before this memory was: it may have been used */
    MCP_PROOF_FORGOTTEN /* what it may be was forgotten while the clock was
                         * ahead; so until that time comes again */
} mcp_live_proof_state_t;

typedef struct mcp_live_proof_times_t {
    apr_int64_t made;   /* not before oldest */
    apr_int64_t oldest; /* those made before are refused by their age */
    apr_int64_t now;
} mcp_live_proof_times_t;

/* Of those who come with one proof, one is told that it is fresh. */
mcp_live_proof_state_t
mcp_live_proof_use(mcp_live_shared_t *shared,
                   const unsigned char id[MCP_DIGEST_SIZE],
                   const mcp_live_proof_times_t *times);

#endif
