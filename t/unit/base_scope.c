/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/scope.h"

static const struct {
    const char *text, *want, *name; /* want NULL: refused */
} cases[] = {
    {NULL, "", "no text is an empty list"},
    {"", "", "RFC 6749 3.1: a parameter without value is as if omitted"},
    {"a", "a", "one scope"},
    {"mcp:tools mcp:read", "mcp:tools mcp:read", "RFC 6749 3.3: two scopes"},
    {"b a b", "b a", "a scope counts once, where it appeared first"},
    {"a A", "a A", "RFC 6749 3.3: scopes are case sensitive"},
    {" a  b ", "a b", "more blanks than needed do no harm"},
    {"!#[]~^https://x/y?z&'", "!#[]~^https://x/y?z&'",
     "RFC 6749 A.4: all characters of a token"},
    {"a\"b", NULL, "RFC 6749 A.4: a quote is refused"},
    {"a\\b", NULL, "RFC 6749 A.4: a backslash is refused"},
    {"a\tb", NULL, "a tab does not separate"},
    {"a\nb", NULL, "nor does a line feed"},
    {"a\x7f", NULL, "a control character is refused"},
    {"\xc3\xbc", NULL, "letters beyond ASCII are refused"},
};

static apr_array_header_t *list(const char *text, mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;

    return mcp_scope_read(&scopes, text, cx) ? NULL : scopes;
}

static void check_bounds(mcp_ctx_t *cx)
{
    char *text = apr_pcalloc(cx->pool, MCP_SCOPE_MAX_LENGTH + 2);
    const char *many = "";
    apr_array_header_t *scopes;
    int i;

    memset(text, 'x', MCP_SCOPE_MAX_LENGTH);
    ok(list(text, cx) && mcp_scope_is_token(text), "128 bytes are a scope");
    text[MCP_SCOPE_MAX_LENGTH] = 'x';
    fails(mcp_scope_read(&scopes, text, cx), MCP_E_INVALID_SCOPE,
          "129 are not");
    ok(!mcp_scope_is_token(text), "nor a token");
    for (i = 0; i < MCP_SCOPE_MAX; i++)
        many = apr_psprintf(cx->pool, "%s s%d", many, i);
    ok(list(many, cx) && list(many, cx)->nelts == MCP_SCOPE_MAX,
       "64 scopes are read");
    fails(mcp_scope_read(&scopes, apr_pstrcat(cx->pool, many, " more", NULL),
                         cx),
          MCP_E_INVALID_SCOPE, "65 are not");
}

static void check_sets(mcp_ctx_t *cx)
{
    apr_array_header_t *ab = list("a b", cx), *none = list("", cx);

    ok(mcp_scope_has(ab, "b") && !mcp_scope_has(ab, "c") &&
           !mcp_scope_has(ab, "A") && !mcp_scope_has(NULL, "a"),
       "a list has what is in it");
    ok(mcp_scope_is_subset(list("b", cx), ab) && mcp_scope_is_subset(ab, ab),
       "a part is a subset");
    ok(!mcp_scope_is_subset(list("b c", cx), ab), "with another it is not");
    ok(mcp_scope_is_subset(none, ab) && mcp_scope_is_subset(NULL, NULL),
       "nothing is a subset of anything");
    ok(!mcp_scope_is_subset(ab, NULL), "something is none of nothing");
    mcp_scope_add(ab, "c");
    mcp_scope_add(ab, "a");
    is(mcp_scope_text(ab, cx->pool), "a b c", "what is there is not added");
    mcp_scope_remove(ab, "b");
    mcp_scope_remove(ab, "x");
    is(mcp_scope_text(ab, cx->pool), "a c", "one can be removed");
    is(mcp_scope_text(NULL, cx->pool), "", "NULL is an empty text");
    ok(!mcp_scope_is_token("") && !mcp_scope_is_token(NULL) &&
           !mcp_scope_is_token("a b") && mcp_scope_is_token("a:b"),
       "a token is one scope");
}

static void body(mcp_ctx_t *cx)
{
    apr_array_header_t *scopes;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        e = mcp_scope_read(&scopes, cases[i].text, cx);
        if (cases[i].want)
            is(e ? NULL : mcp_scope_text(scopes, cx->pool), cases[i].want,
               cases[i].name);
        else
            fails(e, MCP_E_INVALID_SCOPE, cases[i].name);
    }
    check_bounds(cx);
    check_sets(cx);
}

TAP_MAIN(body)
