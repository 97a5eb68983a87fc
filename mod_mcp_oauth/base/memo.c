/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/memo.h"

#include <string.h>

#include <apr_strings.h>
#include <apr_thread_mutex.h>

typedef struct made_t made_t;
struct made_t {
    made_t *next;
    mcp_memo_ask_t ask; /* with a copy of the text */
    const void *thing;
    apr_pool_t *pool; /* that all of it lives in */
    int users;        /* atomic; the memo is one */
};

struct mcp_memo_t {
    apr_thread_mutex_t *mutex; /* over all that follows */
    made_t *first;             /* the one asked for last */
    apr_uint32_t count, most;
};

static int is_same(const mcp_memo_ask_t *a, const mcp_memo_ask_t *b)
{
    return a->read == b->read && a->baton == b->baton && a->len == b->len &&
           memcmp(a->text, b->text, a->len) == 0;
}

static apr_status_t let_go(void *data)
{
    made_t *made = data;

    if (!__atomic_sub_fetch(&made->users, 1, __ATOMIC_ACQ_REL))
        apr_pool_destroy(made->pool);
    return APR_SUCCESS;
}

/* NULL when it cannot be made. Its pool has no parent: whoever uses it last
 * destroys it, in any thread. */
static made_t *make(const mcp_memo_ask_t *ask, const mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    made_t *made;

    if (apr_pool_create_unmanaged_ex(&own.pool, NULL, NULL) != APR_SUCCESS)
        return NULL;
    made = apr_pcalloc(own.pool, sizeof(*made));
    made->pool = own.pool;
    made->users = 1;
    made->ask = *ask;
    made->ask.text = apr_pstrmemdup(own.pool, ask->text, ask->len);
    if (!ask->read(&made->thing, &made->ask, &own))
        return made;
    let_go(made);
    return NULL;
}

/* -- with the mutex held -- */

static made_t *take_out(made_t **at, mcp_memo_t *memo)
{
    made_t *made = *at;

    *at = made->next;
    memo->count--;
    return made;
}

static void put_first(made_t *made, mcp_memo_t *memo)
{
    made->next = memo->first;
    memo->first = made;
    memo->count++;
}

static made_t *find(mcp_memo_t *memo, const mcp_memo_ask_t *ask)
{
    made_t **at = &memo->first;

    while (*at && !is_same(&(*at)->ask, ask))
        at = &(*at)->next;
    return *at ? take_out(at, memo) : NULL;
}

static void drop_last(mcp_memo_t *memo)
{
    made_t **at = &memo->first;

    while ((*at)->next)
        at = &(*at)->next;
    let_go(take_out(at, memo));
}

/* Who asks for the same meanwhile waits for it, instead of making it too. */
static made_t *hold(mcp_memo_t *memo, const mcp_memo_ask_t *ask,
                    const mcp_ctx_t *cx)
{
    made_t *made = find(memo, ask);

    if (!made)
        made = make(ask, cx);
    if (!made)
        return NULL;
    if (memo->count >= memo->most)
        drop_last(memo);
    put_first(made, memo);
    __atomic_add_fetch(&made->users, 1, __ATOMIC_RELAXED);
    return made;
}

/* -- calls -- */

const mcp_error_t *mcp_memo_get(const void **thing, mcp_memo_t *memo,
                                const mcp_memo_ask_t *ask, mcp_ctx_t *cx)
{
    made_t *made = NULL;

    if (memo) {
        apr_thread_mutex_lock(memo->mutex);
        made = hold(memo, ask, cx);
        apr_thread_mutex_unlock(memo->mutex);
    }
    if (!made) /* its error has to live in cx */
        return ask->read(thing, ask, cx);
    apr_pool_cleanup_register(cx->pool, made, let_go, apr_pool_cleanup_null);
    *thing = made->thing;
    return NULL;
}

static apr_status_t drop_all(void *data)
{
    mcp_memo_t *memo = data;

    while (memo->first)
        let_go(take_out(&memo->first, memo));
    return APR_SUCCESS;
}

mcp_memo_t *mcp_memo_make(apr_uint32_t most, apr_pool_t *pool)
{
    mcp_memo_t *memo = apr_pcalloc(pool, sizeof(*memo));

    memo->most = most;
    if (apr_thread_mutex_create(&memo->mutex, APR_THREAD_MUTEX_DEFAULT, pool))
        return NULL;
    apr_pool_cleanup_register(pool, memo, drop_all, apr_pool_cleanup_null);
    return memo;
}
