/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <apr_thread_proc.h>

#include "live/flight.h"

static const unsigned char *key_of(unsigned number)
{
    static unsigned char key[MCP_DIGEST_SIZE];

    mcp_digest_sha256(key, &number, sizeof(number));
    return key;
}

static void test_turns(mcp_ctx_t *cx)
{
    mcp_live_flight_t *flight = mcp_live_flight_make(cx->pool);

    ok(mcp_live_flight_begin(flight, key_of(1)), "the first finds it out");
    ok(!mcp_live_flight_begin(flight, key_of(1)), "nobody else does");
    ok(mcp_live_flight_begin(flight, key_of(2)), "but something else");
    mcp_live_flight_end(flight, key_of(1));
    ok(mcp_live_flight_begin(flight, key_of(1)),
       "after it has ended one does");
    ok(!mcp_live_flight_begin(flight, key_of(2)), "the other goes on");
    mcp_live_flight_end(flight, key_of(3));
    ok(!mcp_live_flight_begin(flight, key_of(2)),
       "what nobody began ends nothing");
}

static void test_full(mcp_ctx_t *cx)
{
    mcp_live_flight_t *flight = mcp_live_flight_make(cx->pool);
    unsigned i, first = 0;

    for (i = 0; i < 2 * MCP_FLIGHTS; i++)
        first += mcp_live_flight_begin(flight, key_of(i)) != 0;
    ok(first == 2 * MCP_FLIGHTS, "many at once: nobody is kept from it");
    for (i = 0; i < 2 * MCP_FLIGHTS; i++)
        mcp_live_flight_end(flight, key_of(i));
    for (i = first = 0; i < MCP_FLIGHTS; i++)
        first += mcp_live_flight_begin(flight, key_of(i)) != 0;
    ok(first == MCP_FLIGHTS, "and all have ended");
    for (i = first = 0; i < MCP_FLIGHTS; i++)
        first += mcp_live_flight_begin(flight, key_of(i)) != 0;
    ok(!first, "as many as there is room for are known");
}

typedef struct race_t {
    mcp_live_flight_t *flight;
    int inside, most, count;
} race_t;

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    race_t *race = data;
    unsigned char key[MCP_DIGEST_SIZE] = {7};
    int i, inside;

    for (i = 0; i < 20000; i++) {
        if (!mcp_live_flight_begin(race->flight, key))
            continue;
        inside = __atomic_add_fetch(&race->inside, 1, __ATOMIC_SEQ_CST);
        if (inside > 1)
            __atomic_store_n(&race->most, inside, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&race->count, 1, __ATOMIC_SEQ_CST);
        __atomic_sub_fetch(&race->inside, 1, __ATOMIC_SEQ_CST);
        mcp_live_flight_end(race->flight, key);
    }
    (void)thread;
    return NULL;
}

static void test_race(mcp_ctx_t *cx)
{
    race_t race = {mcp_live_flight_make(cx->pool), 0, 0, 0};
    apr_thread_t *threads[8];
    apr_status_t rv;
    int i;

    for (i = 0; i < 8; i++)
        if (apr_thread_create(&threads[i], NULL, run, &race, cx->pool))
            ok(0, "a thread");
    for (i = 0; i < 8; i++)
        apr_thread_join(&rv, threads[i]);
    ok(race.count > 0 && !race.most, "8 threads: one at a time");
}

static void body(mcp_ctx_t *cx)
{
    test_turns(cx);
    test_full(cx);
    test_race(cx);
}

TAP_MAIN(body)
