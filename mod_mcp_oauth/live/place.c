/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "live/place.h"

#include <string.h>

#include "live/layout.h"
#include "live/process.h"

/* Who takes a row has the lock, so that all limits are kept together, and
 * writes its holder last: one killed before has taken none. Rows are given
 * back without it: a place counts until its holder is gone from it. */
typedef mcp_live_row_t row_t;
typedef mcp_live_rows_t rows_t;

/* of processes whose life is known while rows are looked through */
#define KNOWN 64

static apr_uint64_t holder_of(const row_t *row)
{
    return __atomic_load_n(&row->holder, __ATOMIC_ACQUIRE);
}

static unsigned use_of(const row_t *row)
{
    return (unsigned)__atomic_load_n(&row->use, __ATOMIC_RELAXED) %
           MCP_PLACE_USES;
}

static int release(row_t *row, apr_uint64_t holder)
{
    return __atomic_compare_exchange_n(&row->holder, &holder, 0, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static apr_uint32_t end_of(const rows_t *rows)
{
    return __atomic_load_n(&rows->end, __ATOMIC_ACQUIRE);
}

/* -- who does not live any more -- */

typedef struct lives_t {
    apr_uint64_t process;
    int lives;
} lives_t;

static int is_alive(lives_t *known, apr_uint64_t process)
{
    lives_t *at = &known[(process >> 32) % KNOWN];

    if (at->process != process) {
        at->process = process;
        at->lives = mcp_live_process_lives(process);
    }
    return at->lives;
}

/* Frees the rows of the dead; uses: how many others there are of each. */
static void sweep(rows_t *rows, apr_uint32_t *uses)
{
    lives_t known[KNOWN] = {{0}};
    apr_uint32_t i;

    memset(uses, 0, MCP_PLACE_USES * sizeof(*uses));

    for (i = 0; i < end_of(rows); i++) {
        apr_uint64_t holder = holder_of(&rows->rows[i]);

        if (holder && is_alive(known, holder))
            uses[use_of(&rows->rows[i])]++;
        else if (holder)
            release(&rows->rows[i], holder);
    }
}

/* -- who comes -- */

static int enter(rows_t *rows)
{
    switch (mcp_live_lock_enter(&rows->lock)) {
    case MCP_LOCK_LEFT:
        mcp_live_lock_repair(&rows->lock);
        return 1;
    case MCP_LOCK_HELD:
        return 1;
    default:
        return 0;
    }
}

/* The first row that is free, or -1; only child is a limit of one's own. */
static int find(rows_t *rows, const mcp_place_limits_t *limits,
                apr_uint64_t owner)
{
    apr_uint64_t self = mcp_live_process_self();
    mcp_place_limits_t taken = {0};
    apr_uint32_t first = rows->end, end = 0, i;

    for (i = 0; i < rows->end; i++) {
        apr_uint64_t holder = holder_of(&rows->rows[i]);

        if (!holder) {
            first = first < i ? first : i;
            continue;
        }
        end = i + 1;
        taken.server++;
        taken.child += holder == self;
        taken.owner += owner && rows->rows[i].owner == owner;
    }
    if (first > end)
        first = end;
    __atomic_store_n(&rows->end, end, __ATOMIC_RELEASE);
    if (first >= MCP_PLACES || taken.server >= limits->server ||
        taken.child >= limits->child ||
        (owner && taken.owner >= limits->owner))
        return -1;
    return (int)first;
}

static int take(rows_t *rows, const mcp_place_limits_t *limits,
                apr_uint64_t owner)
{
    int place;

    if (!enter(rows))
        return -1;
    place = find(rows, limits, owner);
    if (place >= 0) {
        rows->rows[place].owner = owner;
        rows->rows[place].use = 0;
        if ((apr_uint32_t)place >= rows->end)
            __atomic_store_n(&rows->end, (apr_uint32_t)place + 1,
                             __ATOMIC_RELEASE);
        __atomic_store_n(&rows->rows[place].holder, mcp_live_process_self(),
                         __ATOMIC_RELEASE);
    }
    mcp_live_lock_leave(&rows->lock);
    return place;
}

int mcp_live_place_take(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                        const mcp_place_limits_t *limits, apr_uint64_t owner)
{
    rows_t *rows = mcp_live_shared_rows(shared) + kind;
    apr_uint32_t uses[MCP_PLACE_USES];
    int place = take(rows, limits, owner);

    if (place >= 0)
        return place;
    /* not under the lock: it asks the system */
    sweep(rows, uses);
    return take(rows, limits, owner);
}

void mcp_live_place_give(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                         int place)
{
    rows_t *rows = mcp_live_shared_rows(shared) + kind;

    if (place >= 0 && place < MCP_PLACES)
        release(&rows->rows[place], mcp_live_process_self());
}

void mcp_live_place_use(mcp_live_shared_t *shared, mcp_place_kind_t kind,
                        int place, unsigned use)
{
    rows_t *rows = mcp_live_shared_rows(shared) + kind;

    if (place >= 0 && place < MCP_PLACES)
        __atomic_store_n(&rows->rows[place].use, use, __ATOMIC_RELAXED);
}

void mcp_live_place_uses(apr_uint32_t uses[MCP_PLACE_USES],
                         mcp_live_shared_t *shared, mcp_place_kind_t kind)
{
    sweep(mcp_live_shared_rows(shared) + kind, uses);
}

apr_uint32_t mcp_live_place_taken(mcp_live_shared_t *shared,
                                  mcp_place_kind_t kind)
{
    apr_uint32_t uses[MCP_PLACE_USES], all = 0;
    int i;

    mcp_live_place_uses(uses, shared, kind);
    for (i = 0; i < MCP_PLACE_USES; i++)
        all += uses[i];
    return all;
}
