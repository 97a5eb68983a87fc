/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/uri_template.h"

#define LONG64                                                                \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SIXTEEN                                                               \
    "{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}"

/* part: of the sentence that refuses it; NULL: it is a template, with these
 * variables */
static const struct {
    const char *text;
    const char *part;
    const char *variables;
} templates[] = {
    {"tasks://{id}", NULL, "id"},
    {"tasks://{id}/data", NULL, "id"},
    {"file:///{+path}", NULL, "path"},
    {"git://{repo}/{+path}?at={commit}#L{line}", NULL,
     "repo path commit line"},
    {"x:{a_B.9}", NULL, "a_B.9"},
    {"x:{" LONG64 "}", NULL, LONG64},
    {"x:" SIXTEEN, NULL, "a b c d e f g h i j k l m n o p"},
    {"https://example.com/%7B{a}", NULL, "a"},
    {"tasks://all", NULL, ""},
    {"", "no scheme", NULL},
    {"{a}", "no scheme", NULL},
    {"{scheme}:x", "no scheme", NULL},
    {"/tasks/{id}", "no scheme", NULL},
    {"1x:{a}", "no URI", NULL},
    {"x:a b/{c}", "no URI", NULL},
    {"x:\xc3\xa9/{c}", "no URI", NULL},
    {"x:%{a}", "no URI", NULL},
    {"x://h:{port}/", "no URI", NULL},
    {"x:{?a}", "other than {name} and {+name}", NULL},
    {"x:{/a}", "other than {name} and {+name}", NULL},
    {"x:{#a}", "other than {name} and {+name}", NULL},
    {"x:{a*}", "other than {name} and {+name}", NULL},
    {"x:{a:3}", "other than {name} and {+name}", NULL},
    {"x:{a,b}", "other than {name} and {+name}", NULL},
    {"x:{}", "other than {name} and {+name}", NULL},
    {"x:{+}", "other than {name} and {+name}", NULL},
    {"x:{a-b}", "other than {name} and {+name}", NULL},
    {"x:{.a}", "other than {name} and {+name}", NULL},
    {"x:{a.}", "other than {name} and {+name}", NULL},
    {"x:{" LONG64 "a}", "other than {name} and {+name}", NULL},
    {"x:{a", "brace", NULL},
    {"x:a}", "brace", NULL},
    {"x:{a{b}}", "brace", NULL},
    {"x:{a}}", "brace", NULL},
    {"x:{a}{b}", "side by side", NULL},
    {"x:{a}/{a}", "twice", NULL},
    {"x:" SIXTEEN "/{q}", "more than 16", NULL},
};

static void test_make(mcp_ctx_t *cx)
{
    const mcp_uri_template_t *t;
    const mcp_error_t *e;
    apr_size_t i;
    char *text;

    for (i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
        e = mcp_uri_template_make(&t, templates[i].text, cx);
        if (templates[i].variables)
            is(e ? e->detail
                 : apr_array_pstrcat(cx->pool, mcp_uri_template_variables(t),
                                     ' '),
               templates[i].variables, templates[i].text);
        else if (!ok(e && strstr(e->detail, templates[i].part), "refused: %s",
                     templates[i].text))
            printf("# %s\n", e ? e->detail : "(made)");
    }
    text = apr_palloc(cx->pool, MCP_URI_MAX + 2);
    memset(text, 'x', MCP_URI_MAX + 1);
    text[1] = ':';
    text[MCP_URI_MAX + 1] = '\0';
    e = mcp_uri_template_make(&t, text, cx);
    ok(e && strstr(e->detail, "longer"), "refused: 2049 bytes");
}

/* values divided by |; NULL: the template does not fit */
static const struct {
    const char *text, *uri, *values;
} matches[] = {
    {"tasks://{id}/data", "tasks://123/data", "123"},
    {"tasks://{id}/data", "tasks://123/dat", NULL},
    {"tasks://{id}/data", "tasks://123/data/", NULL},
    {"tasks://{id}/data", "tasks:///data", NULL},
    {"tasks://{id}/data", "TASKS://123/data", NULL},
    {"tasks://{id}", "tasks://", NULL},
    {"tasks://{id}", "tasks://a:b@c", "a:b@c"},
    {"tasks://all", "tasks://all", ""},
    {"tasks://all", "tasks://al", NULL},

    /* RFC 6570 3.2.2: simple expansion encodes what is reserved */
    {"x:{a}", "x:b/c", NULL},
    {"x:{a}", "x:b?c", NULL},
    {"x:{a}", "x:b#c", NULL},
    {"x:{a}", "x:b%2Fc", "b/c"},
    {"x:{a}", "x:%C3%A9%e2%82%ac", "\xc3\xa9\xe2\x82\xac"},
    {"x:{a}", "x:%25", "%"},
    {"x:{a}", "x:a+b", "a+b"},
    {"x:{a}-", "x:%2D-", "-"},
    {"x:{a}2F", "x:b%2F", NULL},

    /* 3.2.3: reserved expansion does not */
    {"file:///{+path}", "file:///a/b.txt", "a/b.txt"},
    {"file:///{+path}", "file:///a?b#c", "a?b#c"},
    {"file:///{+path}", "file:///", NULL},
    {"x:{+a}/{b}", "x:p/q/r", "p/q|r"},
    {"x:{+a}/{b}", "x:p", NULL},

    /* an earlier variable takes as much as it can */
    {"x:{a}-{b}", "x:1-2-3", "1-2|3"},
    {"x:{a}.json", "x:a.json.json", "a.json"},
    {"x:{+a}/{+b}", "x:1/2/3", "1/2|3"},
    {"x:{a}/{+b}", "x:1/2/3", "1|2/3"},
    {"x:{a}?q={b}", "x:1?q=2", "1|2"},
    {"x:{a}?q={b}", "x:1?q=2&r=3", "1|2&r=3"},

    /* what is no value of a variable */
    {"x:{a}", "x:%00", NULL},
    {"x:{a}", "x:%FF", NULL},
    {"x:{a}", "x:%C0%AF", NULL},
    {"x:{a}", "x:..", NULL},
    {"x:{a}", "x:.", NULL},
    {"x:{a}", "x:%2e%2E", NULL},
    {"x:{a}", "x:b%2F..%2Fc", NULL},
    {"x:{a}", "x:..%5Cc", NULL},
    {"file:///{+path}", "file:///a/../b", NULL},
    {"file:///{+path}", "file:///a/%2e%2e/b", NULL},
    {"file:///{+path}", "file:///../b", NULL},
    {"file:///{+path}", "file:///a/..", NULL},
    {"file:///{+path}", "file:///a/...", "a/..."},
    {"file:///{+path}", "file:///a..b/.c", "a..b/.c"},
    {"file:///{+path}", "file:////etc", "/etc"},
};

static void test_match(mcp_ctx_t *cx)
{
    const apr_array_header_t *values;
    const mcp_uri_template_t *t;
    apr_size_t i;

    for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        const char *name = apr_pstrcat(cx->pool, matches[i].text, " and ",
                                       matches[i].uri, NULL);

        if (mcp_uri_template_make(&t, matches[i].text, cx)) {
            ok(0, "%s", name);
            continue;
        }
        values = mcp_uri_template_match(t, matches[i].uri, cx->pool);
        is(values ? apr_array_pstrcat(cx->pool, values, '|') : NULL,
           matches[i].values, name);
    }
}

/* Sixteen variables that may each end anywhere, and a URI that fits at no end:
 * backtracking would take longer than the universe has time. */
static void test_explosion(mcp_ctx_t *cx)
{
    const char *text = "x:";
    const mcp_uri_template_t *t;
    char uri[MCP_URI_MAX + 1];
    int i;

    for (i = 0; i < 16; i++)
        text = apr_psprintf(cx->pool, "%s{+v%d}a", text, i);
    text = apr_pstrcat(cx->pool, text, "b/a", NULL);
    memset(uri, 'a', MCP_URI_MAX);
    memcpy(uri, "x:", 2);
    memcpy(uri + MCP_URI_MAX - 3, "c/a", 4);
    fine(mcp_uri_template_make(&t, text, cx), "a template of 16 variables");
    ok(!mcp_uri_template_match(t, uri, cx->pool),
       "a URI that nearly fits is told so at once");
    memcpy(uri + MCP_URI_MAX - 3, "b/a", 4);
    ok(mcp_uri_template_match(t, uri, cx->pool) != NULL, "one that fits too");
}

static void body(mcp_ctx_t *cx)
{
    test_make(cx);
    test_match(cx);
    test_explosion(cx);
}

TAP_MAIN(body)
