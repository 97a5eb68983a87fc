/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

/* The decision table: what a message is taken for, what is checked in which
 * order, and the exact status and code of every refusal. */

static mcp_outcome_t say_hello(mcp_call_t *call, void *baton)
{
    const char *name = call->api->string(call, "/name");

    call->api->text(call, apr_pstrcat(call->pool, "Hello, ",
                                      name ? name : "world", "!", NULL));
    return MCP_CALL_DONE;
}

static mcp_outcome_t say_ok(mcp_call_t *call, void *baton)
{
    call->api->text(call, "ok");
    return MCP_CALL_DONE;
}

static mcp_outcome_t forbid(mcp_call_t *call, void *baton)
{
    call->api->require_scope(call, "mcp:write");
    call->api->require_scope(call, "mcp:admin");
    return MCP_CALL_FORBIDDEN;
}

static mcp_outcome_t need_sampling(mcp_call_t *call, void *baton)
{
    call->api->ask(call, "q", "sampling/createMessage",
                   "{\"messages\":[],\"maxTokens\":1}");
    return MCP_CALL_INPUT_REQUIRED;
}

#define TOOL(what) .size = sizeof(mcp_tool_t), .name = what, .description = "d"

static const mcp_tool_t
    hello = {TOOL("hello"), .call = say_hello,
             .input_schema = "{\"type\":\"object\",\"properties\":{\"name\":"
                             "{\"type\":\"string\"}}}"},
    region = {TOOL("region"), .call = say_ok,
              .input_schema =
                  "{\"type\":\"object\",\"properties\":{\"region\":{\"type\":"
                  "\"string\",\"x-mcp-header\":\"Region\"},\"n\":{"
                  "\"properties\":{\"i\":{\"type\":\"integer\","
                  "\"x-mcp-header\":\"I\"},\"b\":{\"type\":\"boolean\","
                  "\"x-mcp-header\":\"B\"}}}}}"},
    forbidden = {TOOL("forbidden"), .call = forbid},
    sampling = {TOOL("sampling"), .call = need_sampling};

static const mcp_tool_t *const tools[] = {&hello, &region, &forbidden,
                                          &sampling, NULL};

/* $S a session of the principal's, $E one that was ended, $O another's, $F a
 * forged one */
typedef struct row_t {
    const char *name;
    const char *method;
    const char *headers;
    const char *body;
    int status;
    int code;         /* 0: no error */
    const char *part; /* of the answer; NULL: there is none */
} row_t;

#define POST "POST"
#define S25 V25 "Mcp-Session-Id: $S|"
#define INIT(version)                                                         \
    BODY("initialize", "\"protocolVersion\":\"" version                       \
                       "\",\"capabilities\":{},\"clientInfo\":{\"name\":"     \
                       "\"c\",\"version\":\"1\"}")
#define DISCOVER V26 M("server/discover")
#define LIST V26 M("tools/list")
#define HELLO "\"name\":\"hello\",\"arguments\":{\"name\":\"you\"}"
#define REGION(arguments)                                                     \
    BODY("tools/call",                                                        \
         "\"name\":\"region\",\"arguments\":{" arguments "}," META)
#define ID7 "\"id\":7"

static const row_t modern[] = {
    {"server/discover", POST, DISCOVER, BODY("server/discover", META), 200, 0,
     "\"supportedVersions\":[\"2026-07-28\"]"},
    {"its capabilities", POST, DISCOVER, BODY("server/discover", META), 200, 0,
     "\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{}}"},
    {"its result is complete", POST, DISCOVER, BODY("server/discover", META),
     200, 0, "\"resultType\":\"complete\""},
    {"every result names the server", POST, DISCOVER,
     BODY("server/discover", META), 200, 0,
     "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"test\","
     "\"title\":\"A test\",\"version\":\"1.0\"}}"},
    {"caching: per user where there is one", POST, DISCOVER,
     BODY("server/discover", META), 200, 0,
     "\"ttlMs\":60000,\"cacheScope\":\"private\""},
    {"tools/list", POST, LIST, BODY("tools/list", META), 200, 0,
     "{\"name\":\"hello\",\"description\":\"d\",\"inputSchema\":"},
    {"its caching", POST, LIST, BODY("tools/list", META), 200, 0,
     "\"ttlMs\":60000,\"cacheScope\":\"private\""},
    {"tools/call", POST, MODERN_CALL("hello"),
     BODY("tools/call", HELLO "," META), 200, 0,
     "\"content\":[{\"type\":\"text\",\"text\":\"Hello, you!\"}]"},
    {"arguments may be left out", POST, MODERN_CALL("hello"),
     BODY("tools/call", "\"name\":\"hello\"," META), 200, 0, "Hello, world!"},
    {"Mcp-Name in base64", POST, V26 M("tools/call") N("=?base64?aGVsbG8=?="),
     BODY("tools/call", HELLO "," META), 200, 0, "Hello, you!"},
    {"Accept: application/json alone", POST,
     "Accept: application/json|" DISCOVER, BODY("server/discover", META), 200,
     0, ID7},
    {"a string id comes back as one", POST, DISCOVER,
     "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"method\":\"server/discover\","
     "\"params\":{" META "}}",
     200, 0, "\"id\":\"7\""},
    {"a stray Mcp-Session-Id is ignored", POST,
     DISCOVER "Mcp-Session-Id: nonsense|", BODY("server/discover", META), 200,
     0, ID7},
    {"clientInfo may be missing", POST, DISCOVER,
     BODY("server/discover", META), 200, 0, ID7},
    {"clientInfo may be there", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\","
          "\"version\":\"1\"}}"),
     200, 0, ID7},
    {"a log level", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"io.modelcontextprotocol/logLevel\":\"warning\"}"),
     200, 0, ID7},

    /* the envelope comes first */
    {"no _meta", POST, DISCOVER, BODY("server/discover", ""), 400, -32602,
     ID7},
    {"no params", POST, DISCOVER, BARE("server/discover"), 400, -32602, ID7},
    {"_meta without protocolVersion", POST, DISCOVER,
     BODY("server/discover", "\"_meta\":{\"" CAPABILITIES "\":{}}"), 400,
     -32602, ID7},
    {"_meta without clientCapabilities", POST, DISCOVER,
     BODY("server/discover", "\"_meta\":{\"" CLAIM "\":\"2026-07-28\"}"), 400,
     -32602, ID7},
    {"_meta that is no object", POST, DISCOVER,
     BODY("server/discover", "\"_meta\":[]"), 400, -32602, ID7},
    {"protocolVersion that is no string", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":20260728,\"" CAPABILITIES "\":{}}"),
     400, -32602, ID7},
    {"protocolVersion null is a claim too", POST, V25,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":null,\"" CAPABILITIES "\":{}}"),
     400, -32602, ID7},
    {"clientCapabilities that are no object", POST, DISCOVER,
     BODY("server/discover", META_OF("2026-07-28", "[]")), 400, -32602, ID7},
    {"clientInfo that is no object", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"io.modelcontextprotocol/clientInfo\":\"c\"}"),
     400, -32602, ID7},
    {"an unknown log level", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"io.modelcontextprotocol/logLevel\":\"loud\"}"),
     400, -32602, ID7},
    {"a log level that is no string", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"io.modelcontextprotocol/logLevel\":1}"),
     400, -32602, ID7},
    {"a progress token that is an object", POST, DISCOVER,
     BODY("server/discover",
          "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES
          "\":{},\"progressToken\":{}}"),
     400, -32602, ID7},
    {"the envelope is judged before the headers", POST, V26 M("wrong"),
     BODY("server/discover", ""), 400, -32602, ID7},
    {"no claim, but a header that names no legacy version", POST,
     "MCP-Protocol-Version: v999.0.0|", BODY("tools/list", ""), 400, -32602,
     ID7},
    {"no claim, an empty header", POST, "MCP-Protocol-Version: |",
     BODY("tools/list", ""), 400, -32602, ID7},

    /* then header and body agree on the version */
    {"no MCP-Protocol-Version", POST, M("server/discover"),
     BODY("server/discover", META), 400, -32020, ID7},
    {"header 2025-11-25, body 2026-07-28", POST, V25 M("server/discover"),
     BODY("server/discover", META), 400, -32020, ID7},
    {"header 2026-07-28, body unknown: told before the version is judged",
     POST, DISCOVER, BODY("server/discover", META_OF("v999.0.0", "{}")), 400,
     -32020, ID7},
    {"the header twice", POST,
     "MCP-Protocol-Version: 2026-07-28, 2026-07-28|" M("server/discover"),
     BODY("server/discover", META), 400, -32020, ID7},

    /* then the version is one of ours */
    {"an unknown version", POST,
     "MCP-Protocol-Version: v999.0.0|" M("server/discover"),
     BODY("server/discover", META_OF("v999.0.0", "{}")), 400, -32022,
     "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"v999.0.0\"}"},
    {"a version from long ago", POST,
     "MCP-Protocol-Version: 1900-01-01|" M("server/discover"),
     BODY("server/discover", META_OF("1900-01-01", "{}")), 400, -32022, ID7},
    {"a legacy version claimed in the modern way", POST,
     V25 M("server/discover"),
     BODY("server/discover", META_OF("2025-11-25", "{}")), 400, -32022, ID7},
    {"the version is judged before Mcp-Method", POST,
     "MCP-Protocol-Version: 1900-01-01|" M("wrong"),
     BODY("server/discover", META_OF("1900-01-01", "{}")), 400, -32022, ID7},

    /* then Mcp-Method */
    {"no Mcp-Method", POST, V26, BODY("server/discover", META), 400, -32020,
     ID7},
    {"Mcp-Method of another method", POST, V26 M("tools/list"),
     BODY("server/discover", META), 400, -32020, ID7},
    {"values are case-sensitive", POST, V26 M("SERVER/DISCOVER"),
     BODY("server/discover", META), 400, -32020, ID7},
    {"names are not", POST, V26 "mcp-METHOD: server/discover|",
     BODY("server/discover", META), 200, 0, ID7},
    {"unknown method and a wrong Mcp-Method", POST, V26 M("tools/list"),
     BODY("unknown/method", META), 400, -32020, ID7},

    /* then Mcp-Name */
    {"no Mcp-Name", POST, V26 M("tools/call"),
     BODY("tools/call", HELLO "," META), 400, -32020, ID7},
    {"Mcp-Name of another tool", POST, MODERN_CALL("region"),
     BODY("tools/call", HELLO "," META), 400, -32020, ID7},
    {"Mcp-Name in another case", POST, MODERN_CALL("Hello"),
     BODY("tools/call", HELLO "," META), 400, -32020, ID7},
    {"Mcp-Name in bad base64", POST, MODERN_CALL("=?base64?aGVsbG8?="),
     BODY("tools/call", HELLO "," META), 400, -32020, ID7},
    {"Mcp-Name that is not ASCII", POST, MODERN_CALL("h\xc3\xa9llo"),
     BODY("tools/call", "\"name\":\"h\xc3\xa9llo\"," META), 400, -32020, ID7},
    {"Mcp-Name where the body names none", POST, MODERN_CALL("hello"),
     BODY("tools/call", META), 400, -32020, ID7},
    {"Mcp-Name is judged before the tool is looked for", POST,
     MODERN_CALL("hello"), BODY("tools/call", "\"name\":\"none\"," META), 400,
     -32020, ID7},
    {"tools/list has no name", POST, LIST N("whatever"),
     BODY("tools/list", META), 200, 0, ID7},

    /* then the method */
    {"unknown method", POST, V26 M("unknown/method"),
     BODY("unknown/method", META), 404, -32601, ID7},
    {"initialize in the modern way", POST, V26 M("initialize"),
     BODY("initialize", META), 404, -32601, ID7},
    {"ping", POST, V26 M("ping"), BODY("ping", META), 404, -32601, ID7},
    {"logging/setLevel", POST, V26 M("logging/setLevel"),
     BODY("logging/setLevel", META), 404, -32601, ID7},
    {"resources/subscribe", POST, V26 M("resources/subscribe"),
     BODY("resources/subscribe", META), 404, -32601, ID7},
    {"resources/list: the capability is not declared", POST,
     V26 M("resources/list"), BODY("resources/list", META), 404, -32601, ID7},
    {"prompts/list", POST, V26 M("prompts/list"), BODY("prompts/list", META),
     404, -32601, ID7},
    {"an empty method", POST, V26 M(""), BODY("", META), 404, -32601, ID7},

    /* then Mcp-Param-* */
    {"a mirrored argument", POST,
     MODERN_CALL("region") "Mcp-Param-Region: us|",
     REGION("\"region\":\"us\""), 200, 0, "ok"},
    {"in base64", POST,
     MODERN_CALL("region") "Mcp-Param-Region: =?base64?SGVsbG8=?=|",
     REGION("\"region\":\"Hello\""), 200, 0, "ok"},
    {"in bad base64", POST,
     MODERN_CALL("region") "Mcp-Param-Region: =?base64?SGVsbG8?=|",
     REGION("\"region\":\"Hello\""), 400, -32020, ID7},
    {"a literal that looks like half of base64", POST,
     MODERN_CALL("region") "Mcp-Param-Region: =?base64?SGVsbG8=|",
     REGION("\"region\":\"=?base64?SGVsbG8=\""), 200, 0, "ok"},
    {"another value", POST, MODERN_CALL("region") "Mcp-Param-Region: eu|",
     REGION("\"region\":\"us\""), 400, -32020, ID7},
    {"no header", POST, MODERN_CALL("region"), REGION("\"region\":\"us\""),
     400, -32020, ID7},
    {"no argument, no header", POST, MODERN_CALL("region"), REGION(""), 200, 0,
     "ok"},
    {"a header without an argument", POST,
     MODERN_CALL("region") "Mcp-Param-Region: us|", REGION(""), 400, -32020,
     ID7},
    {"an argument that is null needs no header", POST, MODERN_CALL("region"),
     REGION("\"region\":null"), 200, 0, "isError"},
    {"integers are compared as numbers", POST,
     MODERN_CALL("region") "Mcp-Param-I: 42.0|", REGION("\"n\":{\"i\":42}"),
     200, 0, "ok"},
    {"also the other way", POST, MODERN_CALL("region") "Mcp-Param-I: 42|",
     REGION("\"n\":{\"i\":42.0}"), 200, 0, "ok"},
    {"another integer", POST, MODERN_CALL("region") "Mcp-Param-I: 43|",
     REGION("\"n\":{\"i\":42}"), 400, -32020, ID7},
    {"an integer that is none", POST,
     MODERN_CALL("region") "Mcp-Param-I: 42x|", REGION("\"n\":{\"i\":42}"),
     400, -32020, ID7},
    {"an integer with a fraction", POST,
     MODERN_CALL("region") "Mcp-Param-I: 42.5|", REGION("\"n\":{\"i\":42}"),
     400, -32020, ID7},
    {"a boolean", POST, MODERN_CALL("region") "Mcp-Param-B: true|",
     REGION("\"n\":{\"b\":true}"), 200, 0, "ok"},
    {"another boolean", POST, MODERN_CALL("region") "Mcp-Param-B: True|",
     REGION("\"n\":{\"b\":true}"), 400, -32020, ID7},
    {"headers are judged before the arguments' type", POST,
     MODERN_CALL("region") "Mcp-Param-Region: us|",
     BODY("tools/call", "\"name\":\"region\",\"arguments\":[]," META), 400,
     -32020, ID7},

    /* then capabilities, then params */
    {"a capability that was not declared", POST, MODERN_CALL("sampling"),
     BODY("tools/call", "\"name\":\"sampling\"," META), 400, -32021,
     "\"data\":{\"requiredCapabilities\":{\"sampling\":{}}}"},
    {"an unknown tool", POST, MODERN_CALL("none"),
     BODY("tools/call", "\"name\":\"none\"," META), 200, -32602,
     "Unknown tool: none"},
    {"no name", POST, V26 M("tools/call"), BODY("tools/call", META), 200,
     -32602, ID7},
    {"a name that is no string", POST, V26 M("tools/call"),
     BODY("tools/call", "\"name\":1," META), 200, -32602, ID7},
    {"arguments that are no object", POST, MODERN_CALL("hello"),
     BODY("tools/call", "\"name\":\"hello\",\"arguments\":[1]," META), 200,
     -32602, ID7},
    {"arguments null", POST, MODERN_CALL("hello"),
     BODY("tools/call", "\"name\":\"hello\",\"arguments\":null," META), 200,
     -32602, ID7},
    {"arguments against the schema are for the model to correct", POST,
     MODERN_CALL("hello"),
     BODY("tools/call", "\"name\":\"hello\",\"arguments\":{\"name\":1}," META),
     200, 0, "\"isError\":true"},
    {"a cursor that never was", POST, LIST,
     BODY("tools/list", "\"cursor\":\"x\"," META), 200, -32602, ID7},
    {"step-up", POST, MODERN_CALL("forbidden"),
     BODY("tools/call", "\"name\":\"forbidden\"," META), 403, -32600, ID7},

    /* notifications: 202, or 4xx without an id */
    {"a notification", POST, V26, NOTE("notifications/cancelled", META), 202,
     0, NULL},
    {"an unknown one", POST, V26, NOTE("notifications/unknown", META), 202, 0,
     NULL},
    {"one without a claim", POST, V26, NOTE("notifications/x", ""), 202, 0,
     NULL},
    {"one without a header", POST, "", NOTE("notifications/x", META), 202, 0,
     NULL},
    {"one whose header and body differ", POST, V25,
     NOTE("notifications/x", META), 400, -32020, "\"error\""},
    {"one of an unknown version", POST, "MCP-Protocol-Version: v9|",
     NOTE("notifications/x", ""), 400, -32022, "\"error\""},
    {"one with a bad claim", POST, V26,
     NOTE("notifications/x", "\"_meta\":{\"" CLAIM "\":1}"), 400, -32602,
     "\"error\""},
    {"a response belongs to no modern request", POST, V26,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", 400, -32000, ID7},
};

static const row_t legacy[] = {
    {"initialize", POST, "", INIT("2025-11-25"), 200, 0,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"protocolVersion\":"
     "\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true},"
     "\"logging\":{}},\"serverInfo\":{\"name\":"
     "\"test\",\"title\":\"A test\",\"version\":\"1.0\"},\"instructions\":"
     "\"Use the tools.\"}}"},
    {"initialize with 2025-06-18", POST, "", INIT("2025-06-18"), 200, 0,
     "\"protocolVersion\":\"2025-06-18\""},
    {"initialize with 2025-03-26", POST, "", INIT("2025-03-26"), 200, 0,
     "\"protocolVersion\":\"2025-03-26\""},
    {"initialize with 2024-11-05 is answered with the latest", POST, "",
     INIT("2024-11-05"), 200, 0, "\"protocolVersion\":\"2025-11-25\""},
    {"initialize with a version to come", POST, "", INIT("2099-01-01"), 200, 0,
     "\"protocolVersion\":\"2025-11-25\""},
    {"initialize with 2026-07-28 in params only", POST, "", INIT("2026-07-28"),
     200, 0, "\"protocolVersion\":\"2025-11-25\""},
    {"initialize with a legacy header", POST, V25, INIT("2025-11-25"), 200, 0,
     ID7},
    {"initialize with Mcp-Method, as mcp-remote sends it", POST,
     V25 M("initialize"), INIT("2025-11-25"), 200, 0, ID7},
    {"initialize with a modern header", POST, V26, INIT("2025-11-25"), 400,
     -32020, ID7},
    {"initialize with an unknown header", POST, "MCP-Protocol-Version: v9|",
     INIT("2025-11-25"), 400, -32020, ID7},
    {"initialize with an old session's id", POST, "Mcp-Session-Id: $E|",
     INIT("2025-11-25"), 200, 0, ID7},
    {"initialize without protocolVersion", POST, "",
     BODY("initialize", "\"capabilities\":{}"), 200, -32602, ID7},
    {"initialize without params", POST, "", BARE("initialize"), 200, -32602,
     ID7},
    {"capabilities that are no object", POST, "",
     BODY("initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
                        "[]"),
     200, -32602, ID7},
    {"clientInfo that is no object", POST, "",
     BODY("initialize", "\"protocolVersion\":\"2025-11-25\",\"clientInfo\":1"),
     200, -32602, ID7},
    {"initialize as a notification begins nothing", POST, "",
     NOTE("initialize", "\"protocolVersion\":\"2025-11-25\""), 202, 0, NULL},

    {"notifications/initialized", POST, S25,
     NOTE("notifications/initialized", ""), 202, 0, NULL},
    {"any other notification", POST, S25, NOTE("notifications/x", ""), 202, 0,
     NULL},
    {"a notification without a session", POST, V25,
     NOTE("notifications/initialized", ""), 400, -32000, "\"error\""},
    {"ping is answered with nothing else", POST, S25, BARE("ping"), 200, 0,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}"},
    {"tools/list", POST, S25, BODY("tools/list", ""), 200, 0,
     "\"result\":{\"tools\":[{\"name\":\"hello\""},
    {"tools/list without params", POST, S25, BARE("tools/list"), 200, 0,
     "\"tools\":["},
    {"a cursor that never was", POST, S25,
     BODY("tools/list", "\"cursor\":\"\""), 200, -32602, ID7},
    {"tools/call", POST, S25, BODY("tools/call", HELLO), 200, 0,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":"
     "\"text\",\"text\":\"Hello, you!\"}]}}"},
    {"without the version header: the session knows", POST,
     "Mcp-Session-Id: $S|", BODY("tools/call", HELLO), 200, 0, "Hello, you!"},
    {"with another legacy version in the header", POST,
     "MCP-Protocol-Version: 2025-06-18|Mcp-Session-Id: $S|",
     BODY("tools/call", HELLO), 200, 0, "Hello, you!"},
    {"Mcp-Method and Mcp-Name never decide", POST,
     S25 M("wrong") N("=?base64?!?="), BODY("tools/call", HELLO), 200, 0,
     "Hello, you!"},
    {"Mcp-Param is not of this era", POST, S25 "Mcp-Param-Region: eu|",
     BODY("tools/call",
          "\"name\":\"region\",\"arguments\":{\"region\":\"us\"}"),
     200, 0, "ok"},
    {"_meta with other keys is no claim", POST, S25,
     BODY("tools/list", "\"_meta\":{\"progressToken\":1}"), 200, 0, ID7},
    {"a response", POST, S25, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
     202, 0, NULL},
    {"an error as response", POST, S25,
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"\"}}",
     202, 0, NULL},
    {"a response without a session", POST, V25,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", 400, -32000, ID7},

    {"unknown method", POST, S25, BARE("unknown/method"), 200, -32601, ID7},
    {"server/discover is not of this era", POST, S25, BARE("server/discover"),
     200, -32601, ID7},
    {"logging/setLevel", POST, S25,
     BODY("logging/setLevel", "\"level\":\"info\""), 200, 0, "\"result\":{}"},
    {"logging/setLevel with what is no level", POST, S25,
     BODY("logging/setLevel", "\"level\":\"loud\""), 200, -32602, ID7},
    {"resources/list is not declared", POST, S25, BARE("resources/list"), 200,
     -32601, ID7},
    {"an unknown tool", POST, S25, BODY("tools/call", "\"name\":\"none\""),
     200, -32602, "Unknown tool: none"},
    {"a tool's name with control characters", POST, S25,
     BODY("tools/call", "\"name\":\"a\\nb\""), 200, -32602,
     "Unknown tool: a\\\\x0Ab"},
    {"arguments that are no object", POST, S25,
     BODY("tools/call", "\"name\":\"hello\",\"arguments\":\"x\""), 200, -32602,
     ID7},
    {"arguments against the schema", POST, S25,
     BODY("tools/call", "\"name\":\"hello\",\"arguments\":{\"name\":1}"), 200,
     0, "\"isError\":true"},
    {"questions need a stream", POST, S25,
     BODY("tools/call", "\"name\":\"sampling\""), 200, 0,
     "takes no event stream"},
    {"step-up", POST, S25, BODY("tools/call", "\"name\":\"forbidden\""), 403,
     -32600, ID7},

    {"no session", POST, V25, BODY("tools/call", HELLO), 400, -32000, ID7},
    {"no session, no version", POST, "", BARE("tools/list"), 400, -32000, ID7},
    {"ping without a session", POST, "", BARE("ping"), 400, -32000, ID7},
    {"an unknown session", POST, V25 "Mcp-Session-Id: nonsense|",
     BARE("tools/list"), 404, -32001, ID7},
    {"an empty session id", POST, V25 "Mcp-Session-Id: |", BARE("tools/list"),
     404, -32001, ID7},
    {"a session that was ended", POST, V25 "Mcp-Session-Id: $E|",
     BARE("tools/list"), 404, -32001, ID7},
    {"another principal's session", POST, V25 "Mcp-Session-Id: $O|",
     BARE("tools/list"), 404, -32001, ID7},
    {"a forged session", POST, V25 "Mcp-Session-Id: $F|", BARE("tools/list"),
     404, -32001, ID7},
    {"2024-11-05 is not spoken here", POST,
     "MCP-Protocol-Version: 2024-11-05|Mcp-Session-Id: $S|",
     BARE("tools/list"), 400, -32600, "Unsupported protocol version"},
    {"the session is judged before the version", POST,
     "MCP-Protocol-Version: 2024-11-05|Mcp-Session-Id: $E|",
     BARE("tools/list"), 404, -32001, ID7},
};

static const row_t both[] = {
    {"GET where there can be no stream", "GET", S25, NULL, 406, -32600,
     "text/event-stream"},
    {"GET without a session", "GET", "", NULL, 400, -32000, "\"error\""},
    {"PUT", "PUT", "", "{}", 405, -32600, "\"error\""},
    {"DELETE without a session", "DELETE", "", NULL, 400, -32000, "\"error\""},
    {"DELETE of an unknown session", "DELETE", "Mcp-Session-Id: nonsense|",
     NULL, 404, -32001, "\"error\""},
    {"DELETE of another principal's session", "DELETE", "Mcp-Session-Id: $O|",
     NULL, 404, -32001, "\"error\""},
    {"DELETE of one that was ended", "DELETE", "Mcp-Session-Id: $E|", NULL,
     404, -32001, "\"error\""},
    {"DELETE with a version that no session has", "DELETE",
     V26 "Mcp-Session-Id: $S|", NULL, 400, -32600, "\"error\""},
    {"DELETE ends the session", "DELETE", S25, NULL, 204, 0, NULL},
    {"which is gone then", POST, S25, BARE("ping"), 404, -32001, ID7},
    {"and cannot be ended again", "DELETE", S25, NULL, 404, -32001,
     "\"error\""},

    {"an empty body", POST, "", "", 400, -32700, "\"error\""},
    {"no JSON", POST, "", "x", 400, -32700, "\"error\""},
    {"a batch of the modern era", POST, V26,
     "[" BODY("server/discover", META) "]", 400, -32600, "a batch is none"},
    {"a batch of 2025-11-25", POST, S25, "[" BARE("ping") "]", 404, -32001,
     "Session not found"},
    {"a batch without a session", POST, "", "[" BARE("ping") "]", 400, -32000,
     "\"error\""},
    {"an empty batch", POST, "", "[]", 400, -32600, "not empty"},
    {"id null", POST, V26,
     "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"server/discover\"}", 400,
     -32600, "\"error\""},
    {"jsonrpc 1.0", POST, "",
     "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"ping\"}", 400, -32600, ID7},
    {"params by position", POST, S25,
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":[]}", 400,
     -32602, ID7},
    {"Accept without JSON", POST, "Accept: text/event-stream|" DISCOVER,
     BODY("server/discover", META), 406, -32600, "\"error\""},
    {"Accept of a browser", POST, "Accept: text/html,*/*;q=0.8|" DISCOVER,
     BODY("server/discover", META), 200, 0, ID7},
};

/* -- running -- */

static const char *sessions[4]; /* of "SEOF" */

static const char *session(const world_t *w, const mcp_principal_t *who,
                           mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = who};

    world_send(&x, w, "POST", "", INIT("2025-11-25"), cx);
    return x.session_id;
}

static void make_sessions(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    char *forged;

    sessions[0] = session(w, &w->alice, cx);
    sessions[1] = session(w, &w->alice, cx);
    sessions[2] = session(w, &w->bob, cx);
    forged = apr_pstrdup(cx->pool, session(w, &w->alice, cx));
    forged[40] = forged[40] == 'A' ? 'B' : 'A';
    sessions[3] = forged;
    world_send(&x, w, "DELETE",
               apr_pstrcat(cx->pool, "Mcp-Session-Id: ", sessions[1], NULL),
               NULL, cx);
    ok(x.status == 204, "a session is ended with 204");
}

static const char *filled_in(const char *headers, apr_pool_t *pool)
{
    const char *dollar = strchr(headers, '$');

    if (!dollar)
        return headers;
    return apr_pstrcat(pool, apr_pstrmemdup(pool, headers, dollar - headers),
                       sessions[strchr("SEOF", dollar[1]) - "SEOF"],
                       dollar + 2, NULL);
}

static int is_right(const row_t *row, const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    if (x->status != row->status || world_code(x, cx) != row->code)
        return 0;
    if (!row->part)
        return !x->json;
    /* one line of JSON, and nothing that the answer must not have */
    return x->json && strlen(x->json) == x->json_len &&
           !strpbrk(x->json, "\r\n") && world_at(x, "", cx) &&
           strstr(x->json, row->part) && !strstr(x->json, "\"id\":null") &&
           !x->failure == !row->code;
}

static void run(const char *section, const row_t *rows, apr_size_t n,
                const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    mcp_ctx_t own = *cx;
    apr_size_t i;

    for (i = 0; i < n; i++) {
        apr_pool_create(&own.pool, cx->pool);
        world_send(&x, w, rows[i].method, filled_in(rows[i].headers, own.pool),
                   rows[i].body, &own);
        if (!ok(is_right(&rows[i], &x, &own), "%s: %s", section, rows[i].name))
            printf("# %d %s\n", x.status, x.json ? x.json : "(none)");
        apr_pool_destroy(own.pool);
    }
}

#define RUN(rows) run(#rows, rows, sizeof(rows) / sizeof(rows[0]), &w, cx)

/* What the transport sends and logs beside the body. */
static void test_beside(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};
    const char *s;

    world_send(&x, w, "POST", "", INIT("2025-06-18"), cx);
    for (s = x.session_id; *s > 0x20 && *s < 0x7f; s++)
        continue;
    ok(!*s && s > x.session_id, "a session id is visible ASCII (0x21-0x7E)");
    is(x.era, "2025-06-18", "the era in the log is the negotiated version");
    is(x.rpc_method, "initialize", "the method is logged");
    world_send(&x, w, "POST",
               apr_pstrcat(cx->pool, "Mcp-Session-Id: ", x.session_id, NULL),
               BARE("ping"), cx);
    is(x.era, "2025-06-18", "a session keeps its version");
    ok(!x.session_id, "only initialize sends a session id");
    world_send(&x, w, "POST", MODERN_CALL("hello"),
               BODY("tools/call", HELLO "," META), cx);
    is(x.era, "2026-07-28", "the modern era is logged");
    is(x.rpc_target, "hello", "so is the tool");
    ok(!x.session_id && !x.allow && !x.required_scopes,
       "a modern answer has no session id");
    world_send(&x, w, "PUT", "", NULL, cx);
    is(x.allow, "GET, POST, DELETE", "405 comes with Allow (RFC 9110 15.5.6)");
    world_send(&x, w, "POST", MODERN_CALL("forbidden"),
               BODY("tools/call", "\"name\":\"forbidden\"," META), cx);
    is(x.required_scopes ? apr_array_pstrcat(cx->pool, x.required_scopes, ' ')
                         : NULL,
       "mcp:write mcp:admin", "step-up names the scopes that are missing");
    world_send(&x, w, "POST", V26 M("a\\nb"), BODY("a\\nb", META), cx);
    is(x.rpc_method, "a\\x0Ab", "what the client calls a method is escaped");
    x.principal = NULL;
    world_send(&x, w, "POST", DISCOVER, BODY("server/discover", META), cx);
    is(world_at(&x, "/result/cacheScope", cx), "\"public\"",
       "where nobody signs in, all see the same");
}

static void body(mcp_ctx_t *cx)
{
    world_t w;

    world_make(&w, tools, cx);
    make_sessions(&w, cx);
    RUN(modern);
    RUN(legacy);
    RUN(both);
    test_beside(&w, cx);
    is(tap_log, "", "nothing of this is worth a line in the log");
    world_end(&w);
}

TAP_MAIN(body)
