/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/peer.h"

#include <string.h>

#include "live/layout.h"

#define WORD 64 /* bits */
#define WINDOW (MCP_LIVE_PEER_WORDS * WORD)

typedef mcp_live_peer_t peer_t;

/* The bit of a number: set when it was heard. Each stands for one of the last
 * WINDOW numbers up to the greatest. */
static apr_uint64_t *word_of(peer_t *peer, apr_uint64_t number)
{
    return &peer->heard[number % WINDOW / WORD];
}

static apr_uint64_t bit_of(apr_uint64_t number)
{
    return APR_UINT64_C(1) << number % WORD;
}

/* number is greater than any that was heard: what lies between was not. */
static void move(peer_t *peer, apr_uint64_t number)
{
    apr_uint64_t skipped;

    if (number - peer->greatest >= WINDOW)
        memset(peer->heard, 0, sizeof(peer->heard));
    else
        for (skipped = peer->greatest + 1; skipped <= number; skipped++)
            *word_of(peer, skipped) &= ~bit_of(skipped);
    peer->greatest = number;
}

static int is_new(peer_t *peer, apr_uint64_t number)
{
    int is_heard;

    if (number > peer->greatest)
        move(peer, number);
    else if (peer->greatest - number >= WINDOW)
        return 1; /* nobody knows any more */
    is_heard = (*word_of(peer, number) & bit_of(number)) != 0;
    *word_of(peer, number) |= bit_of(number);
    return !is_heard;
}

/* Its row, or that of who was not heard for longest. */
static peer_t *row_of(mcp_live_peers_t *peers, apr_uint64_t node)
{
    peer_t *oldest = peers->rows;
    int i;

    for (i = 0; i < MCP_LIVE_PEERS; i++) {
        if (peers->rows[i].node == node)
            return &peers->rows[i];
        if (peers->rows[i].used < oldest->used)
            oldest = &peers->rows[i];
    }
    memset(oldest, 0, sizeof(*oldest));
    oldest->node = node;
    return oldest;
}

mcp_peer_mark_t mcp_live_peer_next(mcp_live_shared_t *shared)
{
    mcp_peer_mark_t mark = {shared->node, 0};

    mark.number = __atomic_add_fetch(&mcp_live_shared_peers(shared)->told, 1,
                                     __ATOMIC_RELAXED);
    return mark;
}

/* What was half written when somebody was killed is forgotten, so that one may
 * be told again; where nobody can look, all are. */
int mcp_live_peer_is_new(mcp_live_shared_t *shared,
                         const mcp_peer_mark_t *mark)
{
    mcp_live_peers_t *peers = mcp_live_shared_peers(shared);
    peer_t *row;
    int found;

    if (mark->node == shared->node)
        return 0;
    switch (mcp_live_lock_enter(&peers->lock)) {
    case MCP_LOCK_REFUSED:
        return 1;
    case MCP_LOCK_LEFT:
        memset(peers->rows, 0, sizeof(peers->rows));
        mcp_live_lock_repair(&peers->lock);
        break;
    case MCP_LOCK_HELD:
        break;
    }
    row = row_of(peers, mark->node);
    row->used = ++peers->clock;
    found = is_new(row, mark->number);
    mcp_live_lock_leave(&peers->lock);
    return found;
}
