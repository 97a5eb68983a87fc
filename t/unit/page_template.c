/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "page/template.h"

#define VALUES                                                                \
    "{\"name\":\"<b>&\\\"'\",\"empty\":\"\",\"yes\":true,\"no\":false,"       \
    "\"null\":null,\"number\":42,\"list\":[\"a\",\"<\"],\"none\":[],"         \
    "\"objects\":[{\"x\":\"1\"},{\"x\":\"2\",\"name\":\"inner\"}],"           \
    "\"object\":{\"x\":\"in\"}}"

static const struct {
    const char *text;
    const char *want; /* NULL: malformed */
} rows[] = {
    {"", ""},
    {"plain } text { here", "plain } text { here"},
    {"a{{name}}b", "a&lt;b&gt;&amp;&quot;&#39;b"},
    {"{{missing}}", ""},
    {"{{empty}}{{null}}{{no}}", ""},
    {"{{number}}", "42"},
    {"{{#yes}}A{{/yes}}", "A"},
    {"{{#no}}A{{/no}}", ""},
    {"{{#empty}}A{{/empty}}", ""},
    {"{{#null}}A{{/null}}", ""},
    {"{{#missing}}A{{/missing}}", ""},
    {"{{#none}}A{{/none}}", ""},
    {"{{#name}}A{{/name}}", "A"},
    {"{{#number}}A{{/number}}", "A"},
    {"{{^yes}}A{{/yes}}", ""},
    {"{{^no}}A{{/no}}", "A"},
    {"{{^missing}}A{{/missing}}", "A"},
    {"{{^none}}A{{/none}}", "A"},
    {"{{#list}}[{{.}}]{{/list}}", "[a][&lt;]"},
    {"{{#objects}}{{x}}{{#name}}{{name}},{{/name}}{{/objects}}",
     "1&lt;b&gt;&amp;&quot;&#39;,2inner,"},
    {"{{#object}}{{x}}{{number}}{{/object}}", "in42"},
    {"{{#yes}}1{{#yes}}2{{/yes}}3{{/yes}}4", "1234"},
    {"{{#no}}1{{#yes}}2{{/yes}}3{{/no}}4", "4"},
    {"{{#no}}{{#no}}x{{/no}}y{{/no}}z", "z"},
    {"{{#yes}}{{^no}}x{{/no}}{{/yes}}", "x"},
    {"{{#name}}", NULL},
    {"{{#name}}{{/other}}", NULL},
    {"{{/name}}", NULL},
    {"{{name", NULL},
    {"{{}}", NULL},
    {"{{{name}}}", NULL},
    {"{{&name}}", NULL},
    {"{{>name}}", NULL},
    {"{{! name}}", NULL},
    {"{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}"
     "{{#yes}}x{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}"
     "{{/yes}}{{/yes}}",
     NULL},
};

static void test(mcp_ctx_t *cx)
{
    const mcp_json_t *values;
    apr_size_t i;

    fine(mcp_json_read(&values, VALUES, sizeof(VALUES) - 1, cx), "values");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *html = NULL;
        const mcp_error_t *e = mcp_page_template_render(
            &html, rows[i].text, strlen(rows[i].text), values, cx);

        if (rows[i].want)
            is(e ? e->detail : html, rows[i].want, rows[i].text);
        else
            ok(e && e->remedy, "malformed: %s", rows[i].text);
    }
}

TAP_MAIN(test)
