/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/answers.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "live/trace.h"

#define GRACE 60          /* seconds beyond the patience of who waits */
#define CANCELLED_FOR 600 /* seconds: longer than a request runs */
#define MAX_NUMBER 9999
#define MAX_SHOWN 200

const char *mcp_answers_id(const char *name, int number, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s.%d", name, number);
}

/* "NAME.NUMBER"; 0: none of ours */
static int id_read(const char **name, const mcp_json_t *id, apr_pool_t *pool)
{
    const char *text = mcp_json_string(id);
    const char *dot = text ? strchr(text, '.') : NULL;
    int number;

    /* as we write it: one answer has one id */
    if (!dot || dot == text || dot[1] == '0' ||
        strspn(dot + 1, "0123456789") > 4 ||
        dot[1 + strspn(dot + 1, "0123456789")])
        return 0;
    *name = apr_pstrmemdup(pool, text, (apr_size_t)(dot - text));
    number = atoi(dot + 1);
    return number > 0 && number <= MAX_NUMBER ? number : 0;
}

mcp_box_status_t mcp_answers_expect(const mcp_box_t *box, const mcp_turn_t *t)
{
    return mcp_box_open(box, t, GRACE + apr_time_sec(t->x->outlet->patience),
                        MCP_ANSWERS_MAX);
}

const mcp_error_t *mcp_answers_take(mcp_turn_t *t)
{
    mcp_letter_t letter = {0};
    const char *name;
    mcp_box_t box;
    int number = id_read(&name, t->rpc.id, t->cx->pool);

    if (!number)
        return NULL;
    letter.kind = (apr_uint32_t)number;
    letter.text = mcp_json_text(t->rpc.message, t->cx->pool);
    letter.len = strlen(letter.text);
    box = mcp_box_of(t, MCP_BOX_ANSWERS, name);
    if (mcp_box_post(&box, t, &letter) == MCP_BOX_FULL)
        return mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                              "no room for the client's answer of "
                              "%" APR_SIZE_T_FMT " bytes",
                              letter.len);
    return NULL;
}

/* -- cancellation -- */

mcp_box_t mcp_answers_note(const mcp_turn_t *t, const mcp_json_t *id)
{
    return mcp_box_of(t, MCP_BOX_CANCELLED, mcp_json_text(id, t->cx->pool));
}

/* "Both parties SHOULD log cancellation reasons for debugging" */
static void log_cancellation(const mcp_turn_t *t, const mcp_json_t *id)
{
    const char *why = mcp_json_string(mcp_json_get(t->rpc.params, "reason"));
    apr_pool_t *pool = t->cx->pool;

    mcp_ctx_log(t->cx, MCP_LOG_INFO, 251, "the client cancels request %s: %s",
                mcp_encode_log(mcp_json_text(id, pool), MAX_SHOWN, pool),
                why ? mcp_encode_log(why, MAX_SHOWN, pool)
                    : "it does not say why");
}

/* Whoever else cancels it at the same time may be first. */
static int note(const mcp_box_t *box, const mcp_turn_t *t)
{
    mcp_letter_t letter = {0, 1, "", 0};

    return !mcp_box_open(box, t, CANCELLED_FOR, 1) &&
           (mcp_answers_is_cancelled(box, t) ||
            !mcp_box_post(box, t, &letter) ||
            mcp_answers_is_cancelled(box, t));
}

/* Noted whether or not the request is known: it may be on its way still. */
const mcp_error_t *mcp_answers_cancel(mcp_turn_t *t)
{
    const mcp_json_t *id = mcp_json_get(t->rpc.params, "requestId");
    mcp_box_t box;

    if (!id)
        return NULL;
    log_cancellation(t, id);
    box = mcp_answers_note(t, id);
    mcp_live_trace_leave(t->x->works->shared, t->session.digest,
                         mcp_ctx_seconds(t->cx));
    return note(&box, t)
               ? NULL
               : mcp_error_make(MCP_E_UNAVAILABLE, t->cx,
                                "no room to note a cancellation: MCPLimit "
                                "messages=");
}

int mcp_answers_were_cancelled(const mcp_turn_t *t)
{
    apr_int64_t at =
        mcp_live_trace_find(t->x->works->shared, t->session.digest);

    return at && at + CANCELLED_FOR >= mcp_ctx_seconds(t->cx);
}

int mcp_answers_is_cancelled(const mcp_box_t *note, const mcp_turn_t *t)
{
    mcp_letter_t letter = {0};

    return !mcp_box_read(&letter, note, t, t->cx->pool);
}
