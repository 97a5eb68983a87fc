/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_shared.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/session.h"

#define CHILDREN 4
#define EACH 500

static const unsigned char *id_of(int number)
{
    static unsigned char id[MCP_DIGEST_SIZE];

    mcp_digest_sha256(id, &number, sizeof(number));
    return id;
}

static int is_ended(const mcp_live_shared_t *shared, int number,
                    apr_int64_t now)
{
    return mcp_live_session_state(shared, id_of(number), now) ==
           MCP_SESSION_ENDED;
}

static void test_shared(mcp_ctx_t *cx)
{
    mcp_live_limits_t limits = {100, 50, 20}, other;
    mcp_live_shared_t *shared;

    fine(mcp_live_shared_make(&shared, &limits, cx->pool, cx), "it is made");
    ok(mcp_live_shared_fits(shared, &limits), "it fits its limits");
    other = limits;
    other.sessions++;
    ok(!mcp_live_shared_fits(shared, &other), "not other sessions");
    other = limits;
    other.counters--;
    ok(!mcp_live_shared_fits(shared, &other), "nor other counters");
    other = limits;
    other.proofs++;
    ok(!mcp_live_shared_fits(shared, &other), "nor other proofs");
    other = limits;
    other.mailbox_bytes = MCP_LIVE_MAILBOX_BYTES;
    ok(mcp_live_shared_fits(shared, &other), "the usual room for letters");
    other.mailbox_bytes /= 2;
    ok(!mcp_live_shared_fits(shared, &other), "but no other one");
    ok(!mcp_live_shared_fits(NULL, &limits), "and nothing fits nothing");
    ++*(char *)shared;
    ok(!mcp_live_shared_fits(shared, &limits), "nor memory that is not ours");
    limits.sessions = limits.counters = 0;
    fine(mcp_live_shared_make(&shared, &limits, cx->pool, cx),
         "limits of 0 are served");
    mcp_live_session_end(shared, id_of(1), 100, 1);
    ok(is_ended(shared, 1, 1), "with the least there is");
}

static void test_states(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(64, 8), cx);

    ok(!is_ended(shared, 1, 1000), "a session not in the table is alive");
    mcp_live_session_end(shared, id_of(1), 1060, 1000);
    ok(is_ended(shared, 1, 1000), "DELETE ends it");
    ok(!is_ended(shared, 2, 1000), "and no other");
    mcp_live_session_end(shared, id_of(1), 1060, 1001);
    ok(is_ended(shared, 1, 1059), "it stays ended");
    ok(!is_ended(shared, 1, 1060), "until its id has expired");
    mcp_live_session_end(shared, id_of(3), 1000, 1000);
    ok(!is_ended(shared, 3, 999), "an expired one is not remembered");
    mcp_live_session_end(shared, id_of(4), APR_INT64_MAX, 1000);
    ok(is_ended(shared, 4, 2000000000), "one that never expires is");
}

static mcp_live_session_state_t touched(mcp_live_shared_t *shared, int number,
                                        apr_int64_t expires, apr_int64_t now)
{
    mcp_live_use_t use = {now, expires, 10};

    mcp_live_session_touch(shared, id_of(number), &use);
    return mcp_live_session_state(shared, id_of(number), now);
}

static mcp_live_session_state_t state(const mcp_live_shared_t *shared,
                                      int number, apr_int64_t now)
{
    return mcp_live_session_state(shared, id_of(number), now);
}

static void test_uses(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    int i;

    ok(state(shared, 1, 1000) == MCP_SESSION_UNKNOWN, "nothing is known");
    ok(touched(shared, 1, 1060, 1000) == MCP_SESSION_OPEN, "it was used");
    touched(shared, 1, 1070, 1005);
    ok(state(shared, 1, 1060) == MCP_SESSION_UNKNOWN,
       "a use within the slack is not written down");
    touched(shared, 1, 1060, 1000);
    touched(shared, 1, 1200, 1050);
    ok(state(shared, 1, 1199) == MCP_SESSION_OPEN, "a later one is");
    mcp_live_session_end(shared, id_of(1), 1300, 1100);
    ok(touched(shared, 1, 1400, 1101) == MCP_SESSION_ENDED,
       "what was ended does not open again by being used");
    for (i = 2; i <= 8; i++)
        touched(shared, i, 2000 + i, 1100);
    ok(touched(shared, 9, 3000, 1100) == MCP_SESSION_OPEN &&
           state(shared, 2, 1100) == MCP_SESSION_UNKNOWN &&
           state(shared, 3, 1100) == MCP_SESSION_OPEN,
       "a full table forgets the open one that expires first");
    ok(state(shared, 1, 1100) == MCP_SESSION_ENDED, "and not an ended one");
    for (i = 10; i < 17; i++)
        mcp_live_session_end(shared, id_of(i), 2000, 1100);
    ok(touched(shared, 17, 3000, 1100) == MCP_SESSION_UNKNOWN,
       "a table full of ended ones remembers no use");
}

/* As many as there is room for, then more. */
static void test_full(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    int i, ended = 0;

    for (i = 0; i < 8; i++)
        mcp_live_session_end(shared, id_of(i), 2000 + i, 1000);
    for (i = 0; i < 8; i++)
        ended += is_ended(shared, i, 1000);
    ok(ended == 8, "a full table");
    mcp_live_session_end(shared, id_of(8), 3000, 1000);
    ok(is_ended(shared, 8, 1000), "takes one more");
    ok(!is_ended(shared, 0, 1000), "and forgets the one that expires first");
    ok(is_ended(shared, 1, 1000), "not the next");
    for (i = 9; i < 16; i++)
        mcp_live_session_end(shared, id_of(i), 9000, 2500);
    for (ended = 0, i = 8; i < 16; i++)
        ended += is_ended(shared, i, 2500);
    ok(ended == 8, "expired ones make room");
}

static void test_children(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(CHILDREN * EACH * 8, 8), cx);
    int i, j, status, good = 1, ended = 0;

    fflush(stdout);
    for (i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            for (j = 0; j < EACH; j++) {
                mcp_live_session_end(shared, id_of(i * EACH + j), 2000, 1000);
                /* and one that all want to end */
                mcp_live_session_end(shared, id_of(-j - 1), 2000, 1000);
            }
            _exit(0);
        }
    while (wait(&status) > 0)
        good &= status == 0;
    for (i = -EACH; i < CHILDREN * EACH; i++)
        ended += is_ended(shared, i, 1000);
    ok(good && ended == (CHILDREN + 1) * EACH,
       "4 processes end 2500 sessions: all see %d ended", ended);
}

/* All fight for one bucket when they are killed. */
static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8), cx);
    pid_t children[CHILDREN];
    int i, ended = 0;

    fflush(stdout);
    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            for (;;)
                mcp_live_session_end(shared, id_of(rand()), 2000, 1000);
    }
    apr_sleep(50000);
    for (i = 0; i < CHILDREN; i++)
        kill(children[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    for (i = 0; i < 8; i++)
        mcp_live_session_end(shared, id_of(-i), 3000 + i, 1100);
    for (i = 0; i < 8; i++)
        ended += is_ended(shared, -i, 1100);
    ok(ended == 8, "children killed at it leave nothing locked");
}

static void body(mcp_ctx_t *cx)
{
    test_shared(cx);
    test_states(cx);
    test_uses(cx);
    test_full(cx);
    test_children(cx);
    test_killed(cx);
}

TAP_MAIN(body)
