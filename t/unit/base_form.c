/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/form.h"

/* fields as name=value;... */
static const char *shown(const apr_table_t *form, apr_pool_t *pool)
{
    const apr_array_header_t *fields = apr_table_elts(form);
    const char *text = "";
    int i;

    for (i = 0; i < fields->nelts; i++) {
        apr_table_entry_t *e = &APR_ARRAY_IDX(fields, i, apr_table_entry_t);

        text = apr_pstrcat(pool, text, e->key, "=", e->val, ";", NULL);
    }
    return text;
}

static const struct {
    const char *text, *fields, *name;
} good[] = {
    {"", "", "an empty body has no fields"},
    {"a=1&b=2", "a=1;b=2;", "fields are read in order"},
    {"a=x+y%26z%3D", "a=x y&z=;", "values are decoded after they are cut"},
    {"a%5F1=1", "a_1=1;", "names are decoded"},
    {"a=b=c", "a=b=c;", "only the first = cuts"},
    {"a&b=", "a=;b=;", "a field may be without a value"},
    {"&&a=1&", "a=1;", "empty fields are skipped"},
    {"resource=x&resource=y", "resource=x;resource=y;",
     "RFC 8707 2: resource may appear more than once"},
    {"scope=a&Scope=b&SCOPE=c", "scope=a;",
     "RFC 6749 1.8: a name in other case is another name"},
    {"n=J%C3%BCrgen", "n=J\xc3\xbcrgen;", "UTF-8 is read"},
};

static const struct {
    const char *text, *error, *name;
} bad[] = {
    {"code=a&code=b", "The field code appears more than once.",
     "RFC 6749 3.1: a parameter appears once"},
    {"code=a&c%6Fde=b", "The field code appears more than once.",
     "however it is spelled"},
    {"code=%zz", "The value of the field code is malformed.",
     "a bad escape is refused"},
    {"code=a%00b", "The value of the field code is malformed.",
     "NUL is refused"},
    {"code=%C0%AF", "The value of the field code is malformed.",
     "what is not UTF-8 is refused"},
    {"%zz=1", "The name of a field is malformed.",
     "a bad escape in a name is refused"},
    {"=1", "The name of a field is malformed.", "a name is needed"},
    {"hunter2=%zz", "The value of the field (unnamed) is malformed.",
     "what does not look like a parameter is not repeated"},
    {"hunter=1&hunter2=1&hunter2=1",
     "The field (unnamed) appears more than once.", "here neither"},
};

static void check_bounds(mcp_ctx_t *cx)
{
    const char *text = "";
    apr_table_t *form;
    int i;

    for (i = 0; i < MCP_FORM_MAX_FIELDS; i++)
        text = apr_psprintf(cx->pool, "%sf%d=1&", text, i);
    fine(mcp_form_read(&form, text, strlen(text), cx), "64 fields are read");
    text = apr_pstrcat(cx->pool, text, "one=more", NULL);
    fails(mcp_form_read(&form, text, strlen(text), cx), MCP_E_INVALID_REQUEST,
          "65 are not");
    fails(mcp_form_read(&form, "a=\0", 3, cx), MCP_E_INVALID_REQUEST,
          "a raw NUL is refused");
    fine(mcp_form_read(&form, NULL, 0, cx), "no text is no error");
    ok(apr_is_empty_table(form), "and no field");
}

static void check_append(apr_pool_t *pool)
{
    is(mcp_form_append(pool, "https://c.example/cb", "code", "a b", "state",
                       "x&y", NULL),
       "https://c.example/cb?code=a%20b&state=x%26y",
       "RFC 6749 4.1.2: parameters are added to the query");
    is(mcp_form_append(pool, "https://c.example/cb?k=v", "code", "1", NULL),
       "https://c.example/cb?k=v&code=1",
       "RFC 6749 3.1.2: a query that is there is kept");
    is(mcp_form_append(pool, "https://c.example/cb?", "code", "1", NULL),
       "https://c.example/cb?code=1", "an empty query is filled");
    is(mcp_form_append(pool, "app:/cb", "a", NULL, "b", "2", NULL),
       "app:/cb?b=2", "a NULL value leaves its field out");
    is(mcp_form_append(pool, "app:/cb", "a", NULL, NULL), "app:/cb",
       "nothing is added for nothing");
}

static void check_text(apr_pool_t *pool)
{
    apr_table_t *form = apr_table_make(pool, 2);

    is(mcp_form_text(form, pool), "", "a form without fields");
    apr_table_set(form, "b", "x y&z=+");
    apr_table_set(form, "a", "");
    is(mcp_form_text(form, pool),
       "b=x%20y%26z%3D%2B&a=", "a form as text: escaped, in its order");
}

static void body(mcp_ctx_t *cx)
{
    const mcp_error_t *e;
    apr_table_t *form;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
        e = mcp_form_read(&form, good[i].text, strlen(good[i].text), cx);
        is(e ? mcp_error_text(e) : shown(form, cx->pool), good[i].fields,
           good[i].name);
    }
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        e = mcp_form_read(&form, bad[i].text, strlen(bad[i].text), cx);
        is(e && e->code == MCP_E_INVALID_REQUEST ? mcp_error_text(e) : NULL,
           bad[i].error, bad[i].name);
    }
    check_bounds(cx);
    check_append(cx->pool);
    check_text(cx->pool);
}

TAP_MAIN(body)
