/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "mcp/rpc.h"

#define OK MCP_E_COUNT
#define DEEP10 "[[[[[[[[[["
#define DEEP70 DEEP10 DEEP10 DEEP10 DEEP10 DEEP10 DEEP10 DEEP10

typedef struct row_t {
    const char *name;
    const char *text;
    mcp_error_code_t code; /* OK: read */
    mcp_rpc_kind_t kind;
    const char *id; /* as JSON; NULL: none */
} row_t;

static const row_t rows[] = {
    {"a request with an integer id",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}", OK, MCP_RPC_REQUEST,
     "1"},
    {"a request with a string id",
     "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"m\"}", OK,
     MCP_RPC_REQUEST, "\"a\""},
    {"an empty string is an id",
     "{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"m\"}", OK, MCP_RPC_REQUEST,
     "\"\""},
    {"zero is an id", "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"m\"}", OK,
     MCP_RPC_REQUEST, "0"},
    {"a negative id", "{\"jsonrpc\":\"2.0\",\"id\":-5,\"method\":\"m\"}", OK,
     MCP_RPC_REQUEST, "-5"},
    {"the largest id",
     "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775807,\"method\":\"m\"}", OK,
     MCP_RPC_REQUEST, "9223372036854775807"},
    {"1.0 is an integer", "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"m\"}",
     OK, MCP_RPC_REQUEST, "1"},
    {"params may be empty",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{}}", OK,
     MCP_RPC_REQUEST, "1"},
    {"members in any order, and unknown ones",
     "{\"x\":[1],\"method\":\"m\",\"id\":1,\"jsonrpc\":\"2.0\"}", OK,
     MCP_RPC_REQUEST, "1"},
    {"white space around",
     " \n\t{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
     "\"m\"}\r\n ",
     OK, MCP_RPC_REQUEST, "1"},
    {"a notification has no id", "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}", OK,
     MCP_RPC_NOTIFICATION, NULL},
    {"a notification with params",
     "{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{\"a\":1}}", OK,
     MCP_RPC_NOTIFICATION, NULL},
    {"an empty method is a name like others",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", OK, MCP_RPC_REQUEST,
     "1"},
    {"a result is a response", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
     OK, MCP_RPC_RESPONSE, "1"},
    {"a null result is a response",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}", OK, MCP_RPC_RESPONSE,
     "1"},
    {"an error is a response",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"\"}}",
     OK, MCP_RPC_RESPONSE, "1"},
    {"an error may come without an id",
     "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-1,\"message\":\"\"}}", OK,
     MCP_RPC_RESPONSE, NULL},
    {"an error may come with id null (JSON-RPC 5)",
     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}", OK, MCP_RPC_RESPONSE,
     NULL},

    {"nothing", "", MCP_E_PARSE_ERROR, 0, NULL},
    {"white space", "  \n", MCP_E_PARSE_ERROR, 0, NULL},
    {"no JSON", "hello", MCP_E_PARSE_ERROR, 0, NULL},
    {"half an object", "{\"jsonrpc\":\"2.0\",", MCP_E_PARSE_ERROR, 0, NULL},
    {"two messages", "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}{}",
     MCP_E_PARSE_ERROR, 0, NULL},
    {"a member twice",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"m\"}",
     MCP_E_PARSE_ERROR, 0, NULL},
    {"bad UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
     MCP_E_PARSE_ERROR, 0, NULL},
    {"a NUL in a string",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\u0000\"}",
     MCP_E_PARSE_ERROR, 0, NULL},
    {"an id beyond 64 bits",
     "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775808,\"method\":\"m\"}",
     MCP_E_PARSE_ERROR, 0, NULL},
    {"too deep", DEEP70, MCP_E_PARSE_ERROR, 0, NULL},
    {"single quotes", "{'jsonrpc':'2.0'}", MCP_E_PARSE_ERROR, 0, NULL},
    {"a comment", "{\"jsonrpc\":\"2.0\",/**/\"method\":\"n\"}",
     MCP_E_PARSE_ERROR, 0, NULL},

    {"a string", "\"m\"", MCP_E_RPC_REQUEST, 0, NULL},
    {"a number", "1", MCP_E_RPC_REQUEST, 0, NULL},
    {"null", "null", MCP_E_RPC_REQUEST, 0, NULL},
    {"an empty object", "{}", MCP_E_RPC_REQUEST, 0, NULL},
    {"no jsonrpc", "{\"id\":1,\"method\":\"m\"}", MCP_E_RPC_REQUEST, 0, "1"},
    {"jsonrpc 1.0", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"m\"}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"jsonrpc as a number", "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"m\"}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"id null (MCP: the id MUST NOT be null)",
     "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\"}", MCP_E_RPC_REQUEST,
     0, NULL},
    {"a broken number as id",
     "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"m\"}", MCP_E_RPC_REQUEST, 0,
     NULL},
    {"a boolean as id", "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"m\"}",
     MCP_E_RPC_REQUEST, 0, NULL},
    {"an object as id", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"m\"}",
     MCP_E_RPC_REQUEST, 0, NULL},
    {"an array as id", "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"m\"}",
     MCP_E_RPC_REQUEST, 0, NULL},
    {"no method, no result", "{\"jsonrpc\":\"2.0\",\"id\":1}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"a number as method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"null as method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"method and result",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"result\":{}}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"result and error",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
     MCP_E_RPC_REQUEST, 0, "1"},
    {"a result without its id", "{\"jsonrpc\":\"2.0\",\"result\":{}}",
     MCP_E_RPC_REQUEST, 0, NULL},
    {"an error that is none",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"no\"}", MCP_E_RPC_REQUEST, 0,
     "1"},

    {"params by position",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[1]}",
     MCP_E_RPC_ENVELOPE, 0, "1"},
    {"params null",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":null}",
     MCP_E_RPC_ENVELOPE, 0, "1"},
    {"params a string",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":\"a\"}",
     MCP_E_RPC_ENVELOPE, 0, "1"},
    {"a notification with params by position",
     "{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":[]}",
     MCP_E_RPC_ENVELOPE, 0, NULL},
};

static void run(const row_t *row, mcp_ctx_t *cx)
{
    mcp_rpc_t rpc;
    const mcp_error_t *e =
        mcp_rpc_read(&rpc, row->text, strlen(row->text), cx);

    if (row->code == OK) {
        fine(e, row->name);
        ok(rpc.kind == row->kind, "%s: its kind", row->name);
    }
    else {
        fails(e, row->code, row->name);
    }
    is(rpc.id ? mcp_json_text(rpc.id, cx->pool) : NULL, row->id,
       "the id, as far as it could be read");
}

static void test_batch(mcp_ctx_t *cx)
{
    static const char batch[] =
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"},7]";
    mcp_rpc_t rpc;

    fine(mcp_rpc_read(&rpc, batch, sizeof(batch) - 1, cx), "a batch is read");
    ok(rpc.batch && !rpc.id && !rpc.method, "as nothing but a batch");
    fine(mcp_rpc_message_read(&rpc, mcp_json_at(rpc.batch, 0), cx),
         "its messages by themselves");
    is(rpc.method, "m", "each as if it had come alone");
    ok(mcp_rpc_message_read(&rpc, mcp_json_at(rpc.batch, 1), cx) != NULL,
       "what is none is an error");
}

static void body(mcp_ctx_t *cx)
{
    static const char nul[] = "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\0";
    mcp_rpc_t rpc;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run(&rows[i], cx);
    fails(mcp_rpc_read(&rpc, nul, sizeof(nul) - 1, cx), MCP_E_PARSE_ERROR,
          "a NUL behind the message");
    test_batch(cx);
}

TAP_MAIN(body)
