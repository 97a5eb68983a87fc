/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_shared.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/proof.h"

#define CHILDREN 2
#define EACH 20000
#define KILLED 4
#define AGE 120 /* seconds that a proof is taken */
#define BORN 1800000000

static const unsigned char *id_of(int number)
{
    static unsigned char id[MCP_DIGEST_SIZE];

    mcp_digest_sha256(id, &number, sizeof(number));
    return id;
}

/* A proof of some second, offered at another. */
static mcp_live_proof_state_t use(mcp_live_shared_t *shared, int number,
                                  apr_int64_t made, apr_int64_t now)
{
    const mcp_live_proof_times_t times = {made, now - AGE, now};

    return mcp_live_proof_use(shared, id_of(number), &times);
}

/* As many as there is room for in the one bucket of the smallest memory. */
static int fill(mcp_live_shared_t *shared, int from, apr_int64_t made,
                apr_int64_t now)
{
    int i, fresh = 0;

    for (i = 0; i < 100; i++)
        fresh += use(shared, from + i, made, now) == MCP_PROOF_FRESH;
    return fresh;
}

static void test_once(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 1000), cx);

    ok(use(shared, 1, BORN + 5, BORN + 5) == MCP_PROOF_FRESH,
       "a proof is fresh");
    ok(use(shared, 1, BORN + 5, BORN + 5) == MCP_PROOF_USED, "once");
    ok(use(shared, 1, BORN + 5, BORN + 5 + AGE) == MCP_PROOF_USED,
       "as long as its age would be taken");
    ok(use(shared, 1, BORN + 50, BORN + 50) == MCP_PROOF_USED,
       "one with its name is used, too");
    ok(use(shared, 2, BORN + 5, BORN + 5) == MCP_PROOF_FRESH,
       "another one is not");
    ok(use(shared, 3, BORN + 35, BORN + 5) == MCP_PROOF_FRESH,
       "one of a clock that is ahead");
    ok(use(shared, 3, BORN + 35, BORN + 40) == MCP_PROOF_USED, "is good once");
}

static void test_full(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 0), cx);

    ok(fill(shared, 0, BORN, BORN) == 16, "there is room for so many");
    ok(use(shared, 100, BORN, BORN) == MCP_PROOF_FULL,
       "and the answer is no for one more");
    ok(use(shared, 100, BORN, BORN + AGE) == MCP_PROOF_FULL,
       "as long as all could come again");
    ok(use(shared, 0, BORN, BORN + AGE) == MCP_PROOF_USED,
       "they are remembered");
    ok(fill(shared, 200, BORN + AGE + 1, BORN + AGE + 1) == 16,
       "then there is room for as many");
    ok(use(shared, 0, BORN, BORN + AGE + 1) == MCP_PROOF_FORGOTTEN,
       "what was forgotten is not taken");
}

/* Before: whoever used it, it was not noted here. */
static void test_born(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 8), cx);

    ok(use(shared, 1, BORN - 1, BORN) == MCP_PROOF_UNKNOWN,
       "a proof that was made before the memory");
    ok(use(shared, 1, BORN - 1, BORN + 50) == MCP_PROOF_UNKNOWN,
       "is not taken later");
    ok(use(shared, 2, BORN, BORN) == MCP_PROOF_FRESH,
       "one of the same second is");
    ok(use(shared, 3, BORN - 3600, BORN - 3600) == MCP_PROOF_FRESH,
       "and one of now where the clock was set back");
    ok(use(shared, 3, BORN - 3600, BORN - 3600) == MCP_PROOF_USED, "once");
}

static void test_clock(mcp_ctx_t *cx)
{
    const apr_int64_t day = 86400;
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 0), cx);
    int i, used = 0;

    for (i = 0; i < 8; i++)
        use(shared, i, BORN, BORN);
    ok(use(shared, 100, BORN + day, BORN + day) == MCP_PROOF_FRESH,
       "the clock goes a day ahead");
    for (i = 0; i < 8; i++)
        used += use(shared, i, BORN, BORN + 1) == MCP_PROOF_USED;
    ok(used == 8, "and back: what was used is used");
    ok(use(shared, 101, BORN + 1, BORN + 1) == MCP_PROOF_FRESH,
       "and others are taken");
    ok(fill(shared, 200, BORN + day, BORN + day) >= 10,
       "ahead again, with many proofs");
    for (used = 0, i = 0; i < 8; i++)
        used += use(shared, i, BORN, BORN + 1) != MCP_PROOF_FRESH;
    ok(used == 8, "and back: none is fresh");
    ok(use(shared, 100, BORN + day, BORN + day) == MCP_PROOF_USED,
       "nor the first one of that day, when it comes");
    ok(fill(shared, 300, BORN + day + AGE + 1, BORN + day + AGE + 1) == 16,
       "ahead until those of that day are forgotten");
    ok(use(shared, 400, BORN + 2, BORN + 2) == MCP_PROOF_FORGOTTEN,
       "and back: nobody knows any more");
    ok(use(shared, 100, BORN + day, BORN + day) == MCP_PROOF_FORGOTTEN,
       "until then");
}

/* -- several at once -- */

/* What the children share besides. */
typedef struct board_t {
    int begun;                 /* counts those who are at their next proof */
    unsigned char fresh[EACH]; /* how often a proof was */
} board_t;

static board_t *board_make(void)
{
    return mmap(NULL, sizeof(board_t), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void wait_for(board_t *board, int count)
{
    while (__atomic_load_n(&board->begun, __ATOMIC_SEQ_CST) < count)
        sched_yield();
}

/* They come to each proof at the same time. step: seconds that the clock goes
 * on between two. */
static void race(mcp_live_shared_t *shared, board_t *board, int step)
{
    apr_int64_t now;
    int j;

    for (j = 0; j < EACH; j++) {
        now = BORN + (apr_int64_t)j * step;
        __atomic_fetch_add(&board->begun, 1, __ATOMIC_SEQ_CST);
        wait_for(board, CHILDREN * (j + 1));
        if (use(shared, j, now, now) == MCP_PROOF_FRESH)
            __atomic_fetch_add(&board->fresh[j], 1, __ATOMIC_SEQ_CST);
    }
}

static void race_all(mcp_live_shared_t *shared, board_t *board, int step)
{
    int i;

    fflush(stdout);
    for (i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            race(shared, board, step);
            _exit(0);
        }
}

static int all_good(int children)
{
    int status, good = 1;

    while (children-- && wait(&status) > 0)
        good &= status == 0;
    return good;
}

static int count_of(const board_t *board, int times)
{
    int j, count = 0;

    for (j = 0; j < EACH; j++)
        count += board->fresh[j] == times;
    return count;
}

static void test_children(mcp_ctx_t *cx)
{
    board_t *board = board_make();

    race_all(make(LIMITS(8, 8, 8 * EACH), cx), board, 0);
    ok(all_good(CHILDREN), "processes bring the same proofs at the same time");
    ok(count_of(board, 1) == EACH, "each is fresh once: %d of %d",
       count_of(board, 1), EACH);
}

/* Brings others all the time, so that words are given up. */
static pid_t noise_begin(mcp_live_shared_t *shared, board_t *board, int step)
{
    pid_t child = fork();
    apr_int64_t now;
    int i;

    if (child)
        return child;
    for (i = EACH;; i++) {
        now = BORN + (apr_int64_t)step *
                         (__atomic_load_n(&board->begun, __ATOMIC_SEQ_CST) /
                          CHILDREN);
        use(shared, i, now - i % AGE, now);
    }
}

/* Two buckets: the floor rises for one's sake while proofs come to the other.
 */
static void test_floor(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 4), cx);
    board_t *board = board_make();
    pid_t noise;

    fflush(stdout);
    noise = noise_begin(shared, board, AGE);
    race_all(shared, board, AGE);
    ok(all_good(CHILDREN), "words are given up meanwhile");
    kill(noise, SIGKILL);
    wait(NULL);
    ok(count_of(board, 0) + count_of(board, 1) == EACH, "none is fresh twice");
    ok(count_of(board, 1) > 0, "and some are: %d", count_of(board, 1));
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(LIMITS(8, 8, 0), cx);
    pid_t children[KILLED];
    apr_int64_t later = BORN + 100 * 86400;
    int i;

    fflush(stdout);
    for (i = 0; i < KILLED; i++) {
        children[i] = fork();
        if (children[i] == 0)
            for (;; i++)
                use(shared, rand(), BORN + i, BORN + i);
    }
    apr_sleep(50000);
    for (i = 0; i < KILLED; i++)
        kill(children[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    ok(fill(shared, 0, later, later) == 16,
       "children killed at it leave nothing locked");
}

static void body(mcp_ctx_t *cx)
{
    test_once(cx);
    test_full(cx);
    test_born(cx);
    test_clock(cx);
    test_children(cx);
    test_floor(cx);
    test_killed(cx);
}

TAP_MAIN(body)
