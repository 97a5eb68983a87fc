/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <time.h>

#include <apr_thread_proc.h>

#include "live/seen.h"

static const unsigned char *key_of(int number, unsigned char *key)
{
    mcp_digest_sha256(key, &number, sizeof(number));
    return key;
}

static void put(mcp_live_seen_t *seen, int number, const char *text,
                apr_int64_t expires)
{
    mcp_live_fact_t fact = {text, strlen(text) + 1, expires, 7};
    unsigned char key[MCP_DIGEST_SIZE];

    mcp_live_seen_put(seen, key_of(number, key), &fact);
}

static const char *get(mcp_live_seen_t *seen, int number, apr_int64_t now,
                       apr_pool_t *pool)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_live_fact_t fact;

    if (!mcp_live_seen_get(&fact, seen, key_of(number, key), now, pool))
        return NULL;
    return fact.block;
}

static void test_basics(mcp_ctx_t *cx)
{
    mcp_live_seen_t *seen = mcp_live_seen_make(64, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_live_fact_t fact;
    char *large = apr_pcalloc(cx->pool, MCP_SEEN_MAX + 1);
    const char *copy;

    is(get(seen, 1, 10, cx->pool), NULL, "nothing is known");
    put(seen, 1, "one", 20);
    is(get(seen, 1, 10, cx->pool), "one", "what was put is");
    ok(mcp_live_seen_get(&fact, seen, key_of(1, key), 10, cx->pool) &&
           fact.len == 4 && fact.expires == 20 && fact.sequence == 7,
       "with all that belongs to it");
    is(get(seen, 2, 10, cx->pool), NULL, "another key is not");
    copy = get(seen, 1, 10, cx->pool);
    put(seen, 1, "two", 20);
    is(copy, "one", "what was got is a copy");
    is(get(seen, 1, 10, cx->pool), "two", "a second put replaces");
    is(get(seen, 1, 19, cx->pool), "two", "until it expires");
    is(get(seen, 1, 20, cx->pool), NULL, "not when it has");
    is(get(seen, 1, 10, cx->pool), NULL, "then it is gone for good");
    put(seen, 3, "three", 20);
    mcp_live_seen_forget(seen, key_of(3, key));
    mcp_live_seen_forget(seen, key_of(4, key));
    is(get(seen, 3, 10, cx->pool), NULL, "what is forgotten is gone");
    fact.block = large;
    fact.expires = 20;
    fact.len = MCP_SEEN_MAX;
    mcp_live_seen_put(seen, key_of(5, key), &fact);
    ok(get(seen, 5, 10, cx->pool) != NULL, "the largest block is kept");
    fact.len = MCP_SEEN_MAX + 1;
    mcp_live_seen_put(seen, key_of(6, key), &fact);
    ok(get(seen, 6, 10, cx->pool) == NULL, "a larger one is not");
    fact.len = 0;
    fact.block = NULL;
    mcp_live_seen_put(seen, key_of(7, key), &fact);
    ok(mcp_live_seen_get(&fact, seen, key_of(7, key), 10, cx->pool) &&
           fact.len == 0,
       "an empty one is");
}

static void test_bounds(mcp_ctx_t *cx)
{
    mcp_live_seen_t *seen = mcp_live_seen_make(64, cx->pool);
    mcp_live_seen_t *least = mcp_live_seen_make(0, cx->pool);
    int i, kept = 0;

    for (i = 0; i < 10000; i++)
        put(seen, i, "x", 20);
    for (i = 0; i < 10000; i++)
        kept += get(seen, i, 10, cx->pool) != NULL;
    ok(kept == 64, "of 10000 put into 64 places %d are kept", kept);
    is(get(seen, 9999, 10, cx->pool), "x", "the last one among them");
    for (i = 0; i < 5; i++)
        put(least, i, "x", 20);
    is(get(least, 0, 10, cx->pool), NULL, "in one set the oldest goes");
    for (kept = 0, i = 1; i < 5; i++)
        kept += get(least, i, 10, cx->pool) != NULL;
    ok(kept == 4, "and the four younger stay");
}

typedef struct crowd_t {
    mcp_live_seen_t *seen;
    int wrong;
} crowd_t;

static void *APR_THREAD_FUNC crowd_run(apr_thread_t *thread, void *data)
{
    crowd_t *crowd = data;
    unsigned int state = (unsigned int)(apr_uintptr_t)thread;
    unsigned char key[MCP_DIGEST_SIZE];
    apr_pool_t *pool;
    char text[300];
    int i;

    apr_pool_create(&pool, NULL);
    for (i = 0; i < 50000; i++) {
        int number = rand_r(&state) % 200;
        const char *found = get(crowd->seen, number, 10, pool);

        memset(text, 'a' + number % 26, sizeof(text));
        text[100 + number] = '\0';
        if (found && strcmp(found, text) != 0)
            __atomic_add_fetch(&crowd->wrong, 1, __ATOMIC_RELAXED);
        if (i % 3 == 0)
            put(crowd->seen, number, text, 20);
        if (i % 7 == 0)
            mcp_live_seen_forget(crowd->seen, key_of(number, key));
        if (i % 100 == 0)
            apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
    return NULL;
}

static void test_threads(mcp_ctx_t *cx)
{
    crowd_t crowd = {mcp_live_seen_make(128, cx->pool), 0};
    apr_thread_t *threads[4];
    apr_status_t unused;
    int i;

    for (i = 0; i < 4; i++)
        apr_thread_create(&threads[i], NULL, crowd_run, &crowd, cx->pool);
    for (i = 0; i < 4; i++)
        apr_thread_join(&unused, threads[i]);
    ok(crowd.wrong == 0, "4 threads: nobody gets another key's block");
}

/* Not a promise, since machines differ: the figure is in the comment. */
static void measure(mcp_ctx_t *cx)
{
    mcp_live_seen_t *seen = mcp_live_seen_make(4096, cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    struct timespec from, to;
    mcp_live_fact_t fact;
    apr_pool_t *pool;
    char block[500];
    int i, hits = 0;

    memset(block, 'x', sizeof(block));
    fact.block = block;
    fact.len = sizeof(block);
    fact.expires = 20;
    fact.sequence = 0;
    mcp_live_seen_put(seen, key_of(1, key), &fact);
    apr_pool_create(&pool, cx->pool);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (i = 0; i < 1000000; i++) {
        hits += mcp_live_seen_get(&fact, seen, key, 10, pool);
        if (i % 10 == 0)
            apr_pool_clear(pool);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    ok(hits == 1000000, "a million hits");
    printf("# %.3f us for a hit of 500 bytes\n",
           (double)(to.tv_sec - from.tv_sec) +
               (double)(to.tv_nsec - from.tv_nsec) / 1e9);
}

static void body(mcp_ctx_t *cx)
{
    test_basics(cx);
    test_bounds(cx);
    test_threads(cx);
    measure(cx);
}

TAP_MAIN(body)
