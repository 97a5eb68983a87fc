/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_WATCH_H
#define MCP_MCP_WATCH_H

#include "mcp/box.h"
#include "mcp/wait.h"

/* A stream that says what happens, whenever it does. How it waits is left to
 * whoever lets its bytes out (mcp_outlet_t.park): without a thread where that
 * is possible, else with the one that serves the request.
 *
 *     l = apr_pcalloc(t->pool, sizeof(*l));   the watch is its first member
 *     MCP_TRY(mcp_watch_begin(&l->watch, t, MCP_WATCH_..., look, end));
 *     ... what the stream begins with ...
 *     return NULL;                            and all else comes from look
 *
 * One thread uses it at a time, not always the same. It lives in the turn's
 * pool. */
typedef struct mcp_watch_t mcp_watch_t;

/* What a place is used for. */
typedef enum {
    MCP_WATCH_CALL,
    MCP_WATCH_LISTEN, /* subscriptions/listen */
    MCP_WATCH_GET,    /* of a legacy session */
    MCP_WATCH_SSE,    /* HTTP+SSE */
    MCP_WATCH_RESUMED /* by Last-Event-ID */
} mcp_watch_use_t;

#define MCP_WATCH_STALLED 8 /* | a use: the client takes nothing */

struct mcp_watch_t {
    mcp_turn_t *t;
    mcp_wait_t wait;
    mcp_watch_use_t use;
    /* Says what is to be said. 0: nothing will follow. */
    int (*look)(mcp_watch_t *watch);
    int is_over;    /* look said so */
    apr_time_t due; /* when it looks by itself; 0: it need not. Set by look */
    /* The last words; goes_on: there would be more, but the server stops, time
     * is over or nobody is there. */
    void (*end)(mcp_watch_t *watch, int goes_on);
    /* While these two run: cleared before each look, and t->cx->pool, too. */
    apr_pool_t *scratch;
    /* What it looks at: by that a server without a thread for it knows when.
     * mcp_watch_hear() adds one. */
    apr_array_header_t *keys; /* of mcp_watch_key_t, or NULL */
};

typedef struct mcp_watch_key_t {
    int ring;         /* MCP_RING_... of live/change.h */
    apr_uint64_t key; /* what changes there; 0: whatever does */
} mcp_watch_key_t;

/* Takes a place for it; UNAVAILABLE where too many wait already. t->watch is
 * watch then. */
const mcp_error_t *mcp_watch_begin(mcp_watch_t *watch, mcp_turn_t *t,
                                   mcp_watch_use_t use,
                                   int (*look)(mcp_watch_t *),
                                   void (*end)(mcp_watch_t *, int));
void mcp_watch_hear(mcp_watch_t *watch, int ring, apr_uint64_t key);
/* The same of what is in a box. */
void mcp_watch_hear_box(mcp_watch_t *watch, const mcp_box_t *box);
/* It is not begun after all. */
void mcp_watch_drop(mcp_watch_t *watch);

/* -- for who serves it -- */

/* With this thread, to the end. */
void mcp_watch_run(mcp_watch_t *watch);
/* One look, and a comment where one is due. 0: it is over, and what is left to
 * do is mcp_watch_end(). */
int mcp_watch_step(mcp_watch_t *watch, apr_pool_t *scratch);
/* Says that its client takes nothing, or does again: for status. */
void mcp_watch_stall(mcp_watch_t *watch, int is_stalled);
/* When it must be looked at, whatever happens until then. */
apr_time_t mcp_watch_due(const mcp_watch_t *watch);
/* After the last step, or instead of one. The watch and its exchange are done
 * with then. */
void mcp_watch_end(mcp_watch_t *watch, apr_pool_t *scratch);

#endif
