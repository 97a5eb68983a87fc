/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/watch.h"

#include <string.h>

#include "live/change.h"

#define KEYS 8

/* A part of a batch, and what is posted over HTTP+SSE, where the client has
 * its answer already, goes on with the thread that it has. */
static int can_park(const mcp_turn_t *t)
{
    const mcp_exchange_t *x = t->x;

    return x->outlet->park && !t->is_part &&
           !(x->server->is_sse && !strcmp(x->method, "POST"));
}

static void tell_use(const mcp_watch_t *watch, unsigned more)
{
    const mcp_wait_t *wait = &watch->wait;

    mcp_live_place_use(watch->t->x->works->shared, wait->kind, wait->place,
                       (unsigned)watch->use | more);
}

const mcp_error_t *mcp_watch_begin(mcp_watch_t *watch, mcp_turn_t *t,
                                   mcp_watch_use_t use,
                                   int (*look)(mcp_watch_t *),
                                   void (*end)(mcp_watch_t *, int))
{
    mcp_place_kind_t kind = can_park(t) ? MCP_PLACE_STREAM : MCP_PLACE_THREAD;

    MCP_TRY(mcp_wait_begin(&watch->wait, t, kind));
    t->x->closes = kind == MCP_PLACE_STREAM;
    watch->t = t;
    watch->use = use;
    tell_use(watch, 0);
    watch->look = look;
    watch->end = end;
    watch->scratch = t->cx->pool;
    t->watch = watch;
    return NULL;
}

void mcp_watch_hear(mcp_watch_t *watch, int ring, apr_uint64_t key)
{
    mcp_watch_key_t *added;

    if (!watch->keys)
        watch->keys =
            apr_array_make(watch->t->pool, KEYS, sizeof(mcp_watch_key_t));
    added = apr_array_push(watch->keys);
    added->ring = ring;
    added->key = key;
}

void mcp_watch_hear_box(mcp_watch_t *watch, const mcp_box_t *box)
{
    mcp_watch_hear(watch, MCP_RING_LETTERS, mcp_box_key(box));
}

void mcp_watch_drop(mcp_watch_t *watch)
{
    mcp_wait_end(&watch->wait);
    watch->t->watch = NULL;
}

/* What a look or an end takes is given back: there may be many a second. */
static void enter(mcp_watch_t *watch, apr_pool_t *scratch)
{
    apr_pool_clear(scratch);
    watch->scratch = watch->t->cx->pool = scratch;
}

static void leave(mcp_watch_t *watch)
{
    watch->scratch = watch->t->cx->pool = watch->t->pool;
}

static int look(mcp_watch_t *watch, apr_pool_t *scratch)
{
    enter(watch, scratch);
    watch->is_over = !watch->look(watch);
    leave(watch);
    return !watch->is_over;
}

int mcp_watch_step(mcp_watch_t *watch, apr_pool_t *scratch)
{
    return mcp_wait_goes_on(&watch->wait) && look(watch, scratch);
}

void mcp_watch_stall(mcp_watch_t *watch, int is_stalled)
{
    tell_use(watch, is_stalled ? MCP_WATCH_STALLED : 0);
}

apr_time_t mcp_watch_due(const mcp_watch_t *watch)
{
    const mcp_wait_t *wait = &watch->wait;
    apr_time_t due = wait->comment < wait->end ? wait->comment : wait->end;

    return watch->due && watch->due < due ? watch->due : due;
}

void mcp_watch_end(mcp_watch_t *watch, apr_pool_t *scratch)
{
    enter(watch, scratch);
    watch->end(watch, !watch->is_over);
    leave(watch);
    mcp_watch_drop(watch);
}

void mcp_watch_run(mcp_watch_t *watch)
{
    apr_pool_t *scratch;

    apr_pool_create(&scratch, watch->t->pool);
    do
        mcp_wait_look(&watch->wait);
    while (look(watch, scratch) && mcp_wait(&watch->wait, watch->due));
    mcp_watch_end(watch, scratch);
    apr_pool_destroy(scratch);
}
