/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_target.h"

#include "base/json.h"
#include "mcp/rpc.h"

/* What the JSON-RPC reader lets through is one message of one kind; and
 * whatever a body says, with headers that fit it, the answer is one line of
 * JSON with a status that MCP knows, or none. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct sent_t {
    const mcp_rpc_t *rpc;
    const char *session;
} sent_t;

/* headers as an honest client sets them */
static const char *header(void *baton, const char *name)
{
    const sent_t *sent = baton;
    const char *version = mcp_json_string(
        mcp_json_get(mcp_json_get(sent->rpc->params, "_meta"),
                     "io.modelcontextprotocol/protocolVersion"));

    if (!strcmp(name, "MCP-Protocol-Version"))
        return version;
    if (!strcmp(name, "Mcp-Method"))
        return sent->rpc->method;
    if (!strcmp(name, "Mcp-Name"))
        return mcp_json_string(mcp_json_get(
            sent->rpc->params,
            mcp_json_get(sent->rpc->params, "uri") ? "uri" : "name"));
    if (!strcmp(name, "Mcp-Param-Region"))
        return mcp_json_string(
            mcp_json_pointer(sent->rpc->params, "/arguments/region"));
    return strcmp(name, "Mcp-Session-Id") ? NULL : sent->session;
}

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
}

static void dispatch(mcp_exchange_t *x, const sent_t *sent, mcp_ctx_t *cx)
{
    x->method = "POST";
    x->header = header;
    x->baton = (void *)sent;
    mcp_dispatch(x, cx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char first[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
        "\"protocolVersion\":\"2025-11-25\"}}";
    static const mcp_rpc_t nothing;
    mcp_ctx_t cx = target_begin();
    sent_t sent = {&nothing, NULL};
    mcp_exchange_t x;
    mcp_rpc_t rpc;

    target_serve(&x);
    check_read(&rpc, mcp_rpc_read(&rpc, (const char *)data, size, &cx));
    x.body = first;
    x.body_len = sizeof(first) - 1;
    dispatch(&x, &sent, &cx);
    PROMISE(x.status == 200 && x.session_id);
    sent.rpc = &rpc;
    sent.session = x.session_id;
    x.body = (const char *)data;
    x.body_len = size;
    dispatch(&x, &sent, &cx);
    check_answer(&x, &rpc, &cx);
    target_end(&cx);
    return 0;
}
