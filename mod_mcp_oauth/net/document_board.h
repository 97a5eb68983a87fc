/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_NET_DOCUMENT_BOARD_H
#define MCP_NET_DOCUMENT_BOARD_H

#include "net/document_fetch.h"

/* How the children of a server share what they fetch: one of them fetches a
 * document of the administrator's, posts what came of it, and the others take
 * it from there. Where they cannot, each fetches for itself. */

/* One attempt to get what is newer than what a place has. */
typedef struct mcp_net_document_turn_t {
    const mcp_net_document_ask_t *ask;
    unsigned char name[MCP_DIGEST_SIZE];
    apr_uint64_t number; /* what the board had when it was last looked at */
    apr_uint64_t claim;
    const void *news; /* what it has since then, in the pool of ask */
    apr_size_t len;
} mcp_net_document_turn_t;

/* With the mutex held. Puts what is newer on the board than in *place there:
 * 0 when nothing is. *place is not busy, or is NULL and made then. */
int mcp_net_document_board_take(mcp_net_shelf_place_t **place,
                                const mcp_net_document_ask_t *ask);

/* With the mutex held; place is the caller's. */
void mcp_net_document_board_begin(mcp_net_document_turn_t *turn,
                                  const mcp_net_document_ask_t *ask,
                                  const mcp_net_shelf_place_t *place);
/* Without it. 1: the caller is to fetch the document, and ends the turn. 0: it
 * waited for another child, which posted turn->news, or NULL in all that time.
 */
int mcp_net_document_board_await(mcp_net_document_turn_t *turn);
/* With the mutex held: what another child said is in the place then. */
void mcp_net_document_board_hear(mcp_net_document_turn_t *turn,
                                 mcp_net_shelf_place_t *place);
/* With the mutex held: all children hear what is in the place. */
void mcp_net_document_board_tell(mcp_net_document_turn_t *turn,
                                 mcp_net_shelf_place_t *place);
void mcp_net_document_board_end(const mcp_net_document_turn_t *turn);

/* With the mutex held: the same of what has changed in a place that is not
 * busy, unless somebody fetches it or has something newer. */
void mcp_net_document_board_correct(const mcp_net_document_ask_t *ask,
                                    mcp_net_shelf_place_t *place);

#endif
