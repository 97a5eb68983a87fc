/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_LIVE_BOARD_H
#define MCP_LIVE_BOARD_H

#include "base/digest.h"
#include "live/shared.h"

/* What one child fetched and posted for all, by name: a SHA-256. One of them
 * at a time has the claim to fetch it. Lock-free; a child that is killed
 * leaves its claim, which ends by itself, and what was posted before.
 *
 * shared is a mcp_live_shared_t, and these are the functions of
 * net/board.h. */

/* bytes of what is posted */
#define MCP_BOARD_MAX (66 * 1024)

/* What is posted for name: whole, in pool, where its number is another than
 * *number, which is set. Else NULL: nothing is posted, or nothing of use. */
const void *mcp_live_board_read(apr_size_t *len, apr_uint64_t *number,
                                const void *shared,
                                const unsigned char name[MCP_DIGEST_SIZE],
                                apr_pool_t *pool);
/* Whether the caller is to fetch it now. *claim is for post and release; it
 * ends after so many milliseconds. It is 0 when there is no room for name:
 * what is posted with that is heard by nobody. */
int mcp_live_board_claim(apr_uint64_t *claim, void *shared,
                         const unsigned char name[MCP_DIGEST_SIZE],
                         int milliseconds);
/* The number of what is posted now; 0 when it is not, because the claim has
 * ended or the block is too large. */
apr_uint64_t mcp_live_board_post(void *shared,
                                 const unsigned char name[MCP_DIGEST_SIZE],
                                 apr_uint64_t claim, const void *block,
                                 apr_size_t len);
/* Whoever claimed it, also after a post. */
void mcp_live_board_release(void *shared,
                            const unsigned char name[MCP_DIGEST_SIZE],
                            apr_uint64_t claim);

#endif
