/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "demo/answer.h"
#include "demo/offers.h"

/* -- a JSON object, member by member -- */

typedef struct object_t {
    mcp_call_t *call;
    apr_array_header_t *members; /* of const char * */
} object_t;

static object_t object_make(mcp_call_t *call)
{
    return (object_t){call,
                      apr_array_make(call->pool, 8, sizeof(const char *))};
}

static void put(object_t *object, const char *name, const char *json)
{
    APR_ARRAY_PUSH(object->members, const char *) =
        apr_pstrcat(object->call->pool, "\"", name, "\": ", json, NULL);
}

/* What nobody said is left out. */
static void put_text(object_t *object, const char *name, const char *text)
{
    if (text)
        put(object, name, object->call->api->quote(object->call, text));
}

/* Of elements that are JSON. */
static const char *lines(mcp_call_t *call, const apr_array_header_t *elements,
                         const char *indent)
{
    const char *text = "";
    int i;

    for (i = 0; i < elements->nelts; i++)
        text = apr_pstrcat(call->pool, text, i ? ",\n" : "\n", indent,
                           APR_ARRAY_IDX(elements, i, const char *), NULL);
    return text;
}

static void put_list(object_t *object, const char *name,
                     const apr_array_header_t *words)
{
    mcp_call_t *call = object->call;
    apr_array_header_t *quoted =
        apr_array_make(call->pool, 4, sizeof(const char *));
    int i;

    if (!words)
        return;
    for (i = 0; i < words->nelts; i++)
        APR_ARRAY_PUSH(quoted, const char *) =
            call->api->quote(call, APR_ARRAY_IDX(words, i, const char *));
    put(object, name,
        apr_pstrcat(call->pool, "[", lines(call, quoted, "    "),
                    words->nelts ? "\n  ]" : "]", NULL));
}

/* Two blanks deep, as people read it. */
static const char *object_json(const object_t *object)
{
    return apr_pstrcat(object->call->pool, "{",
                       lines(object->call, object->members, "  "), "\n}",
                       NULL);
}

/* -- whoami: who calls -- */

static mcp_outcome_t call_whoami(mcp_call_t *call, void *baton)
{
    static const apr_array_header_t none = {0};
    const mcp_principal_t *who = call->principal;
    object_t object = object_make(call);

    put(&object, "authenticated", who ? "true" : "false");
    put_text(&object, "user", who ? who->user : "anonymous");
    if (who) {
        put_text(&object, "subject", who->subject);
        put_text(&object, "issuer", who->issuer);
        put_text(&object, "client", who->client);
    }
    put_list(&object, "scopes", who && who->scopes ? who->scopes : &none);
    /* without a text the same JSON becomes one */
    call->api->structured(call, object_json(&object));
    return MCP_CALL_DONE;
}

const mcp_tool_t mcp_demo_caller_whoami = {
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

/* -- get-user-info, get-user-permissions: what the provider said -- */

static mcp_outcome_t give(const object_t *object)
{
    const char *json = object_json(object);

    object->call->api->text(object->call, json);
    object->call->api->structured(object->call, json);
    return MCP_CALL_DONE;
}

static mcp_outcome_t call_info(mcp_call_t *call, void *baton)
{
    const mcp_principal_t *who = call->principal;
    object_t object = object_make(call);

    if (!who)
        return mcp_demo_answer_fail(call, "Nobody is signed in here.");
    put_text(&object, "userId", who->subject);
    put_text(&object, "email", who->email);
    put_text(&object, "name", who->name);
    put_text(&object, "nickname", call->api->claim(call, "/nickname"));
    put_text(&object, "picture", who->picture);
    put_text(&object, "organizationId", who->organization);
    put_list(&object, "roles", who->roles);
    put_list(&object, "permissions", who->permissions);
    put_list(&object, "scopes", who->scopes);
    return give(&object);
}

#define WORDS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"

const mcp_tool_t mcp_demo_caller_info = {
    .size = sizeof(mcp_tool_t),
    .name = "get-user-info",
    .title = "User information",
    .description =
        "Get what is known of the user who is signed in: id, e-mail address, "
        "name, roles, permissions and scopes. What the identity provider does "
        "not tell is left out.",
    .output_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{\"userId\":{\"type\":\"string\"},"
        "\"email\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
        "\"nickname\":{\"type\":\"string\"},"
        "\"picture\":{\"type\":\"string\"},"
        "\"organizationId\":{\"type\":\"string\"},\"roles\":" WORDS ","
        "\"permissions\":" WORDS ",\"scopes\":" WORDS "},"
        "\"required\":[\"userId\"]}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_info,
};

static mcp_outcome_t call_permissions(mcp_call_t *call, void *baton)
{
    const mcp_principal_t *who = call->principal;
    object_t object = object_make(call);

    if (!who)
        return mcp_demo_answer_fail(call, "Nobody is signed in here.");
    put_list(&object, "roles", who->roles);
    put_list(&object, "permissions", who->permissions);
    put_list(&object, "scopes", who->scopes);
    return give(&object);
}

const mcp_tool_t mcp_demo_caller_permissions = {
    .size = sizeof(mcp_tool_t),
    .name = "get-user-permissions",
    .title = "User permissions",
    .description = "Get the roles and permissions of the user who is signed "
                   "in, and the scopes that this client was granted.",
    .output_schema = "{\"type\":\"object\",\"additionalProperties\":false,"
                     "\"properties\":{\"roles\":" WORDS ","
                     "\"permissions\":" WORDS ",\"scopes\":" WORDS "}}",
    .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_IDEMPOTENT,
    .call = call_permissions,
};
