/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/json.h"

static const mcp_json_t *json(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *value;

    return mcp_json_read(&value, text, strlen(text), cx) ? NULL : value;
}

static const struct {
    const char *text, *want, *name;
} good[] = {
    {" {\"a\" : [1, true , null]} \n", "{\"a\":[1,true,null]}",
     "white space is no part of the value"},
    {"\"top\"", "\"top\"", "RFC 8259 2: any value may be a text"},
    {"null", "null", "null too"},
    {"{}", "{}", "an empty object is read"},
    {"[]", "[]", "an empty array is read"},
    {"{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}", "members keep their order"},
    {"{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}", "names are case sensitive"},
    {"\"\\u00fc\\ud83d\\ude00\\n\\/\"", "\"\xc3\xbc\xf0\x9f\x98\x80\\n/\"",
     "RFC 8259 7: escapes are read"},
    {"[9223372036854775807,-9223372036854775808]",
     "[9223372036854775807,-9223372036854775808]",
     "64-bit integers stay exact"},
    {"[1.5,-2e3,0.1,1e300,-0.0]", "[1.5,-2000,0.1,1e+300,0]",
     "other numbers too"},
    {"[\"[[[[\\\"[\"]", "[\"[[[[\\\"[\"]",
     "brackets in a string nest nothing"},
};

static const struct {
    const char *text, *name;
} bad[] = {
    {"", "nothing"},
    {" ", "a blank"},
    {"{} {}", "two texts"},
    {"{\"a\":1,\"a\":2}", "a name twice"},
    {"{\"a\":1,\"\\u0061\":2}", "a name twice, once escaped"},
    {"[1,]", "a comma at the end"},
    {"{a:1}", "a name without quotes"},
    {"['a']", "single quotes"},
    {"[01]", "a leading zero"},
    {"[+1]", "a plus sign"},
    {"[.5]", "a number without its zero"},
    {"NaN", "NaN"},
    {"[1e400]", "a number that overflows"},
    {"[9223372036854775808]", "an integer beyond 64 bits"},
    {"\"\\u0000\"", "an escaped NUL"},
    {"{\"\\u0000\":1}", "an escaped NUL in a name"},
    {"\"\\ud800\"", "half a surrogate pair"},
    {"\"\\udc00\\ud800\"", "a surrogate pair the wrong way round"},
    {"\"\xc0\xaf\"", "an overlong sequence"},
    {"\"\xed\xa0\x80\"", "an encoded surrogate"},
    {"\"\xff\"", "a byte that is not UTF-8"},
    {"\"a\nb\"", "a line feed in a string"},
    {"\xef\xbb\xbf{}", "a byte order mark"},
    {"{\"a\":1", "an object cut short"},
    {"\"a", "a string cut short"},
    {"]", "a closing bracket"},
    {"// c\n{}", "a comment"},
};

static const char *nested(int depth, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, (apr_size_t)depth * 2 + 1);

    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[depth * 2] = '\0';
    return text;
}

/* More than are read as brackets, behind quotes of all sorts. */
static const char *brackets_in_strings(apr_pool_t *pool)
{
    const char *many = apr_pstrndup(pool, nested(100, pool), 100);

    return apr_pstrcat(pool, "[\"", many, "\\\"", many, "\\\\\",\"\\\\\\\"",
                       many, "\",\"\",\"", many, "\"]", NULL);
}

static void check_reading(mcp_ctx_t *cx)
{
    static const char unclosed[] = "[\"[[[\\\"";
    const mcp_json_t *value;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(*good); i++)
        is(mcp_json_text(json(good[i].text, cx), cx->pool), good[i].want,
           good[i].name);
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        e = mcp_json_read(&value, bad[i].text, strlen(bad[i].text), cx);
        fails(e, MCP_E_PARSE_ERROR,
              apr_pstrcat(cx->pool, "refused: ", bad[i].name, NULL));
    }
    fails(mcp_json_read(&value, "\"a\0b\"", 5, cx), MCP_E_PARSE_ERROR,
          "refused: a raw NUL");
    ok(json(nested(MCP_JSON_MAX_DEPTH, cx->pool), cx) != NULL,
       "64 levels are read");
    fails(mcp_json_read(&value, nested(65, cx->pool), 130, cx),
          MCP_E_PARSE_ERROR, "65 are not");
    fails(mcp_json_read(&value, nested(100000, cx->pool), 200000, cx),
          MCP_E_PARSE_ERROR, "nor are 100,000");
    ok(json(brackets_in_strings(cx->pool), cx) != NULL,
       "brackets in strings are none, whatever quotes stand in them");
    fails(mcp_json_read(&value, unclosed, sizeof(unclosed) - 1, cx),
          MCP_E_PARSE_ERROR, "a string may not end");
    e = mcp_json_read(&value, "{\"password\":\"hunter2\",hunter2}", 30, cx);
    ok(e && e->detail && !strstr(e->detail, "hunter2") &&
           !strstr(mcp_error_text(e), "hunter2"),
       "an error does not repeat the text");
}

static void check_types(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        mcp_json_type_t type;
    } types[] = {
        {"null", MCP_JSON_NULL},   {"true", MCP_JSON_BOOLEAN},
        {"1", MCP_JSON_INTEGER},   {"1.0", MCP_JSON_REAL},
        {"\"\"", MCP_JSON_STRING}, {"[]", MCP_JSON_ARRAY},
        {"{}", MCP_JSON_OBJECT},
    };
    size_t i;

    for (i = 0; i < sizeof(types) / sizeof(*types); i++)
        ok(mcp_json_type(json(types[i].text, cx)) == types[i].type,
           "the type of %s", types[i].text);
    ok(mcp_json_type(NULL) == MCP_JSON_NONE, "absent is a type of its own");
}

static void check_numbers(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        int whole;
        apr_int64_t value;
    } numbers[] = {
        {"42", 1, 42},
        {"42.0", 1, 42},
        {"-1e3", 1, -1000},
        {"-9223372036854775808", 1, APR_INT64_MIN},
        {"9223372036854775807", 1, APR_INT64_MAX},
        {"42.5", 0, 0},
        {"9.3e18", 0, 0},
        {"-9.3e18", 0, 0},
        {"\"42\"", 0, 0},
        {"true", 0, 0},
        {"null", 0, 0},
    };
    double number = 0;
    apr_int64_t value;
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        int whole = mcp_json_integer(&value, json(numbers[i].text, cx));

        ok(whole == numbers[i].whole && (!whole || value == numbers[i].value),
           "%s is %s integer", numbers[i].text,
           numbers[i].whole ? "an" : "no");
    }
    ok(mcp_json_number(&number, json("0.5", cx)) && number > 0.4,
       "a real is a number");
    ok(!mcp_json_number(&number, json("\"1\"", cx)), "a string is none");
}

/* RFC 7519 2, NumericDate */
static void check_dates(mcp_ctx_t *cx)
{
    static const struct {
        const char *text;
        apr_int64_t seconds; /* 0: it is none */
    } dates[] = {
        {"1800000000", 1800000000},
        {"1800000000.9", 1800000000},
        {"1e15", APR_INT64_C(1000000000000000)},
        {"1.1e15", 0},
        {"0", 0},
        {"-1", 0},
        {"\"1800000000\"", 0},
        {"null", 0},
    };
    apr_int64_t seconds;
    size_t i;

    for (i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
        seconds = 0;
        ok(mcp_json_date(&seconds, json(dates[i].text, cx)) ==
                   (dates[i].seconds != 0) &&
               seconds == dates[i].seconds,
           "%s is %s date", dates[i].text, dates[i].seconds ? "a" : "no");
    }
    ok(!mcp_json_date(&seconds, NULL), "nor is what is not there");
}

static void check_looking(mcp_ctx_t *cx)
{
    const mcp_json_t *o = json("{\"s\":\"text\",\"n\":{\"t\":true}}", cx);
    mcp_json_iter_t *i = mcp_json_first(o);

    is(mcp_json_string(mcp_json_get(o, "s")), "text", "a member is found");
    ok(mcp_json_string_length(mcp_json_get(o, "s")) == 4, "and its length");
    ok(mcp_json_is_true(mcp_json_get(mcp_json_get(o, "n"), "t")),
       "look-ups chain");
    ok(!mcp_json_get(mcp_json_get(mcp_json_get(o, "x"), "y"), "z"),
       "through what is absent too");
    ok(!mcp_json_string(o) && !mcp_json_at(o, 0) &&
           !mcp_json_get(mcp_json_get(o, "s"), "s"),
       "a value of another type holds nothing");
    ok(mcp_json_size(o) == 2 && mcp_json_size(json("[1,2,3]", cx)) == 3 &&
           mcp_json_size(NULL) == 0,
       "sizes");
    is(mcp_json_iter_name(i), "s", "a walk begins with the first member");
    i = mcp_json_next(o, i);
    is(mcp_json_iter_name(i), "n", "goes on");
    ok(mcp_json_iter_value(i) == mcp_json_get(o, "n"), "gives values");
    ok(!mcp_json_next(o, i), "and ends");
    ok(!mcp_json_first(json("[1]", cx)) && !mcp_json_first(NULL),
       "there is nothing to walk in what is no object");
    is(mcp_json_text(NULL, cx->pool), "null", "absent is written as null");
}

/* RFC 6901 5, and what it forbids */
static void check_pointer(mcp_ctx_t *cx)
{
    static const struct {
        const char *pointer, *want;
    } pointers[] = {
        {"/foo/0", "\"bar\""},
        {"/", "0"},
        {"/a~1b", "1"},
        {"/c%d", "2"},
        {"/m~0n", "8"},
        {"/ ", "7"},
        {"/foo/1", "\"baz\""},
        {"/foo/2", NULL},
        {"/foo/-", NULL},
        {"/foo/01", NULL},
        {"/foo/+1", NULL},
        {"/foo/", NULL},
        {"/foo/0x", NULL},
        {"foo", NULL},
        {"/foo/0/x", NULL},
        {"/a~2b", NULL},
        {"/a~", NULL},
        {"/nothing", NULL},
        {"/foo/99999999999", NULL},
    };
    const mcp_json_t *o = json("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,"
                               "\"c%d\":2,\" \":7,\"m~n\":8}",
                               cx);
    const mcp_json_t *found;
    size_t i;

    ok(mcp_json_pointer(o, "") == o, "RFC 6901 5: \"\" is the whole");
    for (i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
        found = mcp_json_pointer(o, pointers[i].pointer);
        is(found ? mcp_json_text(found, cx->pool) : NULL, pointers[i].want,
           apr_pstrcat(cx->pool, "RFC 6901: ", pointers[i].pointer, NULL));
    }
    ok(!mcp_json_pointer(NULL, "/a"), "in what is absent there is nothing");
    ok(mcp_json_is_pointer("/a~0b~1c/0") && mcp_json_is_pointer("/"),
       "RFC 6901 3: what a pointer is");
    ok(!mcp_json_is_pointer("a/b") && !mcp_json_is_pointer("") &&
           !mcp_json_is_pointer("/a~b") && !mcp_json_is_pointer("/a~"),
       "and what is none, or leads nowhere");
}

static void check_equal(mcp_ctx_t *cx)
{
    static const struct {
        const char *a, *b;
        int equal;
    } pairs[] = {
        {"1", "1.0", 1},
        {"1", "2", 0},
        {"0.5", "0.5", 1},
        {"9007199254740993", "9007199254740992.0", 0},
        {"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1.0,2],\"a\":1}", 1},
        {"{\"a\":1}", "{\"b\":1}", 0},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", 0},
        {"[1,2]", "[2,1]", 0},
        {"[1]", "[1,2]", 0},
        {"true", "1", 0},
        {"false", "null", 0},
        {"\"1\"", "1", 0},
        {"\"a\"", "\"\\u0061\"", 1},
    };
    size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        ok(mcp_json_equal(json(pairs[i].a, cx), json(pairs[i].b, cx)) ==
               pairs[i].equal,
           "JSON Schema 4.2.2: %s %s %s", pairs[i].a,
           pairs[i].equal ? "equals" : "differs from", pairs[i].b);
    ok(mcp_json_equal(NULL, NULL) && !mcp_json_equal(NULL, json("null", cx)),
       "absent is not null");
    ok(mcp_json_equal(mcp_json_make_string("\xc3\xbc\"", cx->pool),
                      json("\"\xc3\xbc\\\"\"", cx)),
       "a string that was made equals one that was read");
}

static void body(mcp_ctx_t *cx)
{
    check_reading(cx);
    check_types(cx);
    check_numbers(cx);
    check_dates(cx);
    check_looking(cx);
    check_pointer(cx);
    check_equal(cx);
}

TAP_MAIN(body)
