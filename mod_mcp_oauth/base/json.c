/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#include "base/writer.h"

#define DATE_MAX 1e15

/* -- reading -- */

static apr_status_t release(void *json)
{
    json_decref(json);
    return APR_SUCCESS;
}

/* Whether the backslashes before text[i] take its meaning. */
static int is_escaped(const char *text, apr_size_t i)
{
    int escaped = 0;

    while (i-- && text[i] == '\\')
        escaped = !escaped;
    return escaped;
}

/* Where the string ends whose first byte is at i: at its quote, or at len. */
static apr_size_t find_quote(const char *text, apr_size_t i, apr_size_t len)
{
    const char *quote;

    while (i < len && (quote = memchr(text + i, '"', len - i))) {
        i = (apr_size_t)(quote - text);
        if (!is_escaped(text, i))
            return i;
        i++;
    }
    return len;
}

/* Where nesting goes too deep, or len. jansson's own bound is 2048 levels:
 * too many for whoever walks the value afterwards. */
static apr_size_t find_too_deep(const char *text, apr_size_t len)
{
    apr_size_t i;
    int depth = 0;

    for (i = 0; i < len; i++) {
        char c = text[i];

        if (c == '"')
            i = find_quote(text, i + 1, len);
        else if ((c == '[' || c == '{') && ++depth > MCP_JSON_MAX_DEPTH)
            return i;
        else if (c == ']' || c == '}')
            depth--;
    }
    return len;
}

const mcp_error_t *mcp_json_read(const mcp_json_t **json, const char *text,
                                 apr_size_t len, mcp_ctx_t *cx)
{
    apr_size_t deep = find_too_deep(text, len);
    json_error_t why;
    json_t *value;

    *json = NULL;
    if (deep < len)
        return mcp_error_make(MCP_E_PARSE_ERROR, cx,
                              "JSON nested beyond %d levels at byte %lu",
                              MCP_JSON_MAX_DEPTH, (unsigned long)deep);
    value =
        json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    /* jansson's text quotes the input, which may hold a secret */
    if (!value)
        return mcp_error_make(MCP_E_PARSE_ERROR, cx,
                              "not JSON: error %d at byte %d",
                              (int)json_error_code(&why), why.position);
    apr_pool_cleanup_register(cx->pool, value, release, apr_pool_cleanup_null);
    *json = value;
    return NULL;
}

const mcp_json_t *mcp_json_make_string(const char *text, apr_pool_t *pool)
{
    json_t *value = json_string(text);

    if (value)
        apr_pool_cleanup_register(pool, value, release, apr_pool_cleanup_null);
    return value;
}

/* -- looking -- */

mcp_json_type_t mcp_json_type(const mcp_json_t *json)
{
    if (!json)
        return MCP_JSON_NONE;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return MCP_JSON_OBJECT;
    case JSON_ARRAY:
        return MCP_JSON_ARRAY;
    case JSON_STRING:
        return MCP_JSON_STRING;
    case JSON_INTEGER:
        return MCP_JSON_INTEGER;
    case JSON_REAL:
        return MCP_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return MCP_JSON_BOOLEAN;
    default:
        return MCP_JSON_NULL;
    }
}

const mcp_json_t *mcp_json_get(const mcp_json_t *object, const char *name)
{
    return json_object_get(object, name);
}

const char *mcp_json_string(const mcp_json_t *json)
{
    return json_string_value(json);
}

apr_size_t mcp_json_string_length(const mcp_json_t *json)
{
    return json_string_length(json);
}

int mcp_json_integer(apr_int64_t *value, const mcp_json_t *json)
{
    double real;

    if (json_is_integer(json)) {
        *value = json_integer_value(json);
        return 1;
    }
    real = json_real_value(json);
    /* 2^63 is a double, the largest apr_int64_t is not */
    if (!json_is_real(json) || real < -0x1p63 || real >= 0x1p63 ||
        real != (double)(apr_int64_t)real)
        return 0;
    *value = (apr_int64_t)real;
    return 1;
}

int mcp_json_number(double *value, const mcp_json_t *json)
{
    if (!json_is_number(json))
        return 0;
    *value = json_number_value(json);
    return 1;
}

int mcp_json_date(apr_int64_t *seconds, const mcp_json_t *json)
{
    double number;

    if (!mcp_json_number(&number, json) || !(number > 0) || number > DATE_MAX)
        return 0;
    *seconds = (apr_int64_t)number;
    return 1;
}

int mcp_json_is_true(const mcp_json_t *json)
{
    return json_is_true(json);
}

apr_size_t mcp_json_size(const mcp_json_t *json)
{
    return json_is_array(json) ? json_array_size(json)
                               : json_object_size(json);
}

const mcp_json_t *mcp_json_at(const mcp_json_t *array, apr_size_t index)
{
    return json_array_get(array, index);
}

/* -- JSON Pointer -- */

/* The end of a token that spells name; NULL when it spells another. */
static const char *match_token(const char *token, const char *name)
{
    for (; *token && *token != '/'; token++, name++) {
        char c = *token;

        if (c == '~') {
            c = *++token == '0' ? '~' : '/';
            if (*token != '0' && *token != '1')
                return NULL;
        }
        if (c != *name)
            return NULL;
    }
    return *name ? NULL : token;
}

static const mcp_json_t *step_member(const mcp_json_t *object,
                                     const char **token)
{
    mcp_json_iter_t *i;
    apr_size_t len = strcspn(*token, "/");
    const char *end;

    if (!memchr(*token, '~', len)) {
        *token += len;
        return json_object_getn(object, *token - len, len);
    }
    for (i = mcp_json_first(object); i; i = mcp_json_next(object, i)) {
        end = match_token(*token, mcp_json_iter_name(i));
        if (end) {
            *token = end;
            return mcp_json_iter_value(i);
        }
    }
    return NULL;
}

static const mcp_json_t *step_index(const mcp_json_t *array,
                                    const char **token)
{
    apr_size_t index = 0, digits = strspn(*token, "0123456789"), i;
    const char *s = *token;

    if (!digits || digits > 9 || (s[0] == '0' && digits > 1) ||
        (s[digits] && s[digits] != '/'))
        return NULL;
    for (i = 0; i < digits; i++)
        index = index * 10 + (apr_size_t)(s[i] - '0');
    *token += digits;
    return mcp_json_at(array, index);
}

/* a ~ stands before 0 or 1 alone */
int mcp_json_is_pointer(const char *text)
{
    if (*text != '/')
        return 0;
    for (; *text; text++)
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return 0;
    return 1;
}

const mcp_json_t *mcp_json_pointer(const mcp_json_t *json, const char *pointer)
{
    if (!pointer)
        return NULL;
    while (json && *pointer) {
        if (*pointer++ != '/')
            return NULL;
        if (json_is_object(json))
            json = step_member(json, &pointer);
        else if (json_is_array(json))
            json = step_index(json, &pointer);
        else
            return NULL;
    }
    return json;
}

/* -- comparing -- */

static int equal_numbers(const mcp_json_t *a, const mcp_json_t *b)
{
    apr_int64_t i, k;
    int whole = mcp_json_integer(&i, a);

    if (whole != mcp_json_integer(&k, b))
        return 0;
    return whole ? i == k : json_real_value(a) == json_real_value(b);
}

static int equal_arrays(const mcp_json_t *a, const mcp_json_t *b)
{
    apr_size_t i, size = json_array_size(a);

    if (size != json_array_size(b))
        return 0;
    for (i = 0; i < size; i++)
        if (!mcp_json_equal(json_array_get(a, i), json_array_get(b, i)))
            return 0;
    return 1;
}

static int equal_objects(const mcp_json_t *a, const mcp_json_t *b)
{
    mcp_json_iter_t *i;

    if (json_object_size(a) != json_object_size(b))
        return 0;
    for (i = mcp_json_first(a); i; i = mcp_json_next(a, i))
        if (!mcp_json_equal(mcp_json_iter_value(i),
                            mcp_json_get(b, mcp_json_iter_name(i))))
            return 0;
    return 1;
}

/* Not json_equal: to that 1 is not 1.0, which JSON Schema 4.2.2 calls equal.
 */
int mcp_json_equal(const mcp_json_t *a, const mcp_json_t *b)
{
    if (!a || !b)
        return a == b;
    if (json_is_number(a) && json_is_number(b))
        return equal_numbers(a, b);
    if (json_typeof(a) != json_typeof(b))
        return 0;
    if (json_is_array(a))
        return equal_arrays(a, b);
    if (json_is_object(a))
        return equal_objects(a, b);
    return json_equal(a, b);
}

/* -- walking -- */

/* jansson's iterators need no const because they can also set */
static json_t *writable(const mcp_json_t *json)
{
    return (json_t *)json;
}

mcp_json_iter_t *mcp_json_first(const mcp_json_t *object)
{
    return json_object_iter(writable(object));
}

mcp_json_iter_t *mcp_json_next(const mcp_json_t *object, mcp_json_iter_t *iter)
{
    return json_object_iter_next(writable(object), iter);
}

const char *mcp_json_iter_name(mcp_json_iter_t *iter)
{
    return json_object_iter_key(iter);
}

const mcp_json_t *mcp_json_iter_value(mcp_json_iter_t *iter)
{
    return json_object_iter_value(iter);
}

const char *mcp_json_text(const mcp_json_t *json, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_json(w, json);
    return mcp_writer_text(w, NULL);
}
