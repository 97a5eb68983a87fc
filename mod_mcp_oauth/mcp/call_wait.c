/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <stddef.h>

#include "mcp/call.h"
#include "mcp/era.h"

/* A call between its rounds: it waits for a time or for answers of the client,
 * and for its cancellation. */

static mcp_call_run_t *run_of(mcp_watch_t *watch)
{
    return (mcp_call_run_t *)(void *)((char *)watch -
                                      offsetof(mcp_call_run_t, watch));
}

/* Whether the next round is due, or there will be none: *why. */
static int is_due(const char **why, mcp_call_run_t *run)
{
    return run->waits_for == MCP_CALL_WAITS_FOR_ANSWERS
               ? mcp_call_ask_has(why, run)
               : mcp_ctx_now(run->t->cx) >= run->watch.due;
}

static int look(mcp_watch_t *watch)
{
    mcp_call_run_t *run = run_of(watch);
    const char *why = NULL;

    if (mcp_call_is_cancelled(run))
        return 0;
    if (!is_due(&why, run))
        return 1;
    watch->due = 0;
    run->waits_for = MCP_CALL_WAITS_FOR_NOTHING;
    run->t->cx->pool = run->t->pool; /* what comes of it stays */
    run->failure = why ? run->kind->refuse(run, why) : mcp_call_run(run);
    return run->waits_for != MCP_CALL_WAITS_FOR_NOTHING;
}

static const char *reason_of(const mcp_call_run_t *run)
{
    if (run->watch.wait.is_cut_short)
        return "The server stops or restarts.";
    return run->waits_for == MCP_CALL_WAITS_FOR_ANSWERS
               ? "The client did not answer in time."
               : "It took longer than this server waits.";
}

/* Whoever is not there any more is not told why. */
static void give_up(mcp_call_run_t *run)
{
    mcp_turn_t *t = run->t;
    const char *why = reason_of(run);

    if (t->era->bit == MCP_ERA_LEGACY)
        t->is_cancelled = mcp_call_is_cancelled(run);
    mcp_call_ask_end(run, t->is_cancelled ? NULL : why);
    run->failure = run->kind->refuse(run, why);
}

static void end(mcp_watch_t *watch, int goes_on)
{
    mcp_call_run_t *run = run_of(watch);
    mcp_turn_t *t = run->t;

    t->cx->pool = t->pool; /* the answer may be a body */
    if (run->waits_for != MCP_CALL_WAITS_FOR_NOTHING)
        give_up(run);
    else
        mcp_call_ask_end(run, NULL);
    if (run->failure)
        mcp_turn_fail(t, run->failure);
    else
        mcp_turn_end(t);
}

/* Whoever is put off now may ask in a later round: by what it is woken is
 * settled before the first. */
static const mcp_error_t *begin(mcp_call_run_t *run)
{
    int is_legacy = run->t->era->bit == MCP_ERA_LEGACY;

    if (is_legacy)
        MCP_TRY(mcp_call_ask_name(run));
    MCP_TRY(mcp_watch_begin(&run->watch, run->t, MCP_WATCH_CALL, look, end));
    if (!is_legacy)
        return NULL;
    mcp_watch_hear_box(&run->watch, mcp_call_note(run));
    mcp_watch_hear_box(&run->watch, &run->box);
    return NULL;
}

const mcp_error_t *mcp_call_wait(mcp_call_run_t *run, mcp_call_waits_t what)
{
    if (!run->t->watch)
        MCP_TRY(begin(run));
    run->waits_for = what;
    return NULL;
}
