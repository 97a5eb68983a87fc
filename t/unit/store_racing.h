/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_STORE_RACING_H
#define MCP_T_UNIT_STORE_RACING_H

#include "tempdir.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <apr_thread_proc.h>

#include "store/store.h"

/* Children and threads that want the same records at once, and children that
 * die in the middle. */

#define CHILDREN 4
#define THREADS 4
#define RECORDS 2000
#define VERSIONS 500
#define ADDED 500

/* Given by the test: opens the store in this process. */
static const mcp_error_t *store_open(mcp_store_t **store, mcp_ctx_t *cx);

/* what the children have seen, in memory they share */
static struct {
    int taken[RECORDS];
    int spent[RECORDS];
    int wins[VERSIONS + 1]; /* of the version with this number as value */
    int added[ADDED];
    int failures;
    int acknowledged; /* records whose put was answered */
} * board;

static const unsigned char *key_of(int number, unsigned char *key)
{
    mcp_digest_sha256(key, &number, sizeof(number));
    return key;
}

static void count(int *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

typedef struct thread_t {
    mcp_store_t *store;
    void (*work)(mcp_store_t *store, mcp_ctx_t *cx);
} work_t;

static void *APR_THREAD_FUNC thread_run(apr_thread_t *thread, void *data)
{
    work_t *work = data;
    mcp_ctx_t cx = {NULL, &tap_host, NULL};

    apr_pool_create(&cx.pool, NULL);
    work->work(work->store, &cx);
    apr_pool_destroy(cx.pool);
    return NULL;
}

static void child_run(void (*function)(mcp_store_t *, mcp_ctx_t *),
                      mcp_ctx_t *cx)
{
    apr_thread_t *threads[THREADS];
    apr_status_t unused;
    mcp_ctx_t own = *cx;
    work_t work;
    int i;

    apr_pool_create(&own.pool, NULL);
    work.work = function;
    if (store_open(&work.store, &own)) {
        count(&board->failures);
        _exit(1);
    }
    for (i = 0; i < THREADS; i++)
        apr_thread_create(&threads[i], NULL, thread_run, &work, own.pool);
    for (i = 0; i < THREADS; i++)
        apr_thread_join(&unused, threads[i]);
    apr_pool_destroy(own.pool);
    _exit(0);
}

static int all_run(void (*function)(mcp_store_t *, mcp_ctx_t *), mcp_ctx_t *cx)
{
    pid_t children[CHILDREN];
    int i, status, good = 1;

    fflush(stdout);
    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            child_run(function, cx);
    }
    for (i = 0; i < CHILDREN; i++)
        good &= waitpid(children[i], &status, 0) > 0 && status == 0;
    return good;
}

static void take_all(mcp_store_t *store, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    int i;

    for (i = 0; i < RECORDS; i++) {
        if (mcp_store_take(&record, store, MCP_RECORD_CODE, key_of(i, key),
                           cx) ||
            !record)
            count(&board->failures);
        else
            count(record->spent ? &board->spent[i] : &board->taken[i]);
        if (i % 100 == 0)
            apr_pool_clear(cx->pool);
    }
}

static void test_take(mcp_ctx_t *cx)
{
    mcp_record_t record = {"code", 4, NULL, 0, 0, 0};
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    int i, once = 0, rest = 0;

    apr_pool_create(&own.pool, cx->pool);
    store_open(&store, &own);
    record.expires = mcp_ctx_seconds(cx) + 60;
    for (i = 0; i < RECORDS; i++)
        mcp_store_put(store, MCP_RECORD_CODE, key_of(i, key), &record, &own);
    apr_pool_destroy(own.pool);
    ok(all_run(take_all, cx), "%d processes of %d threads take %d codes",
       CHILDREN, THREADS, RECORDS);
    for (i = 0; i < RECORDS; i++) {
        once += board->taken[i] == 1;
        rest += board->spent[i] == CHILDREN * THREADS - 1;
    }
    ok(once == RECORDS, "%d were handed out exactly once", once);
    ok(rest == RECORDS, "%d times all others learned it was spent", rest);
    ok(board->failures == 0, "%d failures", board->failures);
}

static void add_all(mcp_store_t *store, mcp_ctx_t *cx)
{
    mcp_record_t record = {"", 0, NULL, 0, 0, 0};
    unsigned char key[MCP_DIGEST_SIZE];
    int i, added;

    record.expires = mcp_ctx_seconds(cx) + 60;
    for (i = 0; i < ADDED; i++) {
        if (mcp_store_add(&added, store, MCP_RECORD_USED, key_of(i, key),
                          &record, cx))
            count(&board->failures);
        else if (added)
            count(&board->added[i]);
        if (i % 100 == 0)
            apr_pool_clear(cx->pool);
    }
}

static void test_add(mcp_ctx_t *cx)
{
    int i, once = 0;

    ok(all_run(add_all, cx), "all add the same %d records", ADDED);
    for (i = 0; i < ADDED; i++)
        once += board->added[i] == 1;
    ok(once == ADDED, "%d were added exactly once", once);
    ok(board->failures == 0, "%d failures", board->failures);
}

/* Counts a record's value up: who replaces version n by n + 1 has won n. */
static void replace_all(mcp_store_t *store, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *found;
    mcp_record_t record;
    int done, value;

    key_of(0, key);
    for (;;) {
        apr_pool_clear(cx->pool);
        if (mcp_store_get(&found, store, MCP_RECORD_GRANT, key, cx) ||
            !found) {
            count(&board->failures);
            return;
        }
        value = atoi(apr_pstrmemdup(cx->pool, found->value, found->len));
        if (value >= VERSIONS)
            return;
        record = *found;
        record.value = apr_psprintf(cx->pool, "%d", value + 1);
        record.len = strlen(record.value);
        if (mcp_store_replace(&done, store, MCP_RECORD_GRANT, key, &record,
                              cx))
            count(&board->failures);
        else if (done)
            count(&board->wins[value]);
    }
}

static void test_replace(mcp_ctx_t *cx)
{
    mcp_record_t record = {"0", 1, NULL, 0, 0, 0};
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    int i, winners = 0;

    apr_pool_create(&own.pool, cx->pool);
    store_open(&store, &own);
    record.expires = mcp_ctx_seconds(cx) + 60;
    mcp_store_put(store, MCP_RECORD_GRANT, key_of(0, key), &record, &own);
    apr_pool_destroy(own.pool);
    ok(all_run(replace_all, cx), "all replace one record %d times", VERSIONS);
    for (i = 0; i < VERSIONS; i++)
        winners += board->wins[i] == 1;
    ok(winners == VERSIONS, "%d versions had exactly one winner", winners);
    ok(board->failures == 0, "%d failures", board->failures);
}

/* Puts records until it is killed. */
static void put_for_ever(mcp_ctx_t *cx)
{
    mcp_record_t record = {"0123456789", 10, "user", 0, 0, 0};
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_ctx_t own = *cx;
    mcp_store_t *store;
    int i;

    apr_pool_create(&own.pool, NULL);
    if (store_open(&store, &own))
        _exit(1);
    record.expires = mcp_ctx_seconds(cx) + 60;
    for (i = board->acknowledged;; i++) {
        if (mcp_store_put(store, MCP_RECORD_REVOCATION, key_of(i, key),
                          &record, &own))
            _exit(1);
        __atomic_store_n(&board->acknowledged, i + 1, __ATOMIC_SEQ_CST);
        if (i % 100 == 0 && board->acknowledged % 500 == 1)
            apr_sleep(500);
    }
}

static int lost(mcp_store_t *store, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *found;
    int i, missing = 0;

    for (i = 0; i < board->acknowledged; i++)
        missing += mcp_store_get(&found, store, MCP_RECORD_REVOCATION,
                                 key_of(i, key), cx) ||
                   !found;
    return missing;
}

static void race(mcp_ctx_t *cx)
{
    test_take(cx);
    test_add(cx);
    test_replace(cx);
}

static void race_begin(void)
{
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

#endif
