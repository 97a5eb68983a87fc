/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/uri_template.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"

#define MAX_NAME 64

/* literals around each variable */
#define MAX_PARTS (2 * MCP_URI_TEMPLATE_MAX_VARIABLES + 1)
#define ROW (MCP_URI_MAX / 8 + 1)

typedef struct part_t {
    const char *literal; /* NULL: a variable */
    apr_size_t len;      /* of the literal */
    int is_reserved;     /* {+name} */
} part_t;

struct mcp_uri_template_t {
    part_t parts[MAX_PARTS];
    int n;
    apr_array_header_t *variables; /* of const char * */
};

/* -- making -- */

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *text,
                                 const char *why)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx, "The URI template %s %s.",
                          mcp_encode_log(text, 200, cx->pool), why);
}

/* RFC 6570 2.3 without escapes, which no argument has in its name */
static int is_name(const char *s, apr_size_t len)
{
    apr_size_t i;

    if (!len || len > MAX_NAME || s[0] == '.' || s[len - 1] == '.')
        return 0;
    for (i = 0; i < len; i++)
        if (!apr_isalnum(s[i]) && s[i] != '_' && s[i] != '.')
            return 0;
    return 1;
}

static int is_known(const mcp_uri_template_t *t, const char *name)
{
    int i;

    for (i = 0; i < t->variables->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(t->variables, i, const char *), name))
            return 1;
    return 0;
}

/* The expression between s and end, braces not included. NULL: it is one. */
static const char *variable_read(mcp_uri_template_t *t, const char *s,
                                 const char *end, apr_pool_t *pool)
{
    part_t *part = &t->parts[t->n];
    const char *name;

    if (t->n && !t->parts[t->n - 1].literal)
        return "has two variables side by side: nothing tells where one ends";
    if (t->variables->nelts == MCP_URI_TEMPLATE_MAX_VARIABLES)
        return "has more than 16 variables";
    part->is_reserved = *s == '+';
    s += part->is_reserved;
    if (!is_name(s, (apr_size_t)(end - s)))
        return "has an expression other than {name} and {+name}, where name "
               "is 1 to 64 of A-Z a-z 0-9 _ .";
    name = apr_pstrmemdup(pool, s, (apr_size_t)(end - s));
    if (is_known(t, name))
        return "names a variable twice";
    APR_ARRAY_PUSH(t->variables, const char *) = name;
    t->n++;
    return NULL;
}

static const char *parts_read(mcp_uri_template_t *t, const char *text,
                              apr_pool_t *pool)
{
    const char *end, *why;

    while (*text) {
        apr_size_t len = strcspn(text, "{}");

        if (len) {
            t->parts[t->n].literal = apr_pstrmemdup(pool, text, len);
            t->parts[t->n++].len = len;
            text += len;
        }
        if (!*text)
            break;
        end = *text == '{' ? strpbrk(text + 1, "{}") : NULL;
        if (!end || *end != '}')
            return "has a brace without its partner";
        why = variable_read(t, text + 1, end, pool);
        if (why)
            return why;
        text = end + 1;
    }
    return NULL;
}

/* What the template makes where each variable is "x". */
static const char *example_of(const mcp_uri_template_t *t, apr_pool_t *pool)
{
    apr_array_header_t *texts =
        apr_array_make(pool, t->n, sizeof(const char *));
    int i;

    for (i = 0; i < t->n; i++)
        APR_ARRAY_PUSH(texts, const char *) =
            t->parts[i].literal ? t->parts[i].literal : "x";
    return apr_array_pstrcat(pool, texts, 0);
}

const mcp_error_t *mcp_uri_template_make(const mcp_uri_template_t **made,
                                         const char *text, mcp_ctx_t *cx)
{
    mcp_uri_template_t *t = apr_pcalloc(cx->pool, sizeof(*t));
    const mcp_uri_t *uri;
    const char *why;

    if (strlen(text) > MCP_URI_MAX)
        return refuse(cx, text, "is longer than 2048 bytes");
    t->variables = apr_array_make(cx->pool, 2, sizeof(const char *));
    why = parts_read(t, text, cx->pool);
    if (why)
        return refuse(cx, text, why);
    if (!t->n || !t->parts[0].literal || !strchr(t->parts[0].literal, ':'))
        return refuse(cx, text,
                      "has no scheme of its own, such as tasks://{id}");
    if (mcp_uri_read(&uri, example_of(t, cx->pool), cx))
        return refuse(cx, text, "makes no URI (RFC 3986)");
    *made = t;
    return NULL;
}

const apr_array_header_t *
mcp_uri_template_variables(const mcp_uri_template_t *t)
{
    return t->variables;
}

/* -- matching -- */

/* Each bit: whether the parts from one on can make the URI from a byte on. */
typedef struct fits_t {
    unsigned char from[MAX_PARTS + 1][ROW];
} fits_t;

static int can(const fits_t *fits, int part, apr_size_t at)
{
    return fits->from[part][at / 8] >> at % 8 & 1;
}

static void allow(fits_t *fits, int part, apr_size_t at)
{
    fits->from[part][at / 8] |= (unsigned char)(1 << at % 8);
}

/* How many bytes a value goes on by at s: an escape is taken whole. 0: not
 * beyond here. */
static apr_size_t step(const part_t *part, const char *s)
{
    if (!*s || (!part->is_reserved && strchr("/?#", *s)))
        return 0;
    return *s == '%' ? 3 : 1;
}

static int begins(const part_t *part, const char *uri, apr_size_t at,
                  apr_size_t len)
{
    return part->len <= len - at &&
           !memcmp(uri + at, part->literal, part->len);
}

/* Backwards, so that each part asks what is known already: the time is that of
 * parts times bytes, whatever the URI. */
static void fill(fits_t *fits, const mcp_uri_template_t *t, const char *uri,
                 apr_size_t len)
{
    const part_t *part;
    apr_size_t at, by;
    int i, on;

    memset(fits->from, 0, (apr_size_t)(t->n + 1) * ROW);
    allow(fits, t->n, len);
    for (i = t->n - 1; i >= 0; i--) {
        part = &t->parts[i];
        for (at = len + 1; at-- > 0;) {
            if (part->literal) {
                on = begins(part, uri, at, len) &&
                     can(fits, i + 1, at + part->len);
            }
            else {
                by = step(part, uri + at);
                on = by && at + by <= len &&
                     (can(fits, i + 1, at + by) || can(fits, i, at + by));
            }
            if (on)
                allow(fits, i, at);
        }
    }
}

/* The furthest byte that the variable at part can reach. */
static apr_size_t reach(const fits_t *fits, const mcp_uri_template_t *t,
                        int part, const char *uri, apr_size_t at)
{
    apr_size_t by, end = at;

    while ((by = step(&t->parts[part], uri + at))) {
        at += by;
        if (can(fits, part + 1, at))
            end = at;
        if (!can(fits, part, at))
            break;
    }
    return end;
}

static int hex(char c)
{
    return apr_isdigit(c) ? c - '0' : apr_tolower(c) - 'a' + 10;
}

static int has_dots(const char *value)
{
    apr_size_t len;

    for (;; value += len + 1) {
        len = strcspn(value, "/\\");
        if ((len == 1 && value[0] == '.') ||
            (len == 2 && value[0] == '.' && value[1] == '.'))
            return 1;
        if (!value[len])
            return 0;
    }
}

/* NULL when it is none that a template gives. */
static const char *decode(const char *text, apr_size_t len, apr_pool_t *pool)
{
    char *value = apr_palloc(pool, len + 1);
    apr_size_t i, n = 0;

    for (i = 0; i < len; i++) {
        value[n] = text[i];
        if (text[i] == '%') {
            value[n] = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        }
        n++;
    }
    value[n] = '\0';
    return mcp_encode_is_utf8(value, n) && !has_dots(value) ? value : NULL;
}

/* most templates are not those of a URI: look at its ends first */
static int ends_fit(const mcp_uri_template_t *t, const char *uri,
                    apr_size_t len)
{
    const part_t *last = &t->parts[t->n - 1];

    if (!begins(&t->parts[0], uri, 0, len))
        return 0;
    return !last->literal ||
           (last->len <= len && begins(last, uri, len - last->len, len));
}

const apr_array_header_t *mcp_uri_template_match(const mcp_uri_template_t *t,
                                                 const char *uri,
                                                 apr_pool_t *pool)
{
    apr_size_t len = strlen(uri), at = 0, end;
    apr_array_header_t *values;
    const char *value;
    fits_t fits;
    int i;

    if (len > MCP_URI_MAX || !ends_fit(t, uri, len))
        return NULL;
    fill(&fits, t, uri, len);
    if (!can(&fits, 0, 0))
        return NULL;
    values = apr_array_make(pool, t->variables->nelts, sizeof(const char *));
    for (i = 0; i < t->n; i++) {
        if (t->parts[i].literal) {
            at += t->parts[i].len;
            continue;
        }
        end = reach(&fits, t, i, uri, at);
        value = decode(uri + at, end - at, pool);
        if (!value)
            return NULL;
        APR_ARRAY_PUSH(values, const char *) = value;
        at = end;
    }
    return values;
}
