/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <apr_thread_proc.h>

#include "base/memo.h"

#define THREADS 8
#define ROUNDS 2000

/* What is made of a text. */
typedef struct thing_t {
    const char *text;
    int *gone; /* counts those that are gone */
} thing_t;

/* read's baton */
typedef struct maker_t {
    int made; /* atomic */
    int gone; /* atomic */
} maker_t;

/* As long as what it makes. */
static maker_t *maker_make(mcp_ctx_t *cx)
{
    return apr_pcalloc(cx->pool, sizeof(maker_t));
}

static apr_status_t go(void *data)
{
    thing_t *thing = data;

    __atomic_add_fetch(thing->gone, 1, __ATOMIC_RELAXED);
    return APR_SUCCESS;
}

/* "bad" cannot be read. */
static const mcp_error_t *make(const void **out, const mcp_memo_ask_t *ask,
                               mcp_ctx_t *cx)
{
    thing_t *thing = apr_pcalloc(cx->pool, sizeof(*thing));
    maker_t *maker = (maker_t *)ask->baton;

    thing->text = apr_pstrmemdup(cx->pool, ask->text, ask->len);
    __atomic_add_fetch(&maker->made, 1, __ATOMIC_RELAXED);
    thing->gone = &maker->gone;
    apr_pool_cleanup_register(cx->pool, thing, go, apr_pool_cleanup_null);
    *out = thing;
    return strcmp(thing->text, "bad") == 0
               ? mcp_error_make(MCP_E_PARSE_ERROR, cx, "it is bad")
               : NULL;
}

static const mcp_error_t *other_make(const void **out,
                                     const mcp_memo_ask_t *ask, mcp_ctx_t *cx)
{
    return make(out, ask, cx);
}

static const thing_t *get(mcp_memo_t *memo, maker_t *maker, const char *text,
                          mcp_ctx_t *cx)
{
    const mcp_memo_ask_t ask = {make, maker, text, strlen(text)};
    const void *thing = NULL;

    if (mcp_memo_get(&thing, memo, &ask, cx))
        return NULL;
    return thing;
}

static void test_same(mcp_ctx_t *cx)
{
    mcp_memo_t *memo = mcp_memo_make(5, cx->pool);
    maker_t *maker = maker_make(cx), *other = maker_make(cx);
    const thing_t *one = get(memo, maker, "one", cx);
    const mcp_memo_ask_t ask = {other_make, maker, "one", 3};
    char copy[] = "one";
    const void *thing;

    is(one->text, "one", "a thing is made of a text");
    ok(get(memo, maker, copy, cx) == one, "of the same text, the same");
    ok(get(memo, maker, "two", cx) != one, "of another text, another");
    ok(get(memo, maker, "on", cx) != one, "of a shorter one, too");
    ok(get(memo, other, "one", cx) != one, "with another baton, too");
    fine(mcp_memo_get(&thing, memo, &ask, cx), "by another function");
    ok(thing != one, "too");
    ok(get(memo, maker, "one", cx) == one, "all are kept");
}

static void test_bound(mcp_ctx_t *cx)
{
    mcp_memo_t *memo = mcp_memo_make(2, cx->pool);
    maker_t *maker = maker_make(cx);
    mcp_ctx_t own = *cx;
    const thing_t *one;

    apr_pool_create(&own.pool, cx->pool);
    one = get(memo, maker, "one", &own);
    get(memo, maker, "two", cx);
    get(memo, maker, "one", cx);
    get(memo, maker, "three", cx);
    ok(get(memo, maker, "one", cx) == one, "the one asked for last stays");
    get(memo, maker, "two", cx);
    ok(maker->made == 4, "the one asked for longest ago went");
    ok(maker->gone == 0, "who uses it has it still");
    apr_pool_destroy(own.pool);
    ok(maker->gone == 0, "and so has the memo");
}

static void test_life(mcp_ctx_t *cx)
{
    maker_t *maker = maker_make(cx);
    mcp_ctx_t own = *cx, user = *cx;
    const thing_t *one;
    mcp_memo_t *memo;

    apr_pool_create(&own.pool, cx->pool);
    apr_pool_create(&user.pool, cx->pool);
    memo = mcp_memo_make(1, own.pool);
    one = get(memo, maker, "one", &user);
    get(memo, maker, "one", &user);
    get(memo, maker, "two", &user);
    apr_pool_destroy(own.pool);
    is(one->text, "one", "a thing that is used outlives the memo");
    ok(maker->gone == 0, "and so do all");
    apr_pool_destroy(user.pool);
    ok(maker->gone == 2, "they go with their last user");
}

static void test_error(mcp_ctx_t *cx)
{
    mcp_memo_t *memo = mcp_memo_make(4, cx->pool);
    maker_t *maker = maker_make(cx);
    const mcp_memo_ask_t ask = {make, maker, "bad", 3};
    const mcp_error_t *e;
    const void *thing;
    int made;

    e = mcp_memo_get(&thing, memo, &ask, cx);
    fails(e, MCP_E_PARSE_ERROR, "an error");
    is(e->detail, "it is bad", "is whole");
    made = maker->made;
    fails(mcp_memo_get(&thing, memo, &ask, cx), MCP_E_PARSE_ERROR, "again");
    ok(maker->made > made, "and it is not kept");
    e = mcp_memo_get(&thing, NULL, &ask, cx);
    fails(e, MCP_E_PARSE_ERROR, "without a memo, too");
}

static void test_none(mcp_ctx_t *cx)
{
    maker_t *maker = maker_make(cx);
    const thing_t *one = get(NULL, maker, "one", cx);

    is(one->text, "one", "without a memo it is made");
    ok(get(NULL, maker, "one", cx) != one, "each time");
}

/* -- threads -- */

typedef struct worker_t {
    mcp_memo_t *memo;
    maker_t *maker;
    mcp_ctx_t cx;
    int number;
    int wrong;
} worker_t;

static void *APR_THREAD_FUNC work(apr_thread_t *thread, void *data)
{
    static const char *const texts[] = {"one", "two", "three", "four", "five"};
    worker_t *w = data;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        const char *text = texts[(i + w->number) % 5];
        const thing_t *got = get(w->memo, w->maker, text, &w->cx);

        w->wrong += !got || strcmp(got->text, text) != 0;
        if (i % 3 == 0)
            apr_pool_clear(w->cx.pool);
    }
    apr_pool_clear(w->cx.pool);
    return NULL;
}

static void test_threads(mcp_ctx_t *cx)
{
    apr_thread_t *threads[THREADS];
    worker_t workers[THREADS];
    maker_t *maker = maker_make(cx);
    mcp_ctx_t own = *cx;
    apr_status_t rv;
    int i, wrong = 0;

    apr_pool_create(&own.pool, cx->pool);
    for (i = 0; i < THREADS; i++) {
        workers[i].memo = i ? workers[0].memo : mcp_memo_make(3, own.pool);
        workers[i].maker = maker;
        workers[i].cx = *cx;
        workers[i].number = i;
        workers[i].wrong = 0;
        apr_pool_create_unmanaged_ex(&workers[i].cx.pool, NULL, NULL);
    }
    for (i = 0; i < THREADS; i++)
        apr_thread_create(&threads[i], NULL, work, &workers[i], cx->pool);
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&rv, threads[i]);
        wrong += workers[i].wrong;
        apr_pool_destroy(workers[i].cx.pool);
    }
    ok(!wrong, "%d threads, each has what it asks for", THREADS);
    apr_pool_destroy(own.pool);
    ok(maker->gone == maker->made, "and of %d things none is left",
       maker->made);
}

static void body(mcp_ctx_t *cx)
{
    test_same(cx);
    test_bound(cx);
    test_life(cx);
    test_error(cx);
    test_none(cx);
    test_threads(cx);
}

TAP_MAIN(body)
