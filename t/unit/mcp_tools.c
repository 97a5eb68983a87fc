/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "mcp/mirror.h"
#include "mcp/tools.h"

static mcp_outcome_t call(mcp_call_t *c, void *baton)
{
    return MCP_CALL_DONE;
}

#define TOOL(s, n, d, c) .size = s, .name = n, .description = d, .call = c
#define SIZE sizeof(mcp_tool_t)
#define GOOD TOOL(SIZE, "t", "d", call)
#define LONG128                                                               \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"        \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PROPERTY(schema)                                                      \
    "{\"type\":\"object\",\"properties\":{\"p\":" schema "}}"
#define MIRRORED(type, name)                                                  \
    PROPERTY("{\"type\":\"" type "\",\"x-mcp-header\":\"" name "\"}")

static const mcp_icon_t icon[] = {
    {"https://example.com/a.png", "image/png", "48x48 any", "dark"},
    {"data:image/png;base64,AAAA", NULL, NULL, NULL},
    {NULL}};
static const mcp_icon_t icon_http[] = {{"http://example.com/a.png"}, {NULL}};

/* part: of the sentence that refuses it; NULL: it is a tool */
static const struct {
    const char *name;
    mcp_tool_t tool;
    const char *part;
} rows[] = {
    {"a tool", {GOOD}, NULL},
    {"a longer struct of a later header", {TOOL(4096, "t", "d", call)}, NULL},
    {"no size", {TOOL(0, "t", "d", call)}, "size"},
    {"a shorter struct", {TOOL(8, "t", "d", call)}, "size"},
    {"no name", {TOOL(SIZE, NULL, "d", call)}, "name"},
    {"an empty name", {TOOL(SIZE, "", "d", call)}, "name"},
    {"a name with a blank", {TOOL(SIZE, "a b", "d", call)}, "name"},
    {"a name with a slash", {TOOL(SIZE, "a/b", "d", call)}, "name"},
    {"a name that is not ASCII", {TOOL(SIZE, "\xc3\xa9", "d", call)}, "name"},
    {"all that a name may have", {TOOL(SIZE, "aZ09_.-", "d", call)}, NULL},
    {"a name of 128", {TOOL(SIZE, LONG128, "d", call)}, NULL},
    {"a name of 129", {TOOL(SIZE, LONG128 "a", "d", call)}, "name"},
    {"no description", {TOOL(SIZE, "t", NULL, call)}, "description"},
    {"an empty description", {TOOL(SIZE, "t", "", call)}, "description"},
    {"a description in Latin-1", {TOOL(SIZE, "t", "\xe9", call)}, "UTF-8"},
    {"a title in Latin-1", {GOOD, .title = "\xe9"}, "UTF-8"},
    {"no function", {TOOL(SIZE, "t", "d", NULL)}, "function"},
    {"a schema that is no JSON", {GOOD, .input_schema = "{"}, "input_schema"},
    {"a schema that is no object",
     {GOOD, .input_schema = "[]"},
     "input_schema"},
    {"the schema true", {GOOD, .input_schema = "true"}, "type object"},
    {"a schema without a type", {GOOD, .input_schema = "{}"}, "type object"},
    {"a schema for an array",
     {GOOD, .input_schema = "{\"type\":\"array\"}"},
     "type object"},
    {"a schema with two types",
     {GOOD, .input_schema = "{\"type\":[\"object\",\"null\"]}"},
     "type object"},
    {"a schema over several lines",
     {GOOD, .input_schema = "{\n \"type\": \"object\"\n}"},
     NULL},
    {"a remote $ref",
     {GOOD, .input_schema = PROPERTY("{\"$ref\":\"https://x.example/\"}")},
     "input_schema"},
    {"an output schema",
     {GOOD, .output_schema = "{\"type\":\"object\"}"},
     NULL},
    {"an output schema for a string",
     {GOOD, .output_schema = "{\"type\":\"string\"}"},
     "output_schema"},
    {"an output schema that is no JSON",
     {GOOD, .output_schema = "x"},
     "output_schema"},

    {"a meta", {GOOD, .meta = "{\"com.example/a\":1}"}, NULL},
    {"a meta that is no object", {GOOD, .meta = "[]"}, "meta"},
    {"a meta that is no JSON", {GOOD, .meta = "{"}, "meta"},
    {"a task", {GOOD, .task = MCP_TASK_REQUIRED}, NULL},
    {"a task that is none", {GOOD, .task = (mcp_task_support_t)7}, "task"},
    {"an icon", {GOOD, .icons = icon}, NULL},
    {"an icon over http", {GOOD, .icons = icon_http}, "src of an icon"},

    /* x-mcp-header */
    {"a mirrored string",
     {GOOD, .input_schema = MIRRORED("string", "A")},
     NULL},
    {"a mirrored integer",
     {GOOD, .input_schema = MIRRORED("integer", "A")},
     NULL},
    {"a mirrored boolean",
     {GOOD, .input_schema = MIRRORED("boolean", "A-b_1")},
     NULL},
    {"a mirrored number",
     {GOOD, .input_schema = MIRRORED("number", "A")},
     "x-mcp-header"},
    {"a mirrored object",
     {GOOD, .input_schema = MIRRORED("object", "A")},
     "x-mcp-header"},
    {"an empty header name",
     {GOOD, .input_schema = MIRRORED("string", "")},
     "x-mcp-header"},
    {"a header name with a blank",
     {GOOD, .input_schema = MIRRORED("string", "A B")},
     "x-mcp-header"},
    {"a header name with a line feed",
     {GOOD, .input_schema = MIRRORED("string", "A\\nB")},
     "x-mcp-header"},
    {"a header name that is no string",
     {GOOD,
      .input_schema = PROPERTY("{\"type\":\"string\",\"x-mcp-header\":1}")},
     "x-mcp-header"},
    {"without a type",
     {GOOD, .input_schema = PROPERTY("{\"x-mcp-header\":\"A\"}")},
     "x-mcp-header"},
    {"the same header twice, in any case",
     {GOOD, .input_schema = "{\"type\":\"object\",\"properties\":{\"p\":{"
                            "\"type\":\"string\",\"x-mcp-header\":\"A\"},"
                            "\"q\":{\"type\":\"string\",\"x-mcp-header\":"
                            "\"a\"}}}"},
     "twice"},
    {"through properties of properties",
     {GOOD, .input_schema = PROPERTY("{\"properties\":{\"q\":{\"type\":"
                                     "\"string\",\"x-mcp-header\":\"A\"}}}")},
     NULL},
    {"in an array",
     {GOOD, .input_schema = PROPERTY("{\"type\":\"array\",\"items\":{\"type\":"
                                     "\"string\",\"x-mcp-header\":\"A\"}}")},
     "x-mcp-header"},
    {"in one of several",
     {GOOD, .input_schema = PROPERTY("{\"anyOf\":[{\"type\":\"string\","
                                     "\"x-mcp-header\":\"A\"}]}")},
     "x-mcp-header"},
    {"properties below anyOf",
     {GOOD, .input_schema = "{\"type\":\"object\",\"anyOf\":[{\"properties\":{"
                            "\"p\":{\"type\":\"string\",\"x-mcp-header\":"
                            "\"A\"}}}]}"},
     "x-mcp-header"},
    {"in a definition",
     {GOOD, .input_schema = "{\"type\":\"object\",\"$defs\":{\"d\":{\"type\":"
                            "\"string\",\"x-mcp-header\":\"A\"}}}"},
     "x-mcp-header"},
    {"a property of this name is none",
     {GOOD, .input_schema = "{\"type\":\"object\",\"properties\":{"
                            "\"x-mcp-header\":{\"type\":\"number\"}}}"},
     NULL},
    {"a default of this name is none",
     {GOOD, .input_schema = PROPERTY("{\"default\":{\"x-mcp-header\":1}}")},
     NULL},
};

static const mcp_error_t *make(mcp_tools_t **made, const mcp_tool_t *a,
                               const mcp_tool_t *b, mcp_ctx_t *cx)
{
    const mcp_offered_t offered[] = {{"acme", a}, {"shop", b}};
    apr_array_header_t *list =
        apr_array_make(cx->pool, 2, sizeof(mcp_offered_t));

    if (a)
        APR_ARRAY_PUSH(list, mcp_offered_t) = offered[0];
    if (b)
        APR_ARRAY_PUSH(list, mcp_offered_t) = offered[1];
    return mcp_tools_make(made, list, cx);
}

static void test_contract(mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    mcp_tools_t *made;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        e = make(&made, &rows[i].tool, NULL, cx);
        if (!rows[i].part)
            fine(e, rows[i].name);
        else if (!ok(e && strstr(e->detail, rows[i].part) && e->remedy,
                     "refused: %s", rows[i].name))
            printf("# %s\n", e ? e->detail : "(made)");
    }
    e = make(&made, &rows[0].tool, &rows[0].tool, cx);
    ok(e && strstr(e->detail, "two tools"), "refused: two of one name");
    ok(e && strstr(e->detail, "the tool t of the module shop: "),
       "whose they are is said");
}

static void test_list(mcp_ctx_t *cx)
{
    static const mcp_tool_t
        plain = {TOOL(SIZE, "b", "d", call)},
        full = {TOOL(SIZE, "a", "d", call),
                .title = "A \"tool\"",
                .input_schema = "{ \"type\" : \"object\",\n"
                                "\"$schema\":\"https://json-schema.org/draft/"
                                "2020-12/schema\",\"examples\":[1.50, null] }",
                .output_schema = "{\"type\":\"object\"}",
                .hints = MCP_TOOL_READ_ONLY | MCP_TOOL_OPEN_WORLD,
                .icons = icon,
                .meta = "{\n\"com.example/cost\": 2 }",
                .task = MCP_TASK_OPTIONAL};
    const mcp_listed_tool_t *found;
    mcp_tools_t *made;

    fine(make(&made, &plain, &full, cx), "two tools");
    is(mcp_page_text(mcp_tools_pages(made), 0),
       "[{\"name\":\"b\",\"description\":\"d\",\"inputSchema\":{\"type\":"
       "\"object\",\"additionalProperties\":false}},{\"name\":\"a\",\"title\":"
       "\"A \\\"tool\\\"\",\"description\":\"d\",\"inputSchema\":{\"type\":"
       "\"object\",\"$schema\":\"https://json-schema.org/draft/2020-12/"
       "schema\",\"examples\":[1.5,null]},\"outputSchema\":{\"type\":"
       "\"object\"},"
       "\"annotations\":{\"readOnlyHint\":true,\"destructiveHint\":false,"
       "\"idempotentHint\":false,\"openWorldHint\":true},\"icons\":[{\"src\":"
       "\"https://example.com/a.png\",\"mimeType\":\"image/png\",\"sizes\":["
       "\"48x48\",\"any\"],\"theme\":\"dark\"},{\"src\":\"data:image/"
       "png;base64,"
       "AAAA\"}],\"_meta\":{\"com.example/cost\":2}}]",
       "they are listed as they were given, on one line");
    found = mcp_tools_find(made, "a");
    ok(found && found->tool == &full, "a tool is found by its name");
    is(found ? found->module : NULL, "shop", "with the module that offers it");
    ok(mcp_tools_have_tasks(made), "one of them can be a task");
    ok(!mcp_tools_find(made, "A"), "names are case-sensitive");
    fine(make(&made, NULL, NULL, cx), "no tools");
    ok(!mcp_tools_have_tasks(made), "have no tasks");
    is(mcp_page_text(mcp_tools_pages(made), 0), "[]", "are an empty list");
}

static void test_mirror(mcp_ctx_t *cx)
{
    static const char schema[] =
        "{\"type\":\"object\",\"properties\":{\"a/b~\":{\"properties\":{\"c\":"
        "{\"type\":\"string\",\"x-mcp-header\":\"C\"}}}}}";
    apr_array_header_t *mirrored;
    const mcp_json_t *json;

    fine(mcp_json_read(&json, schema, sizeof(schema) - 1, cx), "a schema");
    is(mcp_mirror_read(&mirrored, json, cx->pool), NULL, "is read");
    ok(mirrored && mirrored->nelts == 1, "one argument is mirrored");
    is(APR_ARRAY_IDX(mirrored, 0, mcp_mirror_t).pointer, "/a~1b~0/c",
       "its place is a JSON Pointer");
    is(APR_ARRAY_IDX(mirrored, 0, mcp_mirror_t).header, "Mcp-Param-C",
       "and its header is Mcp-Param-{name}");
}

static void body(mcp_ctx_t *cx)
{
    test_contract(cx);
    test_list(cx);
    test_mirror(cx);
}

TAP_MAIN(body)
