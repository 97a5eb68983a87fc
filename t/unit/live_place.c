/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_children.h"
#include "live_shared.h"

#include "live/layout.h"
#include "live/place.h"
#include "live/process.h"

#define MANY 1000000

static int take(mcp_live_shared_t *shared, mcp_place_limits_t limits,
                apr_uint64_t owner)
{
    return mcp_live_place_take(shared, MCP_PLACE_THREAD, &limits, owner);
}

typedef struct case_t {
    const char *what;
    mcp_place_limits_t limits;
    apr_uint64_t owner;
    int taken; /* of five that are asked for */
} case_t;

static void test_limits(mcp_ctx_t *cx)
{
    static const case_t cases[] = {
        {"no more than for all children", {3, MANY, MANY}, 1, 3},
        {"no more than for each child", {MANY, 2, MANY}, 1, 2},
        {"no more than for one owner", {MANY, MANY, 4}, 1, 4},
        {"what nobody has is not counted so", {MANY, MANY, 0}, 0, 5},
        {"none for all children", {0, MANY, MANY}, 1, 0},
        {"none for a child", {MANY, 0, MANY}, 1, 0},
        {"none for an owner", {MANY, MANY, 0}, 1, 0},
    };
    const mcp_place_limits_t open = {MANY, MANY, MANY};
    apr_size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        mcp_live_shared_t *shared = make(SMALL, cx);
        int n, taken = 0;

        for (n = 0; n < 5; n++)
            taken += take(shared, cases[i].limits, cases[i].owner) >= 0;
        ok(taken == cases[i].taken &&
               mcp_live_place_taken(shared, MCP_PLACE_THREAD) ==
                   (apr_uint32_t)taken,
           "%s", cases[i].what);
        ok(take(shared, open, 2) >= 0, "within other limits there is one");
    }
}

static void test_give(mcp_ctx_t *cx)
{
    const mcp_place_limits_t limits = {5, 5, 2};
    mcp_live_shared_t *shared = make(SMALL, cx);
    int first = take(shared, limits, 1), second = take(shared, limits, 1);
    int third;

    ok(first >= 0 && second >= 0 && first != second, "two places are two");
    ok(take(shared, limits, 1) == -1, "an owner has no more");
    third = take(shared, limits, 2);
    ok(third >= 0, "another has");
    mcp_live_place_give(shared, MCP_PLACE_THREAD, first);
    ok(mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 2,
       "what is given is not taken");
    ok(take(shared, limits, 1) >= 0, "and can be taken");
    mcp_live_place_give(shared, MCP_PLACE_THREAD, -1);
    mcp_live_place_give(shared, MCP_PLACE_THREAD, MCP_PLACES);
    mcp_live_place_give(shared, MCP_PLACE_THREAD, MCP_PLACES - 1);
    ok(mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 3,
       "what is no place is not given");
    mcp_live_place_give(shared, MCP_PLACE_THREAD, second);
    mcp_live_place_give(shared, MCP_PLACE_THREAD, third);
    mcp_live_place_give(shared, MCP_PLACE_THREAD, third);
    ok(mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 1,
       "a place is given once");
}

static void test_all(mcp_ctx_t *cx)
{
    const mcp_place_limits_t limits = {MANY, MANY, MANY};
    mcp_live_shared_t *shared = make(SMALL, cx);
    int n = 0;

    while (n < MANY && take(shared, limits, 1) >= 0)
        n++;
    ok(n == MCP_PLACES, "there are %d places", MCP_PLACES);
    mcp_live_place_give(shared, MCP_PLACE_THREAD, 17);
    ok(take(shared, limits, 1) == 17, "each is used again");
}

/* -- others -- */

static void take_and_die(mcp_live_shared_t *shared, apr_uint32_t number)
{
    const mcp_place_limits_t limits = {4, 4, 4};

    while (take(shared, limits, number) >= 0)
        ;
    mcp_live_lock_enter(&mcp_live_shared_rows(shared)->lock);
}

static void take_and_stay(mcp_live_shared_t *shared, apr_uint32_t number)
{
    const mcp_place_limits_t limits = {4, 2, 4};

    while (take(shared, limits, number) >= 0)
        ;
    mcp_live_place_give(shared, MCP_PLACE_THREAD, 3);
    add(&tally->ready);
    await(&tally->go, 1);
}

static void test_others(mcp_ctx_t *cx)
{
    const mcp_place_limits_t limits = {4, 4, 4};
    mcp_live_shared_t *shared = make(SMALL, cx);
    pid_t child;

    tally_clear();
    take(shared, limits, 1);
    take(shared, limits, 1);
    child = child_start(shared, take_and_stay, 1);
    ok(await(&tally->ready, 1) &&
           mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 3,
       "children have places; each gives back its own");
    ok(take(shared, limits, 2) == 3 && take(shared, limits, 2) == -1,
       "and keep them while they live");
    kill(child, SIGKILL);
    /* it is dead, and its parent has not asked */
    waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT);
    ok(take(shared, limits, 2) == 2 && take(shared, limits, 2) == -1,
       "when they are killed others have them");
    waitpid(child, NULL, 0);
    for (child = 0; child < 4; child++)
        mcp_live_place_give(shared, MCP_PLACE_THREAD, child);
    child_end(child_start(shared, take_and_die, 9));
    ok(take(shared, limits, 9) >= 0,
       "also those of one who was killed while he took one");
    ok(mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 1, "all of them");
}

/* As if the pid of one who was killed were given to this process. */
static void test_reused(mcp_ctx_t *cx)
{
    const mcp_place_limits_t limits = {4, 2, 4};
    mcp_live_shared_t *shared = make(SMALL, cx);
    mcp_live_row_t *row = mcp_live_shared_rows(shared)->rows;

    take(shared, limits, 1);
    ok(mcp_live_process_lives(row->holder), "who holds a place lives");
    row->holder ^= 1; /* started in another tick */
    ok(!mcp_live_process_lives(row->holder),
       "another process that had its pid does not");
    ok(take(shared, limits, 1) == 1 && take(shared, limits, 1) == 2,
       "its places are not counted as one's own");
    mcp_live_place_give(shared, MCP_PLACE_THREAD, 0);
    ok(row->holder != 0, "nor can they be given back");
    ok(mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 2 && row->holder == 0,
       "they are found to be free");
}

/* -- many at once -- */

#define MOST 20
#define MOST_EACH 7
#define MOST_OWNER 3
#define OWNERS 8

typedef struct held_t {
    apr_uint32_t server, child[CHILDREN], owner[OWNERS + 1], reached;
} held_t;

static held_t *held;

static void hold(apr_uint32_t *counter, apr_uint32_t most)
{
    if (add(counter) > most)
        add(&tally->wrong);
}

static void let(apr_uint32_t *counter)
{
    __atomic_sub_fetch(counter, 1, __ATOMIC_ACQ_REL);
}

static void race(mcp_live_shared_t *shared, apr_uint32_t number)
{
    const mcp_place_limits_t limits = {MOST, MOST_EACH, MOST_OWNER};
    apr_uint32_t child = number / THREADS, owner = 1 + number % OWNERS, i;

    for (i = 0; i < 2000; i++) {
        int place = take(shared, limits, owner);

        if (place < 0) {
            add(&tally->most);
            continue;
        }
        hold(&held->server, MOST);
        hold(&held->child[child], MOST_EACH);
        hold(&held->owner[owner], MOST_OWNER);
        if (i % 16 == 0)
            apr_sleep(50);
        let(&held->owner[owner]);
        let(&held->child[child]);
        let(&held->server);
        mcp_live_place_give(shared, MCP_PLACE_THREAD, place);
        add(&tally->done);
    }
}

static void race_in_threads(mcp_live_shared_t *shared, apr_uint32_t child)
{
    threads_run(shared, race, child);
}

static void test_race(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);

    tally_clear();
    held = mmap(NULL, sizeof(*held), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    children_start(shared, race_in_threads);
    ok(children_end() && tally->done && tally->most,
       "many take places at once");
    ok(!tally->wrong, "never more than any limit");
    ok(!mcp_live_place_taken(shared, MCP_PLACE_THREAD),
       "and all are given back");
}

static void take_on(mcp_live_shared_t *shared, apr_uint32_t number)
{
    const mcp_place_limits_t limits = {MOST, MOST_EACH, MOST_OWNER};

    for (;;) {
        int place = take(shared, limits, number + 1);

        add(&tally->done);
        if (rand() % 4)
            mcp_live_place_give(shared, MCP_PLACE_THREAD, place);
    }
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    int round, good = 1;

    tally_clear();
    for (round = 0; round < 40; round++) {
        tally->done = 0;
        children_start(shared, take_on);
        good &= await(&tally->done, 100);
        apr_sleep(rand() % 500);
        children_kill();
        good &= mcp_live_place_taken(shared, MCP_PLACE_THREAD) == 0;
    }
    ok(good, "children killed at it leave nothing");
}

static void test_uses(mcp_ctx_t *cx)
{
    const mcp_place_limits_t limits = {MANY, MANY, MANY};
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint32_t uses[MCP_PLACE_USES];
    int i, places[3];

    for (i = 0; i < 3; i++) {
        places[i] = mcp_live_place_take(shared, MCP_PLACE_STREAM, &limits, 1);
        mcp_live_place_use(shared, MCP_PLACE_STREAM, places[i], i ? 3 : 11);
    }
    mcp_live_place_uses(uses, shared, MCP_PLACE_STREAM);
    ok(uses[3] == 2 && uses[11] == 1 && !uses[0], "uses are counted");
    mcp_live_place_uses(uses, shared, MCP_PLACE_THREAD);
    ok(!uses[3] && !uses[11], "each kind of place has its own");
    mcp_live_place_give(shared, MCP_PLACE_STREAM, places[1]);
    mcp_live_place_take(shared, MCP_PLACE_STREAM, &limits, 1);
    mcp_live_place_uses(uses, shared, MCP_PLACE_STREAM);
    ok(uses[3] == 1 && uses[0] == 1, "who comes has no use yet");
}

static void body(mcp_ctx_t *cx)
{
    test_limits(cx);
    test_give(cx);
    test_all(cx);
    test_others(cx);
    test_reused(cx);
    test_race(cx);
    test_killed(cx);
    test_uses(cx);
}

TAP_MAIN(body)
