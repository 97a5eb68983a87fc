/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_BOARD_H
#define MCP_NET_BOARD_H

#include "base/digest.h"

/* Where the children of a server tell each other what they fetched: a block by
 * name, and whose turn it is to fetch it. Nothing in it waits, and nobody who
 * is killed holds it up for longer than a claim lasts. Made by server/ of
 * live/board, whose functions say more. */
typedef struct mcp_net_board_t {
    /* NULL when there is no other than the one with *number */
    const void *(*read)(apr_size_t *len, apr_uint64_t *number,
                        const void *baton,
                        const unsigned char name[MCP_DIGEST_SIZE],
                        apr_pool_t *pool);
    /* 1: it is the caller's turn. *claim is 0 when nobody will hear of it. */
    int (*claim)(apr_uint64_t *claim, void *baton,
                 const unsigned char name[MCP_DIGEST_SIZE], int milliseconds);
    /* its number; 0: it was not taken */
    apr_uint64_t (*post)(void *baton,
                         const unsigned char name[MCP_DIGEST_SIZE],
                         apr_uint64_t claim, const void *block,
                         apr_size_t len);
    void (*release)(void *baton, const unsigned char name[MCP_DIGEST_SIZE],
                    apr_uint64_t claim);
    void *baton;
} mcp_net_board_t;

#endif
