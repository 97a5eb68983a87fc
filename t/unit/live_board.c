/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live_shared.h"

#include <apr_thread_proc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live/board.h"
#include "live/layout.h"

#define CHILDREN 4
#define THREADS 8
#define ROUNDS 200
#define LEASE 60000 /* milliseconds that no test takes */

/* What processes count together. */
typedef struct tally_t {
    apr_uint32_t ready, granted, wrong, whole, go;
} tally_t;

static tally_t *tally;

static void tally_clear(void)
{
    memset(tally, 0, sizeof(*tally));
}

static apr_uint32_t add(apr_uint32_t *counter)
{
    return __atomic_add_fetch(counter, 1, __ATOMIC_ACQ_REL);
}

static apr_uint32_t count(const apr_uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* The clock that only goes forward goes faster here: instead of libc's. */
static apr_int64_t ahead;

int clock_gettime(clockid_t id, struct timespec *time)
{
    int status = (int)syscall(SYS_clock_gettime, id, time);

    time->tv_sec += ahead;
    return status;
}

/* -- names -- */

typedef struct name_t {
    unsigned char digest[MCP_DIGEST_SIZE];
} name_t;

static name_t name_of(apr_uint32_t number)
{
    name_t name;

    mcp_digest_sha256(name.digest, &number, sizeof(number));
    return name;
}

static const char *posted(mcp_live_shared_t *shared, int number, mcp_ctx_t *cx)
{
    name_t name = name_of(number);
    apr_uint64_t seen = 0;
    apr_size_t len;
    const char *text =
        mcp_live_board_read(&len, &seen, shared, name.digest, cx->pool);

    return text ? apr_pstrmemdup(cx->pool, text, len) : NULL;
}

static apr_uint64_t claimed(mcp_live_shared_t *shared, int number, int lease)
{
    name_t name = name_of(number);
    apr_uint64_t claim;

    return mcp_live_board_claim(&claim, shared, name.digest, lease) ? claim
                                                                    : 0;
}

static apr_uint64_t post(mcp_live_shared_t *shared, int number,
                         apr_uint64_t claim, const char *text)
{
    name_t name = name_of(number);

    return mcp_live_board_post(shared, name.digest, claim, text, strlen(text));
}

static void release(mcp_live_shared_t *shared, int number, apr_uint64_t claim)
{
    name_t name = name_of(number);

    mcp_live_board_release(shared, name.digest, claim);
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    name_t name = name_of(1);
    apr_uint64_t claim, number = 0, was;
    apr_size_t len;

    is(posted(shared, 1, cx), NULL, "nothing is posted at first");
    claim = claimed(shared, 1, LEASE);
    ok(claim != 0, "one gets the claim");
    ok(!claimed(shared, 1, LEASE), "and no other");
    ok(claimed(shared, 2, LEASE) != 0, "of that name");
    is(posted(shared, 1, cx), NULL, "a claim is no news");
    ok(post(shared, 1, claim, "one") != 0, "who has it posts");
    is(posted(shared, 1, cx), "one", "and all read it");
    is(posted(shared, 2, cx), NULL, "under that name");
    ok(!claimed(shared, 1, LEASE), "the claim goes on");
    release(shared, 1, claim);
    ok(!post(shared, 1, claim, "two"), "until it is released");
    claim = claimed(shared, 1, LEASE);
    ok(claim != 0, "then another has it");
    mcp_live_board_read(&len, &number, shared, name.digest, cx->pool);
    ok(!mcp_live_board_read(&len, &number, shared, name.digest, cx->pool),
       "what was read is not read again");
    was = number;
    number = post(shared, 1, claim, "three");
    ok(number != was, "what is posted then has another number");
    ok(!mcp_live_board_read(&len, &number, shared, name.digest, cx->pool),
       "who posted it knows it");
    is(posted(shared, 1, cx), "three", "and the others read it");
    ok(post(shared, 1, claim, "") != 0, "nothing can be posted, too");
    is(posted(shared, 1, cx), "", "which is not none");
}

static void test_size(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t claim = claimed(shared, 1, LEASE);
    char *large = apr_pcalloc(cx->pool, MCP_BOARD_MAX + 2);

    post(shared, 1, claim, "small");
    memset(large, 'x', MCP_BOARD_MAX + 1);
    ok(!post(shared, 1, claim, large), "what is too large is not posted");
    is(posted(shared, 1, cx), "small", "and spoils nothing");
    large[MCP_BOARD_MAX] = '\0';
    ok(post(shared, 1, claim, large) != 0, "the largest is");
    is(posted(shared, 1, cx), large, "whole");
    large[MCP_BOARD_MAX - 3] = '\0';
    post(shared, 1, claim, large);
    is(posted(shared, 1, cx), large, "and one that ends within a word");
}

/* -- room -- */

static void test_full(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    name_t late = name_of(MCP_LIVE_NOTES);
    apr_uint64_t claim = 1;
    apr_uint32_t i, right = 0;

    for (i = 0; i < MCP_LIVE_NOTES; i++) {
        apr_uint64_t own = claimed(shared, i, 1);

        post(shared, i, own, apr_psprintf(cx->pool, "%u", i));
        release(shared, i, own);
    }
    for (i = 0; i < MCP_LIVE_NOTES; i++)
        right +=
            !strcmp(posted(shared, i, cx), apr_psprintf(cx->pool, "%u", i));
    ok(right == MCP_LIVE_NOTES, "there is room for %d names", MCP_LIVE_NOTES);
    ok(mcp_live_board_claim(&claim, shared, late.digest, LEASE) && !claim,
       "who finds no more room goes on alone");
    ok(!post(shared, MCP_LIVE_NOTES, claim, "x"), "nothing is posted");
    is(posted(shared, MCP_LIVE_NOTES, cx), NULL, "or read then");
    release(shared, MCP_LIVE_NOTES, claim);
    ahead += 48 * 3600;
    claimed(shared, 0, 1);
    ahead += 24 * 3600;
    ok(!claimed(shared, MCP_LIVE_NOTES, LEASE), "for as long as any is used");
    ahead += 2 * 3600;
    claim = claimed(shared, MCP_LIVE_NOTES, LEASE);
    ok(claim != 0, "a name that nobody claimed for three days makes room");
    is(posted(shared, MCP_LIVE_NOTES, cx), NULL,
       "with nothing that was another's");
    is(posted(shared, 1, cx), NULL, "which nobody has any more");
    is(posted(shared, 0, cx), "0", "the others are as they were");
    post(shared, MCP_LIVE_NOTES, claim, "new");
    is(posted(shared, MCP_LIVE_NOTES, cx), "new", "and then it has its own");
}

/* -- who is killed, or late -- */

static void test_lease(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint64_t first = claimed(shared, 1, 5000), second;

    post(shared, 1, first, "before");
    ahead += 4;
    ok(!claimed(shared, 1, 5000), "who does not come back has it for a while");
    ahead += 1;
    second = claimed(shared, 1, 5000);
    ok(second != 0, "and no longer");
    is(posted(shared, 1, cx), "before", "what it posted is there");
    ok(!post(shared, 1, first, "late"),
       "who comes back too late is not heard");
    release(shared, 1, first);
    ok(!claimed(shared, 1, 5000), "and releases nothing");
    ok(post(shared, 1, second, "after") != 0, "the second is");
    is(posted(shared, 1, cx), "after", "heard");
}

static void start(pid_t *children,
                  void (*work)(mcp_live_shared_t *, mcp_ctx_t *),
                  mcp_live_shared_t *shared)
{
    int i;

    fflush(stdout);
    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            mcp_ctx_t cx = {NULL, &tap_host, NULL};

            apr_pool_create(&cx.pool, NULL);
            work(shared, &cx);
            _exit(0);
        }
    }
}

/* Each word of it is the same. */
static void block_fill(apr_uint64_t *block, apr_size_t words)
{
    apr_uint64_t word = (apr_uint64_t)getpid() << 32 | (apr_uint64_t)rand();
    apr_size_t i;

    for (i = 0; i < words; i++)
        block[i] = word;
}

static int is_whole(const apr_uint64_t *block, apr_size_t len)
{
    apr_size_t i;

    for (i = 1; i < len / sizeof(*block); i++)
        if (block[i] != block[0])
            return 0;
    return 1;
}

static void look(mcp_live_shared_t *shared, const name_t *name,
                 apr_pool_t *parent)
{
    apr_uint64_t number = 0;
    const void *block;
    apr_pool_t *pool;
    apr_size_t len;

    apr_pool_create(&pool, parent);
    block = mcp_live_board_read(&len, &number, shared, name->digest, pool);
    if (block)
        add(is_whole(block, len) ? &tally->whole : &tally->wrong);
    apr_pool_destroy(pool);
}

/* As if its claim had ended: others write where it writes. */
static void scribble(mcp_live_shared_t *shared, mcp_ctx_t *cx)
{
    static apr_uint64_t block[MCP_BOARD_MAX / sizeof(apr_uint64_t)];
    apr_size_t most = sizeof(block) / sizeof(*block);
    name_t name = name_of(1);
    apr_uint64_t claim;

    srand((unsigned)getpid());
    while (!count(&tally->go)) {
        apr_size_t words = most - (apr_size_t)rand() % 64;

        block_fill(block, words);
        if (mcp_live_board_claim(&claim, shared, name.digest, 0))
            mcp_live_board_post(shared, name.digest, claim, block,
                                words * sizeof(*block));
        look(shared, &name, cx->pool);
    }
}

static void test_torn(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    pid_t children[CHILDREN];
    apr_uint64_t claim;
    name_t name = name_of(1);

    tally_clear();
    start(children, scribble, shared);
    while (count(&tally->whole) < 2000)
        look(shared, &name, cx->pool);
    add(&tally->go);
    while (wait(NULL) > 0)
        ;
    ok(!tally->wrong, "what is torn is not read");
    ahead += 1;
    claim = claimed(shared, 1, LEASE);
    post(shared, 1, claim, "whole");
    is(posted(shared, 1, cx), "whole", "and the next is whole");
}

/* Posts on, as those do who behave, until it is killed. */
static void go_on(mcp_live_shared_t *shared, mcp_ctx_t *cx)
{
    static apr_uint64_t block[MCP_BOARD_MAX / sizeof(apr_uint64_t)];
    apr_uint32_t number = 0;
    apr_uint64_t claim;

    (void)cx;
    srand((unsigned)getpid());
    for (;; number = (number + 1) % 4) {
        name_t name = name_of(number);

        block_fill(block, sizeof(block) / sizeof(*block));
        if (!mcp_live_board_claim(&claim, shared, name.digest, 1000))
            continue;
        if (mcp_live_board_post(shared, name.digest, claim, block,
                                sizeof(block)))
            add(&tally->granted);
        mcp_live_board_release(shared, name.digest, claim);
    }
}

/* Whoever has claimed one may be kept from posting it while others go on. */
static int are_all_posted(mcp_live_shared_t *shared, mcp_ctx_t *cx)
{
    int i;

    for (i = 0; i < 4; i++)
        if (!posted(shared, i, cx))
            return 0;
    return 1;
}

static void test_killed(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    pid_t children[CHILDREN];
    int round, i, stuck = 0;

    tally_clear();
    for (round = 0; round < 40; round++) {
        apr_uint32_t before = count(&tally->granted);

        start(children, go_on, shared);
        while (count(&tally->granted) < before + 20 ||
               !are_all_posted(shared, cx))
            apr_sleep(500);
        apr_sleep(rand() % 1000);
        for (i = 0; i < CHILDREN; i++)
            kill(children[i], SIGKILL);
        while (wait(NULL) > 0)
            ;
        for (i = 0; i < 4; i++) {
            name_t name = name_of(i);

            look(shared, &name, cx->pool);
        }
        ahead += 2;
        for (i = 0; i < 4; i++) {
            apr_uint64_t claim = claimed(shared, i, 1000);

            stuck += !claim;
            release(shared, i, claim);
        }
    }
    ok(!stuck, "children killed at it hold nothing up for long");
    ok(!tally->wrong && tally->whole == 40 * 4,
       "and what they posted before stays, whole");
}

/* -- many at once -- */

typedef struct racer_t {
    mcp_live_shared_t *shared;
    apr_pool_t *pool;
    apr_thread_t *thread;
} racer_t;

static void meet(apr_uint32_t round)
{
    add(&tally->ready);
    while (count(&tally->ready) < round * CHILDREN * THREADS)
        apr_sleep(100);
}

/* Whoever is let posts; the others wait until they see that. */
static void race(racer_t *racer, apr_uint32_t round)
{
    /* new names and known ones */
    name_t name = name_of(round % (MCP_LIVE_NOTES + 4));
    apr_uint64_t seen = 0, claim;
    apr_size_t len = 0;
    const void *block;

    mcp_live_board_read(&len, &seen, racer->shared, name.digest, racer->pool);
    meet(2 * round - 1);
    for (;;) {
        block = mcp_live_board_read(&len, &seen, racer->shared, name.digest,
                                    racer->pool);
        if (block)
            break;
        if (!mcp_live_board_claim(&claim, racer->shared, name.digest, LEASE)) {
            apr_sleep(200);
            continue;
        }
        block = mcp_live_board_read(&len, &seen, racer->shared, name.digest,
                                    racer->pool);
        if (!block) {
            add(claim ? &tally->granted : &tally->whole);
            seen = mcp_live_board_post(racer->shared, name.digest, claim,
                                       &round, sizeof(round));
        }
        mcp_live_board_release(racer->shared, name.digest, claim);
        break;
    }
    if (block && (len != sizeof(round) || memcmp(block, &round, len)))
        add(&tally->wrong);
    meet(2 * round);
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    racer_t *racer = data;
    apr_uint32_t round;

    for (round = 1; round <= ROUNDS; round++)
        race(racer, round);
    (void)thread;
    return NULL;
}

static void run_all(mcp_live_shared_t *shared, mcp_ctx_t *cx)
{
    racer_t racers[THREADS];
    apr_status_t unused;
    int i;

    for (i = 0; i < THREADS; i++) {
        racers[i].shared = shared;
        apr_pool_create(&racers[i].pool, NULL);
        apr_thread_create(&racers[i].thread, NULL, run, &racers[i], cx->pool);
    }
    for (i = 0; i < THREADS; i++)
        apr_thread_join(&unused, racers[i].thread);
}

static void test_once(mcp_ctx_t *cx)
{
    mcp_live_shared_t *shared = make(SMALL, cx);
    apr_uint32_t alone = 0, round;
    pid_t children[CHILDREN];
    int status, good = 1;

    /* those that came when there was no room any more */
    for (round = 1; round <= ROUNDS; round++) {
        apr_uint32_t number = round % (MCP_LIVE_NOTES + 4);

        alone += number == 0 || number > MCP_LIVE_NOTES;
    }
    tally_clear();
    start(children, run_all, shared);
    while (wait(&status) > 0)
        good &= status == 0;
    ok(good && !tally->wrong, "%d threads of %d processes ask at once",
       CHILDREN * THREADS, CHILDREN);
    ok(tally->granted == ROUNDS - alone,
       "each time one of them is let, and the others hear of it");
    ok(tally->whole == alone * CHILDREN * THREADS,
       "without room all of them are");
}

static void body(mcp_ctx_t *cx)
{
    tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    test_basics(cx);
    test_size(cx);
    test_full(cx);
    test_lease(cx);
    test_torn(cx);
    test_killed(cx);
    test_once(cx);
}

TAP_MAIN(body)
