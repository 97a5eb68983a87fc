/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/rpc.h"

#include <string.h>

static int is_id(const mcp_json_t *json)
{
    apr_int64_t number;

    return mcp_json_string(json) || mcp_json_integer(&number, json);
}

/* JSON-RPC 5: exactly one of result and error. The id is missing or null in
 * the error that answers what could not be read. */
static const mcp_error_t *
response_read(mcp_rpc_t *rpc, const mcp_json_t *message, mcp_ctx_t *cx)
{
    const mcp_json_t *result = mcp_json_get(message, "result");
    const mcp_json_t *error = mcp_json_get(message, "error");

    if (!result && !error)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: method is missing");
    if (result && error)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: both result and error");
    if (result && !rpc->id)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: a result without its id");
    if (error && mcp_json_type(error) != MCP_JSON_OBJECT)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: error must be an object");
    rpc->kind = MCP_RPC_RESPONSE;
    return NULL;
}

static const mcp_error_t *
request_read(mcp_rpc_t *rpc, const mcp_json_t *message, mcp_ctx_t *cx)
{
    const mcp_json_t *id = mcp_json_get(message, "id");
    const mcp_json_t *params = mcp_json_get(message, "params");

    rpc->method = mcp_json_string(mcp_json_get(message, "method"));
    if (!rpc->method)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: method must be a string");
    if (mcp_json_get(message, "result") || mcp_json_get(message, "error"))
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: both request and response");
    if (id && !rpc->id)
        return mcp_error_tell(
            MCP_E_RPC_REQUEST, cx,
            "Invalid Request: id must be a string or an integer");
    rpc->kind = id ? MCP_RPC_REQUEST : MCP_RPC_NOTIFICATION;
    if (params && mcp_json_type(params) != MCP_JSON_OBJECT)
        return mcp_error_tell(MCP_E_RPC_ENVELOPE, cx,
                              "Invalid params: params must be an object");
    rpc->params = params;
    rpc->meta = mcp_json_get(params, "_meta");
    return NULL;
}

const mcp_error_t *
mcp_rpc_message_read(mcp_rpc_t *rpc, const mcp_json_t *message, mcp_ctx_t *cx)
{
    const mcp_json_t *id;
    const char *version;

    memset(rpc, 0, sizeof(*rpc));
    rpc->message = message;
    if (mcp_json_type(message) != MCP_JSON_OBJECT)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: a message is an object");
    id = mcp_json_get(message, "id");
    rpc->id = is_id(id) ? id : NULL;
    version = mcp_json_string(mcp_json_get(message, "jsonrpc"));
    if (!version || strcmp(version, "2.0") != 0)
        return mcp_error_tell(MCP_E_RPC_REQUEST, cx,
                              "Invalid Request: jsonrpc must be \"2.0\"");
    if (!mcp_json_get(message, "method"))
        return response_read(rpc, message, cx);
    return request_read(rpc, message, cx);
}

const mcp_error_t *mcp_rpc_read(mcp_rpc_t *rpc, const char *text,
                                apr_size_t len, mcp_ctx_t *cx)
{
    const mcp_json_t *message;

    memset(rpc, 0, sizeof(*rpc));
    MCP_TRY(mcp_json_read(&message, text, len, cx));
    if (mcp_json_type(message) != MCP_JSON_ARRAY)
        return mcp_rpc_message_read(rpc, message, cx);
    rpc->batch = message;
    return NULL;
}
