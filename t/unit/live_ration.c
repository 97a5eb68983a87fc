/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <apr_shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/ration.h"

#define START 1800000000 /* a multiple of 60 */
#define PROCESSES 8
#define TAKES 20000

static const mcp_live_rate_t rate = {3, 60};

/* how many of n passed; adds to *told what was said to be left out */
static int take(mcp_live_ration_t *ration, int n, apr_int64_t now,
                apr_uint64_t *told)
{
    apr_uint64_t left_out;
    int passed = 0;

    while (n-- > 0) {
        passed += mcp_live_ration_take(&left_out, ration, &rate, now);
        *told += left_out;
    }
    return passed;
}

static void test_windows(void)
{
    mcp_live_ration_t ration = {0, 0};
    apr_uint64_t told = 0;

    ok(take(&ration, 10, START, &told) == 3, "three of ten pass");
    ok(take(&ration, 5, START + 59, &told) == 0 && !told,
       "and none more in this window, in which nobody is told");
    ok(take(&ration, 1, START + 60, &told) == 1 && told == 12,
       "the first of the next is told how many were left out");
    ok(take(&ration, 2, START + 61, &told) == 2 && told == 12,
       "it alone, and two more pass");
    ok(take(&ration, 9, START + 61, &told) == 0, "then none");
    ok(take(&ration, 9, START + 100000, &told) == 3 && told == 21,
       "an age later it is the same");
}

static void test_settle(void)
{
    mcp_live_ration_t ration = {0, 0};
    apr_uint64_t told = 0;

    take(&ration, 7, START, &told);
    ok(!mcp_live_ration_settle(&ration, &rate, START + 59),
       "while the window lasts nothing is settled");
    ok(mcp_live_ration_settle(&ration, &rate, START + 60) == 4,
       "then the number is told without anybody coming");
    ok(!mcp_live_ration_settle(&ration, &rate, START + 60), "once");
    ok(take(&ration, 1, START + 60, &told) == 1 && !told,
       "and not to who comes after that");
    take(&ration, 5, START + 61, &told);
    ok(mcp_live_ration_end(&ration) == 3 && !mcp_live_ration_end(&ration),
       "at the end it is told at any time, once");
}

static void test_clock(void)
{
    mcp_live_ration_t ration = {0, 0};
    apr_uint64_t told = 0;

    take(&ration, 3, START, &told);
    ok(!take(&ration, 1, START - 30, &told),
       "a clock that is a little behind opens no other window");
    ok(take(&ration, 9, START - 86400, &told) == 3,
       "one that was set back a day does, and nobody waits for it");
}

/* All windows at once would be no limit. */
static void test_race(mcp_ctx_t *cx)
{
    static const mcp_live_rate_t many = {1000, 60};
    mcp_live_ration_t *ration;
    apr_uint64_t left_out, passed = 0;
    apr_shm_t *memory;
    int i, n, status;

    apr_shm_create(&memory, sizeof(*ration), NULL, cx->pool);
    ration = apr_shm_baseaddr_get(memory);
    memset(ration, 0, sizeof(*ration));
    fflush(stdout);
    for (i = 0; i < PROCESSES; i++) {
        if (fork())
            continue;
        for (n = 0; n < TAKES; n++)
            passed += mcp_live_ration_take(&left_out, ration, &many, START);
        _exit((int)(passed > 0));
    }
    while (wait(&status) > 0)
        ;
    ok((ration->window & 0xffffffff) == 1000, "as many pass as may");
    ok(ration->left_out == PROCESSES * TAKES - 1000,
       "and all others are counted, by however many processes");
}

static void body(mcp_ctx_t *cx)
{
    test_windows();
    test_settle();
    test_clock();
    test_race(cx);
}

TAP_MAIN(body)
