/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/batch.h"

#include <string.h>

#include "mcp/era.h"
#include "mcp/message.h"
#include "mcp/stream.h"
#include "mcp/watch.h"

#define VERSION 20250326

static const mcp_error_t *refuse(mcp_turn_t *t, const char *why)
{
    return mcp_error_tell(MCP_E_RPC_REQUEST, t->cx, "Invalid Request: %s",
                          why);
}

/* One that says it is of the modern era makes all of it wrong. */
static int has_modern(const mcp_turn_t *t)
{
    const char *version = mcp_turn_header(t, "MCP-Protocol-Version");
    mcp_turn_t one = *t;
    apr_size_t i;

    if (version && !strcmp(version, MCP_ERA_MODERN_VERSION))
        return 1;
    for (i = 0; i < mcp_json_size(t->rpc.batch); i++) {
        one.rpc.meta =
            mcp_json_pointer(mcp_json_at(t->rpc.batch, i), "/params/_meta");
        if (mcp_era_meta(&one, MCP_ERA_META_VERSION))
            return 1;
    }
    return 0;
}

static const mcp_error_t *check(mcp_turn_t *t)
{
    apr_size_t size = mcp_json_size(t->rpc.batch);

    if (!size)
        return refuse(t, "a batch is not empty");
    if (has_modern(t))
        return refuse(t, "a batch is none of the revision 2026-07-28; send "
                         "each message in its own POST");
    t->era = &mcp_era_legacy;
    MCP_TRY(t->era->admit(t));
    if (mcp_era_legacy_number(t->session.version) != VERSION)
        return refuse(t, "batches are of the revision 2025-03-26 alone; send "
                         "each message in its own POST");
    if (size > MCP_BATCH_MAX)
        return refuse(t, "a batch has at most 64 messages");
    return NULL;
}

/* The answer to one message is in one->x then, or there is none. */
static const mcp_error_t *answer_one(mcp_turn_t *one,
                                     const mcp_json_t *message)
{
    MCP_TRY(mcp_rpc_message_read(&one->rpc, message, one->cx));
    mcp_message_find_method(one);
    if (one->rpc.kind != MCP_RPC_REQUEST)
        return mcp_message_note(one);
    if (!strcmp(one->rpc.method, "initialize"))
        return refuse(one, "initialize must not be part of a batch");
    MCP_TRY(mcp_message_answer(one));
    if (one->watch)
        mcp_watch_run(one->watch);
    return NULL;
}

/* Over HTTP+SSE the answers are one message of the session's stream. */
static void close_answers(mcp_turn_t *t, mcp_writer_t *w)
{
    mcp_exchange_t *x = t->x;

    mcp_writer_close(w);
    x->json = mcp_writer_text(w, &x->json_len);
    x->status = 200;
    if (!x->server->is_sse)
        return;
    mcp_stream_make(t);
    mcp_stream_finish(t, x->json, x->json_len);
    x->json = NULL;
    x->status = 0;
}

const mcp_error_t *mcp_batch_post(mcp_turn_t *t)
{
    mcp_writer_t *w = mcp_writer_make(t->pool);
    mcp_exchange_t *x = t->x;
    const mcp_error_t *e;
    int answers = 0;
    apr_size_t i;

    MCP_TRY(check(t));
    if (x->server->is_sse)
        x->outlet->accept(x->baton);
    mcp_writer_open(w, '[');
    for (i = 0; i < mcp_json_size(t->rpc.batch); i++) {
        mcp_turn_t one = *t;

        one.is_part = 1;
        x->json = NULL;
        e = answer_one(&one, mcp_json_at(t->rpc.batch, i));
        if (e)
            mcp_turn_fail(&one, e);
        if (!x->json)
            continue;
        mcp_writer_raw(w, x->json);
        answers++;
    }
    x->json = NULL;
    x->status = 202;
    if (answers)
        close_answers(t, w);
    return NULL;
}
