/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "mcp/batch.h"

/* A batch of a client of 2025-03-26: each request in it has one answer, in
 * order, and what is no message one without an id (JSON-RPC 6). */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ANSWERED, ACCEPTED, REFUSED, MIXED };
target_goal_t target_goals[] = {{"a batch is answered", 0},
                                {"nothing in a batch needs an answer", 0},
                                {"a batch is refused", 0},
                                {"a batch has a message that is none", 0},
                                {NULL, 0}};

static void check_one(const wire_t *w, const mcp_json_t *message,
                      const mcp_json_t *answers, apr_size_t *next)
{
    const mcp_error_t *e;
    const mcp_json_t *answer;
    mcp_rpc_t rpc;

    e = mcp_rpc_message_read(&rpc, message, w->cx);
    if (e)
        target_goals[MIXED].is_reached = 1;
    else if (rpc.kind != MCP_RPC_REQUEST)
        return;
    answer = mcp_json_at(answers, (*next)++);
    PROMISE(mcp_json_type(answer) == MCP_JSON_OBJECT);
    PROMISE(rpc.id ? mcp_json_equal(mcp_json_get(answer, "id"), rpc.id)
                   : !mcp_json_get(answer, "id"));
    PROMISE(!mcp_json_get(answer, "result") != !mcp_json_get(answer, "error"));
    PROMISE(!e || mcp_json_get(answer, "error"));
}

static void check(const wire_t *w)
{
    const mcp_json_t *answers = w->x.json ? wire_message(w) : NULL;
    apr_size_t i, next = 0;

    PROMISE(!w->len);
    if (mcp_json_type(answers) == MCP_JSON_OBJECT) {
        PROMISE(w->x.status == 400 && mcp_json_get(answers, "error"));
        target_goals[REFUSED].is_reached = 1;
        return;
    }
    PROMISE(w->x.status == (answers ? 200 : 202));
    for (i = 0; i < mcp_json_size(w->rpc.batch); i++)
        check_one(w, mcp_json_at(w->rpc.batch, i), answers, &next);
    PROMISE(next == mcp_json_size(answers) && next <= MCP_BATCH_MAX);
    target_goals[answers ? ANSWERED : ACCEPTED].is_reached = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_rpc_t rpc;
    wire_t w;

    if (!mcp_rpc_read(&rpc, (const char *)data, size, &cx) && rpc.batch) {
        wire_open(&w, &cx);
        wire_begin_session(&w, "2025-03-26");
        wire_post_bytes(&w, (const char *)data, size);
        check(&w);
    }
    target_end(&cx);
    return 0;
}
