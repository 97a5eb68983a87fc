/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/resume.h"

#include <apr_strings.h>
#include <string.h>

#include "mcp/box.h"
#include "mcp/stream.h"
#include "mcp/watch.h"
#include "mcp/worker.h"

typedef struct resumed_t {
    mcp_watch_t watch; /* first */
    const char *name;
    mcp_box_t box;      /* what is kept of it */
    const char *worker; /* who writes it (mcp/worker), or NULL */
    apr_uint64_t last;  /* number of the letter that was told last */
} resumed_t;

/* "NAME.NUMBER"; 0: it is none */
static int id_read(resumed_t *resumed, const char *id, apr_pool_t *pool)
{
    const char *dot = strchr(id, '.');
    apr_size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;

    if (!digits || digits > 18 || dot[1 + digits] || dot == id)
        return 0;
    resumed->name = apr_pstrmemdup(pool, id, (apr_size_t)(dot - id));
    resumed->last = (apr_uint64_t)apr_strtoi64(dot + 1, NULL, 10);
    return 1;
}

/* Whether something may come behind the letter that was told last. */
static int goes_on(const resumed_t *resumed, const mcp_turn_t *t)
{
    mcp_letter_t letter = {0, MCP_STREAM_LAST, NULL, 0};

    return mcp_box_is_open(&resumed->box, t) &&
           (mcp_box_read(&letter, &resumed->box, t, t->cx->pool) ||
            letter.number > resumed->last);
}

/* Whether nothing is left behind it, nor will be. */
static int is_over(const resumed_t *resumed, const mcp_turn_t *t)
{
    mcp_letter_t next = {resumed->last, 0, NULL, 0};

    if (mcp_box_read(&next, &resumed->box, t, t->cx->pool))
        return !goes_on(resumed, t);
    return next.kind == MCP_STREAM_LAST && !next.len;
}

/* 0: the stream is at its end, or nobody reads */
static int tell(resumed_t *resumed, mcp_turn_t *t, const mcp_letter_t *letter)
{
    mcp_event_t event = {NULL};

    resumed->last = letter->number;
    event.id = mcp_stream_event_id(resumed->name, letter->number, t->cx->pool);
    event.data = letter->text;
    event.len = letter->len;
    return (!letter->len || mcp_stream_event(t, &event)) &&
           letter->kind != MCP_STREAM_LAST;
}

/* All that is there. 0: the stream is at its end, or nobody reads */
static int tell_all(resumed_t *resumed)
{
    mcp_watch_t *watch = &resumed->watch;
    mcp_letter_t letter;

    for (;; apr_pool_clear(watch->scratch)) {
        letter.number = resumed->last;
        letter.kind = 0;
        if (mcp_box_read(&letter, &resumed->box, watch->t, watch->scratch))
            return goes_on(resumed, watch->t);
        if (!tell(resumed, watch->t, &letter))
            return 0;
    }
}

static int is_orphaned(const resumed_t *resumed)
{
    return resumed->worker && !mcp_worker_lives(resumed->worker);
}

/* The last letter in place of who does not live to write it. One that was
 * written before comes before it. */
static int bury(resumed_t *resumed, mcp_turn_t *t)
{
    mcp_letter_t letter = {0, MCP_STREAM_LAST, NULL, 0};

    letter.text =
        mcp_worker_obituary(resumed->worker, &letter.len, t->cx->pool);
    return letter.text && !mcp_box_post(&resumed->box, t, &letter);
}

static int look(mcp_watch_t *watch)
{
    resumed_t *resumed = (resumed_t *)watch;

    watch->due = mcp_ctx_now(watch->t->cx) + MCP_WORKER_PULSE;
    if (!tell_all(resumed))
        return 0;
    return !is_orphaned(resumed) ||
           (bury(resumed, watch->t) && tell_all(resumed));
}

static void end(mcp_watch_t *watch, int goes_on)
{
    const resumed_t *resumed = (const resumed_t *)watch;
    mcp_turn_t *t = watch->t;

    if (goes_on)
        mcp_stream_leave(t, mcp_stream_event_id(resumed->name, resumed->last,
                                                watch->scratch));
    t->x->outlet->end(t->x->baton);
}

static const mcp_error_t *begin(resumed_t *resumed, mcp_turn_t *t)
{
    mcp_letter_t worker = {0, MCP_STREAM_WORKER, NULL, 0};
    mcp_event_t first = {NULL};

    if (!mcp_box_read(&worker, &resumed->box, t, t->pool))
        resumed->worker = worker.text;
    MCP_TRY(mcp_watch_begin(&resumed->watch, t, MCP_WATCH_RESUMED, look, end));
    mcp_watch_hear_box(&resumed->watch, &resumed->box);
    /* for clients that forget where they were if no event follows */
    first.id = mcp_stream_event_id(resumed->name, resumed->last, t->cx->pool);
    mcp_stream_event(t, &first);
    return NULL;
}

const mcp_error_t *mcp_resume(int *found, mcp_turn_t *t, const char *id)
{
    resumed_t *resumed = apr_pcalloc(t->pool, sizeof(*resumed));

    *found = 0;
    if (!id_read(resumed, id, t->pool))
        return NULL;
    resumed->box = mcp_box_of(t, MCP_BOX_STREAM, resumed->name);
    if (!mcp_box_is_open(&resumed->box, t))
        return NULL;
    *found = 1;
    if (!is_over(resumed, t))
        return begin(resumed, t);
    /* clients come back to a stream that ends without a response */
    t->x->status = 204;
    return NULL;
}
