/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_children.h"
#include "live_shared.h"

#include "live/layout.h"
#include "live/peer.h"

#define WINDOW (MCP_LIVE_PEER_WORDS * 64)
#define EACH 4000

static int is_new(mcp_live_shared_t *shared, apr_uint64_t node,
                  apr_uint64_t number)
{
    const mcp_peer_mark_t mark = {node, number};

    return mcp_live_peer_is_new(shared, &mark);
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_shared_t *one = make(SMALL, cx), *other = make(SMALL, cx);
    mcp_peer_mark_t first = mcp_live_peer_next(one);
    mcp_peer_mark_t second = mcp_live_peer_next(one);

    ok(first.number == 1 && second.number == 2 && first.node == second.node &&
           first.node && first.node != mcp_live_peer_next(other).node,
       "a node has a name of its own and numbers what it tells");
    ok(!mcp_live_peer_is_new(one, &first), "what it told is not news to it");
    ok(mcp_live_peer_is_new(other, &second) &&
           mcp_live_peer_is_new(other, &first),
       "it is to another, in any order");
    ok(!mcp_live_peer_is_new(other, &first) &&
           !mcp_live_peer_is_new(other, &second),
       "once");
    ok(is_new(other, 77, 1) && !is_new(other, 77, 1) && is_new(other, 78, 1),
       "each node has numbers of its own");
    ok(is_new(other, 77, APR_UINT64_MAX) && !is_new(other, 77, APR_UINT64_MAX),
       "the greatest number is one, too");
    ok(is_new(other, 0, 1) && !is_new(other, 0, 1), "and so is no name");
}

/* Against a list of all that was heard. */
static void test_model(mcp_ctx_t *cx)
{
    static unsigned char heard[3][4 * WINDOW];
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t greatest[3] = {0};
    unsigned int state = 7;
    int i, wrong = 0, again = 0;

    for (i = 0; i < 60000; i++) {
        unsigned node = rand_r(&state) % 3;
        apr_uint64_t number = 1 + (greatest[node] > WINDOW / 2
                                       ? greatest[node] - WINDOW / 2
                                       : 0);

        number += rand_r(&state) % (WINDOW / 2 + 60);
        if (number >= 4 * WINDOW)
            continue;
        wrong += is_new(shared, node + 1, number) == heard[node][number];
        again += heard[node][number];
        heard[node][number] = 1;
        if (number > greatest[node])
            greatest[node] = number;
    }
    ok(!wrong && again > 1000 && greatest[0] > 2 * WINDOW,
       "each is new once, within the last %d; %d came again", WINDOW, again);
}

static void test_limits(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t node;

    is_new(shared, 1, 5);
    is_new(shared, 1, 5 + WINDOW);
    ok(is_new(shared, 1, 5) && is_new(shared, 1, 6 + WINDOW) &&
           !is_new(shared, 1, 6 + WINDOW),
       "what is too old to be known is told again, and changes nothing");
    for (node = 2; node < 2 + MCP_LIVE_PEERS; node++)
        is_new(shared, node, 1);
    ok(!is_new(shared, 1 + MCP_LIVE_PEERS, 1) && !is_new(shared, 3, 1),
       "%d nodes are known", MCP_LIVE_PEERS);
    ok(is_new(shared, 1, 5 + WINDOW),
       "who was silent for longest is forgotten for one more");
}

/* All children hear all notes. */
static void hear_all(mcp_live_shared_t *shared, apr_uint32_t number)
{
    apr_uint64_t i;

    for (i = 1; i <= EACH; i++)
        if (is_new(shared, 1 + i % 5, i))
            add(&tally->done);
}

static void test_children(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    int i, status, good = 1;

    tally_clear();
    fflush(stdout);
    for (i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            hear_all(shared, (apr_uint32_t)i);
            _exit(0);
        }
    while (wait(&status) > 0)
        good &= status == 0;
    ok(good && tally->done == EACH,
       "%d children hear %d notes, and each is new to one", CHILDREN, EACH);
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    int status;

    is_new(shared, 1, 1);
    fflush(stdout);
    if (fork() == 0) {
        mcp_live_lock_enter(&mcp_live_shared_peers(shared)->lock);
        _exit(0);
    }
    wait(&status);
    ok(is_new(shared, 1, 2) && !is_new(shared, 1, 2),
       "one was killed while he looked: the others go on");
}

static void body(mcp_ctx_t *cx)
{
    test_basics(cx);
    test_model(cx);
    test_limits(cx);
    test_children(cx);
    test_killed(cx);
}

TAP_MAIN(body)
