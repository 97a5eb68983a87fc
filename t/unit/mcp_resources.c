/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_offer.h"
#include "tap.h"

#include "mcp/resources.h"

static mcp_outcome_t get(mcp_call_t *call, void *baton)
{
    return MCP_CALL_DONE;
}

static void complete(mcp_call_t *call, const char *argument, const char *value,
                     void *baton)
{
}

#define SIZE sizeof(mcp_resource_t)
#define RESOURCE(s, u, n, r) .size = s, .uri = u, .name = n, .read = r
#define AT(u) RESOURCE(SIZE, u, "n", get)
#define GOOD AT("tasks://all")
#define ICON(what, src, type, sizes, theme)                                   \
    static const mcp_icon_t what[] = {{src, type, sizes, theme}, {NULL}}

ICON(png, "https://example.com/a.png", "image/png", "48x48", "light");
ICON(any, "https://example.com/a.svg", "image/svg+xml", "any", NULL);
ICON(several, "https://example.com/a.png", NULL, "48x48 96x96", NULL);
ICON(data, "data:image/png;base64,iVBORw0KGgo=", NULL, NULL, NULL);
ICON(svg, "data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+", NULL, NULL,
     NULL);
ICON(http, "http://example.com/a.png", NULL, NULL, NULL);
ICON(file, "file:///a.png", NULL, NULL, NULL);
ICON(script, "javascript:alert(1)", NULL, NULL, NULL);
ICON(relative, "/a.png", NULL, NULL, NULL);
ICON(plain, "data:image/svg+xml,%3Csvg/%3E", NULL, NULL, NULL);
ICON(untyped, "data:;base64,AAAA", NULL, NULL, NULL);
ICON(empty, "data:image/png;base64,", NULL, NULL, NULL);
ICON(broken, "data:image/png;base64,AA*A", NULL, NULL, NULL);
ICON(typeless, "https://example.com/a.png", "png", NULL, NULL);
ICON(sizeless, "https://example.com/a.png", NULL, "48", NULL);
ICON(blank, "https://example.com/a.png", NULL, "", NULL);
ICON(themeless, "https://example.com/a.png", NULL, NULL, "blue");

/* part: of the sentence that refuses it; NULL: it is a resource */
static const struct {
    const char *name;
    mcp_resource_t resource;
    const char *part;
} rows[] = {
    {"a resource", {GOOD}, NULL},
    {"a longer struct of a later header",
     {RESOURCE(4096, "a:b", "n", get)},
     NULL},
    {"no size", {RESOURCE(0, "a:b", "n", get)}, "size"},
    {"a shorter struct", {RESOURCE(8, "a:b", "n", get)}, "size"},
    {"no uri", {RESOURCE(SIZE, NULL, "n", get)}, "uri"},
    {"an empty uri", {AT("")}, "URI"},
    {"a relative reference", {AT("/tasks")}, "URI"},
    {"a reference without scheme", {AT("//h/tasks")}, "URI"},
    {"a uri with a blank", {AT("tasks://a b")}, "URI"},
    {"a uri that is not ASCII", {AT("tasks://\xc3\xa9")}, "URI"},
    {"a uri with a broken escape", {AT("tasks://%zz")}, "URI"},
    {"a scheme in capitals", {AT("Tasks://all")}, "lower case"},
    {"capitals elsewhere", {AT("tasks://All/A?B#C")}, NULL},
    {"a URN", {AT("urn:isbn:0451450523")}, NULL},
    {"a file", {AT("file:///etc/motd")}, NULL},
    {"a web page", {AT("https://example.com/?a=b")}, NULL},
    {"a template", {AT("tasks://{id}")}, NULL},
    {"a template of paths", {AT("file:///{+path}")}, NULL},
    {"a template in capitals", {AT("Tasks://{id}")}, "lower case"},
    {"another expression", {AT("tasks://x{?id}")}, "expression"},
    {"a brace alone", {AT("tasks://x}")}, "brace"},
    {"a template without scheme", {AT("{+uri}")}, "scheme"},
    {"no name", {RESOURCE(SIZE, "a:b", NULL, get)}, "name"},
    {"an empty name", {RESOURCE(SIZE, "a:b", "", get)}, "name"},
    {"a name in Latin-1", {RESOURCE(SIZE, "a:b", "\xe9", get)}, "UTF-8"},
    {"a name with all of Unicode",
     {RESOURCE(SIZE, "a:b", "\xf0\x9f\x93\x81 a/b", get)},
     NULL},
    {"a title in Latin-1", {GOOD, .title = "\xe9"}, "UTF-8"},
    {"a description in Latin-1", {GOOD, .description = "\xe9"}, "UTF-8"},
    {"no function", {RESOURCE(SIZE, "a:b", "n", NULL)}, "function"},
    {"a template that completes", {AT("a:{b}"), .complete = complete}, NULL},
    {"a resource that completes", {GOOD, .complete = complete}, "template"},
    {"a time before now", {GOOD, .fresh = -1}, "fresh"},
    {"a meta", {GOOD, .meta = "{\"com.example/a\":1}"}, NULL},
    {"a meta that is no object", {GOOD, .meta = "1"}, "meta"},

    /* media types, RFC 9110 8.3.1 */
    {"text/plain", {GOOD, .media_type = "text/plain"}, NULL},
    {"with a suffix", {GOOD, .media_type = "image/svg+xml"}, NULL},
    {"with a parameter",
     {GOOD, .media_type = "text/html;charset=utf-8"},
     NULL},
    {"with a quoted one",
     {GOOD, .media_type = "text/html; charset=\"a\\\"b\" ; v=1"},
     NULL},
    {"an XDG type", {GOOD, .media_type = "inode/directory"}, NULL},
    {"no subtype", {GOOD, .media_type = "text"}, "media_type"},
    {"an empty subtype", {GOOD, .media_type = "text/"}, "media_type"},
    {"an empty type", {GOOD, .media_type = "/plain"}, "media_type"},
    {"an empty media type", {GOOD, .media_type = ""}, "media_type"},
    {"two slashes", {GOOD, .media_type = "text/plain/x"}, "media_type"},
    {"a blank inside", {GOOD, .media_type = "text /plain"}, "media_type"},
    {"a parameter without value",
     {GOOD, .media_type = "text/html; charset"},
     "media_type"},
    {"a quote that does not end",
     {GOOD, .media_type = "text/html; a=\"b"},
     "media_type"},
    {"a line feed", {GOOD, .media_type = "text/html\n"}, "media_type"},

    /* annotations */
    {"annotations",
     {GOOD, .annotations = "{\"audience\":[\"user\",\"assistant\"],"
                           "\"priority\":0.8,\"lastModified\":"
                           "\"2025-01-12T15:00:58Z\"}"},
     NULL},
    {"no annotations", {GOOD, .annotations = "{}"}, NULL},
    {"the priorities 0", {GOOD, .annotations = "{\"priority\":0}"}, NULL},
    {"and 1", {GOOD, .annotations = "{\"priority\":1}"}, NULL},
    {"a moment with an offset",
     {GOOD, .annotations = "{\"lastModified\":"
                           "\"2025-01-12T15:00:58.25+02:00\"}"},
     NULL},
    {"a list", {GOOD, .annotations = "[]"}, "annotations"},
    {"no JSON", {GOOD, .annotations = "{"}, "annotations"},
    {"an audience of others",
     {GOOD, .annotations = "{\"audience\":[\"system\"]}"},
     "audience"},
    {"an audience that is no array",
     {GOOD, .annotations = "{\"audience\":\"user\"}"},
     "audience"},
    {"a priority of 1.5",
     {GOOD, .annotations = "{\"priority\":1.5}"},
     "priority"},
    {"a priority below 0",
     {GOOD, .annotations = "{\"priority\":-0.1}"},
     "priority"},
    {"a priority in words",
     {GOOD, .annotations = "{\"priority\":\"high\"}"},
     "priority"},
    {"a date alone",
     {GOOD, .annotations = "{\"lastModified\":\"2025-01-12\"}"},
     "lastModified"},
    {"no time zone",
     {GOOD, .annotations = "{\"lastModified\":\"2025-01-12T15:00:58\"}"},
     "lastModified"},
    {"a month that is none",
     {GOOD, .annotations = "{\"lastModified\":\"2025-13-12T15:00:58Z\"}"},
     "lastModified"},
    {"a point without a fraction",
     {GOOD, .annotations = "{\"lastModified\":\"2025-01-12T15:00:58.Z\"}"},
     "lastModified"},
    {"seconds since 1970",
     {GOOD, .annotations = "{\"lastModified\":1736694058}"},
     "lastModified"},

    /* icons: "Clients MUST reject icon URIs that use unsafe schemes" */
    {"an icon", {GOOD, .icons = png}, NULL},
    {"an icon of any size", {GOOD, .icons = any}, NULL},
    {"an icon of two sizes", {GOOD, .icons = several}, NULL},
    {"an icon that is data", {GOOD, .icons = data}, NULL},
    {"with a parameter", {GOOD, .icons = svg}, NULL},
    {"an icon over http", {GOOD, .icons = http}, "src"},
    {"an icon in a file", {GOOD, .icons = file}, "src"},
    {"an icon that is a script", {GOOD, .icons = script}, "src"},
    {"an icon somewhere here", {GOOD, .icons = relative}, "src"},
    {"data that is not base64", {GOOD, .icons = plain}, "src"},
    {"data without a type", {GOOD, .icons = untyped}, "src"},
    {"data that is empty", {GOOD, .icons = empty}, "src"},
    {"base64 that is none", {GOOD, .icons = broken}, "src"},
    {"an icon of no media type", {GOOD, .icons = typeless}, "media_type"},
    {"an icon of one number", {GOOD, .icons = sizeless}, "sizes"},
    {"an icon of no size", {GOOD, .icons = blank}, "sizes"},
    {"an icon for blue", {GOOD, .icons = themeless}, "theme"},
};

/* resources end with NULL */
static const mcp_error_t *make(mcp_resources_t **made,
                               const mcp_resource_t *const *resources,
                               mcp_ctx_t *cx)
{
    return mcp_resources_make(
        made, offer_of("acme", (const void *const *)resources, cx), cx);
}

static void test_contract(mcp_ctx_t *cx)
{
    const mcp_resource_t *list[] = {NULL, NULL, NULL};
    const mcp_error_t *e;
    mcp_resources_t *made;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        list[0] = &rows[i].resource;
        e = make(&made, list, cx);
        if (!rows[i].part)
            fine(e, rows[i].name);
        else if (!ok(e && strstr(e->detail, rows[i].part) && e->remedy,
                     "refused: %s", rows[i].name))
            printf("# %s\n", e ? e->detail : "(made)");
    }
    list[0] = list[1] = &rows[0].resource;
    e = make(&made, list, cx);
    is(e ? e->detail : NULL,
       "the resource tasks://all of the module acme: two resources have this "
       "uri",
       "refused: two with one URI");
}

static const mcp_resource_t
    all = {AT("tasks://all"),
           .title = "All \"tasks\"",
           .description = "d",
           .media_type = "application/json",
           .icons = png,
           .annotations = "{\n\"priority\": 0.5 }",
           .meta = "{ \"com.example/a\": [1] }"},
    open_ones = {AT("tasks://open")},
    task = {RESOURCE(SIZE, "tasks://{id}", "task", get), .complete = complete},
    part = {RESOURCE(SIZE, "tasks://{id}/{+part}", "part", get)},
    any_task = {RESOURCE(SIZE, "tasks://{+rest}", "rest", get)};

static void test_lists(mcp_ctx_t *cx)
{
    const mcp_resource_t *const some[] = {&open_ones, &task, &all, NULL};
    const mcp_resource_t *const none[] = {NULL}, *const one[] = {&part, NULL};
    mcp_resources_t *made;

    fine(make(&made, some, cx), "resources and a template");
    is(mcp_page_text(mcp_resources_pages(made), 0),
       "[{\"uri\":\"tasks://open\",\"name\":\"n\"},{\"uri\":\"tasks://all\","
       "\"name\":\"n\",\"title\":\"All \\\"tasks\\\"\",\"description\":\"d\","
       "\"mimeType\":\"application/json\",\"annotations\":{\"priority\":0.5},"
       "\"icons\":[{\"src\":\"https://example.com/a.png\",\"mimeType\":"
       "\"image/png\",\"sizes\":[\"48x48\"],\"theme\":\"light\"}],\"_meta\":{"
       "\"com.example/a\":[1]}}]",
       "resources are listed as they were given");
    is(mcp_page_text(mcp_resources_template_pages(made), 0),
       "[{\"uriTemplate\":\"tasks://{id}\",\"name\":\"task\"}]",
       "templates by themselves");
    ok(!mcp_resources_is_empty(made) && mcp_resources_complete(made),
       "there are some, and one completes");
    fine(make(&made, one, cx), "a template alone");
    ok(!mcp_resources_is_empty(made) && !mcp_resources_complete(made),
       "is something, and does not complete");
    fine(make(&made, none, cx), "nothing");
    ok(mcp_resources_is_empty(made), "is nothing");
    is(mcp_page_text(mcp_resources_pages(made), 0), "[]", "an empty list");
}

/* found: the resource's uri; variables: rendered */
static const struct {
    const char *uri, *found, *variables;
} finds[] = {
    {"tasks://all", "tasks://all", "{}"},
    {"tasks://open", "tasks://open", "{}"},
    {"tasks://7", "tasks://{id}", "{\"id\":\"7\"}"},
    {"tasks://All", "tasks://{id}", "{\"id\":\"All\"}"},
    {"tasks://a%22%5C%0A%C3%A9", "tasks://{id}",
     "{\"id\":\"a\\\"\\\\\\n\xc3\xa9\"}"},
    {"tasks://7/a/b", "tasks://{id}/{+part}",
     "{\"id\":\"7\",\"part\":\"a/b\"}"},
    {"tasks:///a", "tasks://{+rest}", "{\"rest\":\"/a\"}"},
    {"tasks://7/..", NULL, "{}"},
    {"tasks://%2e%2e", NULL, "{}"},
    {"tasks://%00", NULL, "{}"},
    {"TASKS://all", NULL, "{}"},
    {"other://all", NULL, "{}"},
};

static void test_find(mcp_ctx_t *cx)
{
    const mcp_resource_t *const some[] = {&all,  &task,     &open_ones,
                                          &part, &any_task, NULL};
    const mcp_listed_resource_t *found;
    const mcp_json_t *variables;
    mcp_resources_t *made;
    apr_size_t i;

    fine(make(&made, some, cx), "several templates fit one URI");
    for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
        fine(mcp_resources_find(&found, &variables, made, finds[i].uri, cx),
             finds[i].uri);
        is(found ? found->resource->uri : NULL, finds[i].found,
           "the first that fits is found");
        is(mcp_json_text(variables, cx->pool), finds[i].variables,
           "with its variables");
    }
    fails(mcp_resources_find(&found, &variables, made, "tasks://a b", cx),
          MCP_E_INVALID_PARAMS, "\"Servers MUST validate all resource URIs\"");
    fails(mcp_resources_find(&found, &variables, made, "tasks://{id}", cx),
          MCP_E_INVALID_PARAMS, "a template is no URI to read");
    found = mcp_resources_named(made, "tasks://{id}");
    is(found ? found->module : NULL, "acme", "but has a name to refer to");
}

static void body(mcp_ctx_t *cx)
{
    test_contract(cx);
    test_lists(cx);
    test_find(cx);
}

TAP_MAIN(body)
