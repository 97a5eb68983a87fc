/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_RPC_H
#define MCP_MCP_RPC_H

#include "base/json.h"

/* One JSON-RPC 2.0 message as MCP narrows it. */

typedef enum {
    MCP_RPC_REQUEST,
    MCP_RPC_NOTIFICATION,
    MCP_RPC_RESPONSE /* the client's, to a request of the server */
} mcp_rpc_kind_t;

typedef struct mcp_rpc_t {
    mcp_rpc_kind_t kind;
    const mcp_json_t *id;      /* a string or an integer; NULL where none */
    const char *method;        /* NULL in a response */
    const mcp_json_t *params;  /* an object, or NULL when absent */
    const mcp_json_t *meta;    /* params._meta, or NULL */
    const mcp_json_t *message; /* the whole */
    const mcp_json_t *batch;   /* an array, and all else is NULL; or NULL */
} mcp_rpc_t;

/* PARSE_ERROR for what is no JSON, RPC_REQUEST for what is no message,
 * RPC_ENVELOPE for params that are no object. rpc->id is set whenever the id
 * could be read, also when an error is returned. An array is a batch, whatever
 * is in it. */
const mcp_error_t *mcp_rpc_read(mcp_rpc_t *rpc, const char *text,
                                apr_size_t len, mcp_ctx_t *cx);

/* One message of a batch. */
const mcp_error_t *
mcp_rpc_message_read(mcp_rpc_t *rpc, const mcp_json_t *message, mcp_ctx_t *cx);

#endif
