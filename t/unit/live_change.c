/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_children.h"
#include "live_shared.h"

#include "live/change.h"
#include "live/layout.h"

#define EACH 20000

static void tell(mcp_live_shared_t *shared, apr_uint64_t what)
{
    const mcp_change_t change = {what, what + 1};

    mcp_live_change_tell(shared, MCP_RING_NEWS, &change);
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t early = mcp_live_change_last(shared, MCP_RING_NEWS), late;
    mcp_change_t changes[8];

    ok(early == 0, "nothing has changed at first");
    ok(mcp_live_change_read(changes, 8, &early, shared, MCP_RING_NEWS) == 0,
       "or is read");
    tell(shared, 10);
    tell(shared, 20);
    late = mcp_live_change_last(shared, MCP_RING_NEWS);
    ok(late == 2, "changes are numbered from 1");
    tell(shared, 30);
    ok(mcp_live_change_read(changes, 8, &early, shared, MCP_RING_NEWS) == 3 &&
           early == 3 && changes[0].what == 10 && changes[0].whose == 11 &&
           changes[1].what == 20 && changes[2].what == 30,
       "who listened reads them in order");
    ok(mcp_live_change_read(changes, 8, &early, shared, MCP_RING_NEWS) == 0 &&
           early == 3,
       "once");
    ok(mcp_live_change_read(changes, 8, &late, shared, MCP_RING_NEWS) == 1 &&
           changes[0].what == 30,
       "who began later reads those behind");
    early = 0;
    ok(mcp_live_change_read(changes, 2, &early, shared, MCP_RING_NEWS) == 2 &&
           early == 2 && changes[1].what == 20,
       "some at a time");
    ok(mcp_live_change_read(changes, 2, &early, shared, MCP_RING_NEWS) == 1 &&
           early == 3 && changes[0].what == 30,
       "then the rest");
    early = 4;
    ok(mcp_live_change_read(changes, 2, &early, shared, MCP_RING_NEWS) == -1 &&
           early == 3,
       "a number that none has yet is not of this ring");
}

static void test_late(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t just = 1, late = 0;
    mcp_change_t *changes =
        apr_pcalloc(cx->pool, 2 * MCP_LIVE_CHANGES * sizeof(*changes));
    int i, right = 0;

    for (i = 1; i <= MCP_LIVE_CHANGES + 1; i++)
        tell(shared, (apr_uint64_t)i);
    ok(mcp_live_change_read(changes, 8, &late, shared, MCP_RING_NEWS) == -1 &&
           late == MCP_LIVE_CHANGES + 1,
       "who is too late for one hears that he is");
    ok(mcp_live_change_read(changes, 8, &late, shared, MCP_RING_NEWS) == 0,
       "once");
    ok(mcp_live_change_read(changes, 2 * MCP_LIVE_CHANGES, &just, shared,
                            MCP_RING_NEWS) == MCP_LIVE_CHANGES,
       "the last %d are there", MCP_LIVE_CHANGES);
    for (i = 0; i < MCP_LIVE_CHANGES; i++)
        right += changes[i].what == (apr_uint64_t)i + 2 &&
                 changes[i].whose == (apr_uint64_t)i + 3;
    ok(right == MCP_LIVE_CHANGES, "as they were told");
}

/* -- many -- */

static void tell_many(mcp_live_shared_t *shared, apr_uint32_t number)
{
    apr_uint64_t i;

    for (i = 1; i <= EACH / THREADS; i++)
        tell(shared, (apr_uint64_t)(number + 1) << 32 | i);
}

/* The changes of each teller are read in his order; all of them, unless one
 * hears that he came too late. */
static void read_many(mcp_live_shared_t *shared, apr_uint32_t number)
{
    apr_uint64_t last = 0, seen[THREADS + 1] = {0};
    apr_uint32_t read = 0, missed = 0;
    mcp_change_t changes[64];
    int got, i;

    (void)number;
    while (last < EACH) {
        got = mcp_live_change_read(changes, 64, &last, shared, MCP_RING_NEWS);
        missed += got < 0;
        for (i = 0; i < got; i++, read++) {
            apr_uint64_t who = changes[i].what >> 32;
            apr_uint64_t which = changes[i].what & 0xffffffff;

            if (who < 1 || who > THREADS || which <= seen[who] ||
                (!missed && which != seen[who] + 1) ||
                changes[i].whose != changes[i].what + 1)
                add(&tally->wrong);
            else
                seen[who] = which;
        }
    }
    if (missed ? read >= EACH : read != EACH)
        add(&tally->wrong);
    add(&tally->done);
}

/* The first child tells, the others listen. */
static void tell_or_read(mcp_live_shared_t *shared, apr_uint32_t child)
{
    threads_run(shared, child ? read_many : tell_many, child);
}

static void test_many(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);

    tally_clear();
    children_start(shared, tell_or_read);
    ok(children_end() && tally->done == (CHILDREN - 1) * THREADS,
       "%d threads tell, others read", THREADS);
    ok(!tally->wrong, "what each told, in order, or that there was more");
    ok(mcp_live_change_last(shared, MCP_RING_NEWS) == EACH,
       "each change has its number");
}

/* -- who is killed -- */

/* Dies as one who was killed while he had the lock. */
static void die(mcp_live_shared_t *shared, apr_uint32_t number)
{
    (void)number;
    mcp_live_lock_enter(&mcp_live_shared_ring(shared)->lock);
}

static void tell_on(mcp_live_shared_t *shared, apr_uint32_t number)
{
    for (;;) {
        tell(shared, number);
        add(&tally->done);
    }
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t last, before;
    mcp_change_t changes[8];
    int round, good = 1;

    tally_clear();
    tell(shared, 1);
    last = before = mcp_live_change_last(shared, MCP_RING_NEWS);
    child_end(child_start(shared, die, 0));
    ok(mcp_live_change_read(changes, 8, &last, shared, MCP_RING_NEWS) == -1,
       "where one is killed at it anything may have changed");
    ok(mcp_live_change_read(changes, 8, &before, shared, MCP_RING_NEWS) == -1,
       "for all who listened");
    ok(mcp_live_change_read(changes, 8, &last, shared, MCP_RING_NEWS) == 0,
       "once");
    tell(shared, 5);
    ok(mcp_live_change_read(changes, 8, &last, shared, MCP_RING_NEWS) == 1 &&
           changes[0].what == 5,
       "then it goes on");
    for (round = 0; round < 40; round++) {
        tally->done = 0;
        children_start(shared, tell_on);
        good &= await(&tally->done, 100);
        apr_sleep(rand() % 500);
        children_kill();
        while (mcp_live_change_read(changes, 8, &last, shared, MCP_RING_NEWS))
            ;
        tell(shared, 7);
        good &= mcp_live_change_read(changes, 8, &last, shared,
                                     MCP_RING_NEWS) == 1 &&
                changes[0].what == 7 && changes[0].whose == 8;
    }
    ok(good, "children killed at it hold nobody up");
}

static void body(mcp_ctx_t *cx)
{
    test_basics(cx);
    test_late(cx);
    test_many(cx);
    test_killed(cx);
}

TAP_MAIN(body)
