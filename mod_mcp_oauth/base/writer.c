/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/writer.h"

#include <apr_strings.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#define FIRST_SIZE 1000 /* most answers fit; apr rounds up to 1 KiB */
#define FIRST_DEPTH 80  /* MCP_JSON_MAX_DEPTH inside an answer's own */

#define LITERAL(w, text) append(w, text, sizeof(text) - 1)

struct mcp_writer_t {
    apr_pool_t *pool;
    char *text;
    apr_size_t len, size;
    char *closing; /* the brackets that are open, innermost last */
    apr_size_t depth, max_depth;
    int comma; /* whether one goes before the next value or name */
};

/* What a byte in a string needs: 0 nothing, 'u' the \u00XX form, '8' a look
 * at the UTF-8 sequence that it begins, else the letter behind a backslash. */
/* clang-format off */
static const char needs[256] = {
    'u','u','u','u','u','u','u','u','b','t','n','u','f','r','u','u',
    'u','u','u','u','u','u','u','u','u','u','u','u','u','u','u','u',
    0,0,'"',0,0,0,0,0,0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
    0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,   0,0,0,0,0,0,0,0,0,0,0,0,'\\',0,0,0,
    0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,   0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,'u',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
    '8','8','8','8','8','8','8','8','8','8','8','8','8','8','8','8',
};
/* clang-format on */

/* -- the buffer -- */

static void grow(mcp_writer_t *w, apr_size_t more)
{
    apr_size_t size = w->size * 2;
    char *text;

    while (size < w->len + more)
        size *= 2;
    text = apr_palloc(w->pool, size);
    memcpy(text, w->text, w->len);
    w->text = text;
    w->size = size;
}

static void append(mcp_writer_t *w, const char *text, apr_size_t len)
{
    if (w->size - w->len < len)
        grow(w, len);
    memcpy(w->text + w->len, text, len);
    w->len += len;
}

static void append_char(mcp_writer_t *w, char c)
{
    if (w->size == w->len)
        grow(w, 1);
    w->text[w->len++] = c;
}

static void append_escape(mcp_writer_t *w, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char need = needs[c] == '8' ? 'u' : needs[c];
    char escape[6] = {'\\', need, '0', '0', hex[c >> 4], hex[c & 15]};

    append(w, escape, need == 'u' ? 6 : 2);
}

/* C1, which JSON lets stand: a terminal that shows a log would obey. */
static int is_command(const char *text, apr_size_t step)
{
    return step == 2 && text[0] == '\xc2' && (unsigned char)text[1] < 0xa0;
}

/* The first byte that may not stand for itself, or end. */
static const char *find_need(const char *text, const char *end)
{
    while (text < end && !needs[(unsigned char)*text])
        text++;
    return text;
}

static void append_string(mcp_writer_t *w, const char *text, apr_size_t len)
{
    const char *end = text + len, *run = text;
    apr_size_t step;
    unsigned rune;

    append_char(w, '"');
    while ((text = find_need(text, end)) < end) {
        char need = needs[(unsigned char)*text];

        step = need == '8'
                   ? mcp_encode_utf8(text, (apr_size_t)(end - text), &rune)
                   : 1;
        if (need == '8' && step && !is_command(text, step)) {
            text += step;
            continue;
        }
        append(w, run, (apr_size_t)(text - run));
        if (need == '8' && !step)
            LITERAL(w, "\xef\xbf\xbd");
        else
            append_escape(w, (unsigned char)text[step > 1]);
        run = text += step ? step : 1;
    }
    append(w, run, (apr_size_t)(text - run));
    append_char(w, '"');
}

/* -- structure -- */

mcp_writer_t *mcp_writer_make(apr_pool_t *pool)
{
    mcp_writer_t *w = apr_palloc(pool, sizeof(*w));

    w->pool = pool;
    w->text = apr_palloc(pool, FIRST_SIZE);
    w->len = 0;
    w->size = FIRST_SIZE;
    w->closing = apr_palloc(pool, FIRST_DEPTH);
    w->depth = 0;
    w->max_depth = FIRST_DEPTH;
    w->comma = 0;
    return w;
}

static void begin_value(mcp_writer_t *w)
{
    if (w->comma)
        append_char(w, ',');
    w->comma = 1;
}

void mcp_writer_open(mcp_writer_t *w, char bracket)
{
    char *closing;

    if (w->depth == w->max_depth) {
        closing = apr_palloc(w->pool, w->max_depth * 2);
        memcpy(closing, w->closing, w->depth);
        w->closing = closing;
        w->max_depth *= 2;
    }
    begin_value(w);
    append_char(w, bracket);
    w->closing[w->depth++] = bracket == '{' ? '}' : ']';
    w->comma = 0;
}

void mcp_writer_close(mcp_writer_t *w)
{
    append_char(w, w->closing[--w->depth]);
    w->comma = 1;
}

void mcp_writer_name(mcp_writer_t *w, const char *name)
{
    begin_value(w);
    append_string(w, name, strlen(name));
    append_char(w, ':');
    w->comma = 0;
}

/* -- values -- */

void mcp_writer_string(mcp_writer_t *w, const char *text)
{
    if (text)
        mcp_writer_string_n(w, text, strlen(text));
    else
        mcp_writer_null(w);
}

void mcp_writer_string_n(mcp_writer_t *w, const char *text, apr_size_t len)
{
    begin_value(w);
    append_string(w, text, len);
}

void mcp_writer_integer(mcp_writer_t *w, apr_int64_t value)
{
    char buf[24], *digit = buf + sizeof(buf);
    apr_uint64_t left = value < 0 ? -(apr_uint64_t)value : (apr_uint64_t)value;

    do
        *--digit = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--digit = '-';
    begin_value(w);
    append(w, digit, (apr_size_t)(buf + sizeof(buf) - digit));
}

void mcp_writer_number(mcp_writer_t *w, double value)
{
    char buf[40];
    int digits, len = 0, i;

    if (!isfinite(value)) {
        mcp_writer_null(w);
        return;
    }
    /* -0 would read back as an integer, which has no such value */
    if (value == 0) {
        mcp_writer_integer(w, 0);
        return;
    }
    /* the shortest text that reads back as the same number */
    for (digits = 15; digits <= 17; digits++) {
        len = snprintf(buf, sizeof(buf), "%.*g", digits, value);
        if (strtod(buf, NULL) == value)
            break;
    }
    /* another module may have set a locale with a decimal comma */
    for (i = 0; i < len; i++)
        if (!strchr("0123456789+-e", buf[i]))
            buf[i] = '.';
    begin_value(w);
    append(w, buf, (apr_size_t)len);
}

void mcp_writer_boolean(mcp_writer_t *w, int value)
{
    begin_value(w);
    if (value)
        LITERAL(w, "true");
    else
        LITERAL(w, "false");
}

void mcp_writer_null(mcp_writer_t *w)
{
    begin_value(w);
    LITERAL(w, "null");
}

void mcp_writer_raw(mcp_writer_t *w, const char *text)
{
    mcp_writer_raw_n(w, text, strlen(text));
}

void mcp_writer_raw_n(mcp_writer_t *w, const char *text, apr_size_t len)
{
    begin_value(w);
    append(w, text, len);
}

static void write_array(mcp_writer_t *w, const mcp_json_t *json)
{
    apr_size_t i, size = mcp_json_size(json);

    mcp_writer_open(w, '[');
    for (i = 0; i < size; i++)
        mcp_writer_json(w, mcp_json_at(json, i));
    mcp_writer_close(w);
}

static void write_object(mcp_writer_t *w, const mcp_json_t *json)
{
    mcp_json_iter_t *i;

    mcp_writer_open(w, '{');
    for (i = mcp_json_first(json); i; i = mcp_json_next(json, i)) {
        mcp_writer_name(w, mcp_json_iter_name(i));
        mcp_writer_json(w, mcp_json_iter_value(i));
    }
    mcp_writer_close(w);
}

void mcp_writer_json(mcp_writer_t *w, const mcp_json_t *json)
{
    apr_int64_t integer = 0;
    double real = 0;

    switch (mcp_json_type(json)) {
    case MCP_JSON_OBJECT:
        write_object(w, json);
        break;
    case MCP_JSON_ARRAY:
        write_array(w, json);
        break;
    case MCP_JSON_STRING:
        mcp_writer_string_n(w, mcp_json_string(json),
                            mcp_json_string_length(json));
        break;
    case MCP_JSON_INTEGER:
        mcp_json_integer(&integer, json);
        mcp_writer_integer(w, integer);
        break;
    case MCP_JSON_REAL:
        mcp_json_number(&real, json);
        mcp_writer_number(w, real);
        break;
    case MCP_JSON_BOOLEAN:
        mcp_writer_boolean(w, mcp_json_is_true(json));
        break;
    case MCP_JSON_NONE:
    case MCP_JSON_NULL:
        mcp_writer_null(w);
        break;
    }
}

void mcp_writer_member(mcp_writer_t *w, const char *name, const char *value)
{
    if (!value)
        return;
    mcp_writer_name(w, name);
    mcp_writer_string(w, value);
}

void mcp_writer_member_integer(mcp_writer_t *w, const char *name,
                               apr_int64_t value)
{
    mcp_writer_name(w, name);
    mcp_writer_integer(w, value);
}

void mcp_writer_member_boolean(mcp_writer_t *w, const char *name, int value)
{
    mcp_writer_name(w, name);
    mcp_writer_boolean(w, value);
}

const char *mcp_writer_text(mcp_writer_t *w, apr_size_t *len)
{
    append_char(w, '\0');
    w->len--;
    if (len)
        *len = w->len;
    return w->text;
}
