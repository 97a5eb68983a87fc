/* A whole module. apxs -i -a -c mod_hello.c, then in httpd: MCPOffer hello:* */
#include <httpd.h>
#include <http_config.h>
#include <ap_provider.h>
#include <apr_strings.h>
#include <mod_mcp_oauth.h>

static mcp_outcome_t count(mcp_call_t *call, void *baton)
{
    apr_int64_t to, i;
    call->api->integer(call, "/to", &to); /* the schema says: it is there */
    for (i = 1; i <= to && !call->api->cancelled(call); i++)
        call->api->progress(call, (double)i, (double)to, "counting");
    call->api->text(call, apr_psprintf(call->pool, "To %d.", (int)to));
    return MCP_CALL_DONE;
}
static const mcp_tool_t tool = {.size = sizeof(mcp_tool_t), .name = "count",
    .description = "Counts, and says how far it is.", .call = count,
    .input_schema = "{\"type\":\"object\",\"required\":[\"to\"],\"properties\":"
        "{\"to\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100}}}"};

static mcp_outcome_t greet(mcp_call_t *call, void *baton)
{
    const char *whom = call->api->string(call, "/whom"); /* NULL: not given */
    call->api->text(call, apr_pstrcat(call->pool, "Hello, ",
                                      whom ? whom : "world", "!", NULL));
    return MCP_CALL_DONE;
}
static const mcp_resource_t note = {.size = sizeof(mcp_resource_t),
    .uri = "hello://note", .name = "note", .read = greet};

static void complete(mcp_call_t *call, const char *argument,
                     const char *value, void *baton)
{
    if (!strncmp("everybody", value, strlen(value)))
        call->api->value(call, "everybody");
}
static const mcp_prompt_argument_t arguments[] = {{.name = "whom"}, {NULL}};
static const mcp_prompt_t prompt = {.size = sizeof(mcp_prompt_t),
    .name = "greet", .description = "Greets somebody.", .get = greet,
    .arguments = arguments, .complete = complete};

static void hooks(apr_pool_t *p)
{
    const char *v = MCP_OFFER_VERSION; /* of the header it is compiled with */
    ap_register_provider(p, MCP_TOOL_GROUP, "hello:count", v, &tool);
    ap_register_provider(p, MCP_RESOURCE_GROUP, "hello:hello://note", v, &note);
    ap_register_provider(p, MCP_PROMPT_GROUP, "hello:greet", v, &prompt);
}
AP_DECLARE_MODULE(hello) = {STANDARD20_MODULE_STUFF, .register_hooks = hooks};
