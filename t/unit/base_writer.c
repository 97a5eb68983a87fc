/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include <locale.h>
#include <math.h>

#include "base/writer.h"

#define FFFD "\xef\xbf\xbd"

static const struct {
    const char *text, *want, *name;
} strings[] = {
    {"plain", "\"plain\"", "plain text is copied"},
    {"", "\"\"", "nothing is an empty string"},
    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\"", "RFC 8259 7: quote and backslash"},
    {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"", "RFC 8259 7: short escapes"},
    {"\x01\x1f", "\"\\u0001\\u001f\"", "RFC 8259 7: other control characters"},
    {"\x7f\xc2\x80\xc2\x9bm\xc2\x9f", "\"\\u007f\\u0080\\u009bm\\u009f\"",
     "those that it lets stand, and terminals obey"},
    {"\xc2\xa0~", "\"\xc2\xa0~\"", "but not their neighbours"},
    {"J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80",
     "\"J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80\"", "UTF-8 is copied"},
    {"a\xffz", "\"a" FFFD "z\"", "a bad byte becomes U+FFFD"},
    {"\xc0\xaf", "\"" FFFD FFFD "\"", "each of them does"},
    {"\xe2\x82", "\"" FFFD FFFD "\"", "a sequence cut short too"},
    {"\xc3\"", "\"" FFFD "\\\"\"", "and cannot swallow a quote"},
};

static const struct {
    double value;
    const char *want;
} numbers[] = {
    {0, "0"},
    {-0.0, "0"},
    {1.5, "1.5"},
    {0.1, "0.1"},
    {100, "100"},
    {1e300, "1e+300"},
    {-2.5, "-2.5"},
    {1.0 / 3, "0.3333333333333333"},
    {5e-324, "4.94065645841247e-324"},
};

static void check_structure(apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    apr_size_t len;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "issuer", "https://as.example");
    mcp_writer_member(w, "absent", NULL);
    mcp_writer_name(w, "list");
    mcp_writer_open(w, '[');
    mcp_writer_integer(w, APR_INT64_MIN);
    mcp_writer_boolean(w, 1);
    mcp_writer_boolean(w, 0);
    mcp_writer_null(w);
    mcp_writer_string(w, NULL);
    mcp_writer_open(w, '{');
    mcp_writer_close(w);
    mcp_writer_open(w, '[');
    mcp_writer_close(w);
    mcp_writer_raw(w, "{\"ready\":1}");
    mcp_writer_string_n(w, "cut here", 3);
    mcp_writer_close(w);
    mcp_writer_name(w, "q\"");
    mcp_writer_number(w, 2);
    mcp_writer_close(w);
    is(mcp_writer_text(w, &len),
       "{\"issuer\":\"https://as.example\",\"list\":[-9223372036854775808,"
       "true,false,null,null,{},[],{\"ready\":1},\"cut\"],\"q\\\"\":2}",
       "commas, names and brackets are in their places");
    ok(len == strlen(mcp_writer_text(w, NULL)), "the length is the text's");
}

static void check_strings(apr_pool_t *pool)
{
    mcp_writer_t *w;
    size_t i;

    for (i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
        w = mcp_writer_make(pool);
        mcp_writer_string(w, strings[i].text);
        is(mcp_writer_text(w, NULL), strings[i].want, strings[i].name);
    }
    w = mcp_writer_make(pool);
    mcp_writer_string_n(w, "a\0b", 3);
    is(mcp_writer_text(w, NULL), "\"a\\u0000b\"", "NUL is escaped");
}

static const char *number(double value, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_number(w, value);
    return mcp_writer_text(w, NULL);
}

static void check_numbers(apr_pool_t *pool)
{
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        is(number(numbers[i].value, pool), numbers[i].want,
           "a number is written so that it reads back");
    is(number(NAN, pool), "null", "NaN is null");
    is(number(-INFINITY, pool), "null", "infinity is null");
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        is(number(1.5, pool), "1.5", "whatever the locale");
    setlocale(LC_NUMERIC, "C");
}

static void check_growth(mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const mcp_json_t *value;
    const char *text;
    apr_size_t len;
    int i;

    mcp_writer_open(w, '[');
    for (i = 0; i < 20000; i++)
        mcp_writer_string(w, "some text of a tool \xc3\xbc \"quoted\"");
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    fine(mcp_json_read(&value, text, len, cx), "a long text is whole");
    ok(mcp_json_size(value) == 20000, "with all its items");
    is(mcp_json_text(value, cx->pool), text, "and is written as it was read");

    w = mcp_writer_make(cx->pool);
    for (i = 0; i < 1000; i++)
        mcp_writer_open(w, '[');
    for (i = 0; i < 1000; i++)
        mcp_writer_close(w);
    mcp_writer_text(w, &len);
    ok(len == 2000, "depth has no bound");
}

static void body(mcp_ctx_t *cx)
{
    check_structure(cx->pool);
    check_strings(cx->pool);
    check_numbers(cx->pool);
    check_growth(cx);
}

TAP_MAIN(body)
