/* Licensed under the Apache License, Version 2.0; see LICENSE. */

/* mod_mcp_demo: four small tools, and the worked example of mod_mcp_oauth.h.
 *
 *     LoadModule mcp_oauth_module modules/mod_mcp_oauth.so
 *     LoadModule mcp_demo_module  modules/mod_mcp_demo.so
 *     <Location "/mcp">
 *         SetHandler mcp-server
 *         MCPOffer demo:*
 *     </Location>
 *
 * A module that offers tools needs the header and httpd, nothing else: it does
 * not link against mod_mcp_oauth, and can be loaded without it. */

#include <string.h>

#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "mod_mcp_oauth.h"

/* -- an answer: the same for people, and for programs as a member -- */

/* What text and structuredContent may hold together: a tool whose caller can
 * ask for more than the header allows says so itself. */
#define MOST (1024 * 1024 - 256)

static mcp_outcome_t say(mcp_call_t *call, const char *text,
                         const char *member, const char *value)
{
    const char *quoted = call->api->quote(call, value);

    if (strlen(text) + strlen(quoted) > MOST) {
        call->api->text(call, "That is too long to be given back.");
        return MCP_CALL_FAILED;
    }
    call->api->text(call, text);
    call->api->structured(call, apr_pstrcat(call->pool, "{\"", member,
                                            "\":", quoted, "}", NULL));
    return MCP_CALL_DONE;
}

/* -- hello: an argument with a default, one that may be null -- */

static mcp_outcome_t call_hello(mcp_call_t *call, void *baton)
{
    const char *name = call->api->string(call, "/name");
    const char *description = call->api->string(call, "/description");
    const char *greeting =
        apr_pstrcat(call->pool, "Hello, ", name ? name : "world", "!", NULL);

    if (description && *description)
        greeting = apr_pstrcat(call->pool, greeting, " ", description, NULL);
    return say(call, greeting, "result", greeting);
}

static const mcp_tool_t hello = {
    .size = sizeof(mcp_tool_t),
    .name = "hello",
    .title = "Say hello",
    .description = "Say hello to someone. Optional description adds context "
                   "after the greeting.",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{"
                    "\"name\":{\"type\":\"string\",\"default\":\"world\"},"
                    "\"description\":{\"anyOf\":[{\"type\":\"string\"},"
                    "{\"type\":\"null\"}],\"default\":null}}}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"string\"}},"
                     "\"required\":[\"result\"],"
                     "\"x-fastmcp-wrap-result\":true}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_hello,
};

/* -- add: numbers, and a failure that the model can understand -- */

static mcp_outcome_t call_add(mcp_call_t *call, void *baton)
{
    apr_int64_t a, b, sum;
    const char *text;

    /* the schema requires both; too large for 64 bits they are still not
     * integers here */
    if (!call->api->integer(call, "/a", &a) ||
        !call->api->integer(call, "/b", &b) ||
        __builtin_add_overflow(a, b, &sum)) {
        call->api->text(call, "The numbers or their sum exceed 64 bits.");
        return MCP_CALL_FAILED;
    }
    text = apr_psprintf(call->pool, "%" APR_INT64_T_FMT, sum);
    call->api->text(call, text);
    call->api->structured(
        call, apr_pstrcat(call->pool, "{\"result\":", text, "}", NULL));
    return MCP_CALL_DONE;
}

static const mcp_tool_t add = {
    .size = sizeof(mcp_tool_t),
    .name = "add",
    .title = "Add",
    .description = "Add two numbers together.",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{\"a\":{\"type\":\"integer\"},"
                    "\"b\":{\"type\":\"integer\"}},"
                    "\"required\":[\"a\",\"b\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"result\":{\"type\":\"integer\"}},"
                     "\"required\":[\"result\"],"
                     "\"x-fastmcp-wrap-result\":true}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_add,
};

/* -- echo -- */

static mcp_outcome_t call_echo(mcp_call_t *call, void *baton)
{
    const char *message = call->api->string(call, "/message");

    return say(call, apr_pstrcat(call->pool, "Echo: ", message, NULL),
               "echoed_message", message);
}

static const mcp_tool_t echo = {
    .size = sizeof(mcp_tool_t),
    .name = "echo",
    .title = "Echo",
    .description = "Echo back any input provided to it",
    .input_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                    "\"properties\":{\"message\":{\"type\":\"string\","
                    "\"description\":\"The message to echo back\"}},"
                    "\"required\":[\"message\"]}",
    .output_schema = "{\"type\":\"object\",\"properties\":{"
                     "\"echoed_message\":{\"type\":\"string\"}},"
                     "\"required\":[\"echoed_message\"],"
                     "\"additionalProperties\":false}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_echo,
};

/* -- whoami: who calls -- */

static const char *member(mcp_call_t *call, const char *name,
                          const char *value)
{
    return value ? apr_pstrcat(call->pool, ",\"", name,
                               "\":", call->api->quote(call, value), NULL)
                 : "";
}

static const char *scopes_of(mcp_call_t *call)
{
    const apr_array_header_t *scopes = call->principal->scopes;
    apr_array_header_t *quoted =
        apr_array_make(call->pool, 4, sizeof(const char *));
    int i;

    for (i = 0; scopes && i < scopes->nelts; i++)
        APR_ARRAY_PUSH(quoted, const char *) =
            call->api->quote(call, APR_ARRAY_IDX(scopes, i, const char *));
    return apr_array_pstrcat(call->pool, quoted, ',');
}

static mcp_outcome_t call_whoami(mcp_call_t *call, void *baton)
{
    const mcp_principal_t *who = call->principal;
    const char *json = "{\"authenticated\":false,\"user\":\"anonymous\","
                       "\"scopes\":[]}";

    if (who)
        json = apr_pstrcat(call->pool, "{\"authenticated\":true",
                           member(call, "user", who->user),
                           member(call, "subject", who->subject),
                           member(call, "issuer", who->issuer),
                           member(call, "client", who->client),
                           ",\"scopes\":[", scopes_of(call), "]}", NULL);
    /* without a text the same JSON becomes one */
    call->api->structured(call, json);
    return MCP_CALL_DONE;
}

static const mcp_tool_t whoami = {
    .size = sizeof(mcp_tool_t),
    .name = "whoami",
    .title = "Who am I",
    .description = "Tell which user and which client this server sees.",
    .output_schema =
        "{\"type\":\"object\",\"properties\":{"
        "\"authenticated\":{\"type\":\"boolean\"},"
        "\"user\":{\"type\":\"string\"},\"subject\":{\"type\":\"string\"},"
        "\"issuer\":{\"type\":\"string\"},\"client\":{\"type\":\"string\"},"
        "\"scopes\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
        "\"required\":[\"authenticated\",\"scopes\"]}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_whoami,
};

/* -- the module -- */

static void register_hooks(apr_pool_t *pool)
{
    static const struct {
        const char *name;
        const mcp_tool_t *tool;
    } tools[] = {
        {"demo:hello", &hello},
        {"demo:add", &add},
        {"demo:echo", &echo},
        {"demo:whoami", &whoami},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        ap_register_provider(pool, MCP_TOOL_GROUP, tools[i].name,
                             MCP_OFFER_VERSION, tools[i].tool);
}

AP_DECLARE_MODULE(mcp_demo) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
