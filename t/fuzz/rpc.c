/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* What the JSON-RPC reader lets through is one message of one kind; and
 * whatever a body says, with headers that fit it, the answer is one line of
 * JSON with a status that MCP knows, or none. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

target_goal_t target_goals[] = {{"a request is answered", 0},
                                {"a notification is accepted", 0},
                                {"a batch is refused", 0},
                                {NULL, 0}};

static void check_read(const mcp_rpc_t *rpc, const mcp_error_t *e)
{
    apr_int64_t number;

    PROMISE(!rpc->id || mcp_json_string(rpc->id) ||
            mcp_json_integer(&number, rpc->id));
    if (e) {
        PROMISE(e->code == MCP_E_PARSE_ERROR || e->code == MCP_E_RPC_REQUEST ||
                e->code == MCP_E_RPC_ENVELOPE);
        return;
    }
    if (rpc->batch) {
        PROMISE(mcp_json_type(rpc->batch) == MCP_JSON_ARRAY);
        PROMISE(!rpc->id && !rpc->method && !rpc->params && !rpc->message);
        return;
    }
    PROMISE(!rpc->method == (rpc->kind == MCP_RPC_RESPONSE));
    PROMISE(rpc->kind != MCP_RPC_REQUEST || rpc->id);
    PROMISE(rpc->kind != MCP_RPC_NOTIFICATION || !rpc->id);
    PROMISE(!rpc->params || mcp_json_type(rpc->params) == MCP_JSON_OBJECT);
}

static void check_answer(const mcp_exchange_t *x, const mcp_rpc_t *rpc,
                         mcp_ctx_t *cx)
{
    const mcp_json_t *json, *id;

    PROMISE(x->status == 200 || x->status == 202 || x->status == 400 ||
            x->status == 404);
    PROMISE(!x->json == (x->status == 202));
    if (!x->json)
        return;
    PROMISE(!strpbrk(x->json, "\r\n"));
    PROMISE(!mcp_json_read(&json, x->json, x->json_len, cx));
    id = mcp_json_get(json, "id");
    PROMISE(rpc->id ? mcp_json_equal(id, rpc->id) : !id);
    PROMISE(!mcp_json_get(json, "result") != !mcp_json_get(json, "error"));
    PROMISE(!mcp_json_get(json, "error") == !x->failure);
    PROMISE(!rpc->batch || x->failure);
}

static void count(const mcp_exchange_t *x, const mcp_rpc_t *rpc)
{
    target_goals[0].is_reached |= x->status == 200 && !x->failure;
    target_goals[1].is_reached |= x->status == 202;
    target_goals[2].is_reached |= rpc->batch != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_rpc_t rpc;
    wire_t w;

    wire_open(&w, &cx);
    w.is_plain = 1;
    check_read(&rpc, mcp_rpc_read(&rpc, (const char *)data, size, &cx));
    wire_begin_session(&w, "2025-11-25");
    wire_post_bytes(&w, (const char *)data, size);
    check_answer(&w.x, &rpc, &cx);
    count(&w.x, &rpc);
    target_end(&cx);
    return 0;
}
