/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/encode.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static const char hex[] = "0123456789ABCDEF";

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

const char *mcp_encode_percent(const char *text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(text) * 3 + 1), *to = out;
    const unsigned char *s = (const unsigned char *)text;

    for (; *s; s++) {
        if (apr_isalnum(*s) || strchr("-._~", *s)) {
            *to++ = (char)*s;
        }
        else {
            *to++ = '%';
            *to++ = hex[*s >> 4];
            *to++ = hex[*s & 15];
        }
    }
    *to = '\0';
    return out;
}

const char *mcp_encode_form_value_read(const char *text, apr_size_t len,
                                       apr_pool_t *pool)
{
    char *out = apr_palloc(pool, len + 1), *to = out;
    const char *end = text + len;

    for (; text < end; text++) {
        char c = *text == '+' ? ' ' : *text;

        if (c == '%') {
            if (end - text < 3 || hex_value(text[1]) < 0 ||
                hex_value(text[2]) < 0)
                return NULL;
            c = (char)(hex_value(text[1]) << 4 | hex_value(text[2]));
            text += 2;
        }
        if (!c)
            return NULL;
        *to++ = c;
    }
    *to = '\0';
    return out;
}

/* Table 3-7 of the Unicode standard: what the second byte may be keeps out
 * overlong forms, surrogates and everything beyond U+10FFFF. */
apr_size_t mcp_encode_utf8(const char *text, apr_size_t len, unsigned *rune)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xbf;
    apr_size_t need, i;

    if (len && s[0] < 0x80) {
        *rune = s[0];
        return 1;
    }
    if (!len || s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (len < need)
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    *rune = s[0] & (0xff >> (need + 1));
    for (i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *rune = *rune << 6 | (s[i] & 0x3f);
    }
    return need;
}

int mcp_encode_is_utf8(const char *text, apr_size_t len)
{
    const char *end = text + len;
    apr_size_t step;
    unsigned rune;

    for (; text < end; text += step) {
        step = mcp_encode_utf8(text, (apr_size_t)(end - text), &rune);
        if (!step || !rune)
            return 0;
    }
    return 1;
}

/* Whether a rune could hide in the text or turn it around. */
static int is_control(unsigned rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune <= 0x9f) || rune == 0x061c ||
           rune == 0x200e || rune == 0x200f ||
           (rune >= 0x202a && rune <= 0x202e) ||
           (rune >= 0x2066 && rune <= 0x2069);
}

static const char *html_entity(unsigned rune)
{
    switch (rune) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return is_control(rune) ? REPLACEMENT : NULL;
    }
}

const char *mcp_encode_html(const char *text, apr_pool_t *pool)
{
    apr_size_t len = strlen(text), step, put;
    char *out = apr_palloc(pool, len * 6 + 1), *to = out;
    const char *end = text + len, *from;
    unsigned rune;

    for (; text < end; text += step) {
        step = mcp_encode_utf8(text, (apr_size_t)(end - text), &rune);
        from = step ? html_entity(rune) : REPLACEMENT;
        put = from ? strlen(from) : step;
        memcpy(to, from ? from : text, put);
        to += put;
        if (!step)
            step = 1;
    }
    *to = '\0';
    return out;
}

const char *mcp_encode_log(const char *text, apr_size_t max, apr_pool_t *pool)
{
    const unsigned char *s = (const unsigned char *)text;
    char *out = apr_palloc(pool, max + 1), *to = out;

    for (; *s; s++) {
        int plain = *s >= 0x20 && *s < 0x7f && !strchr("\"'\\", *s);

        if ((apr_size_t)(to - out) + (plain ? 1 : 4) > max)
            break;
        if (plain) {
            *to++ = (char)*s;
        }
        else {
            *to++ = '\\';
            *to++ = 'x';
            *to++ = hex[*s >> 4];
            *to++ = hex[*s & 15];
        }
    }
    *to = '\0';
    return out;
}

const char *mcp_encode_quoted(const char *text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, strlen(text) * 2 + 1), *to = out;

    for (; *text; text++) {
        if (apr_iscntrl(*text))
            continue;
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    *to = '\0';
    return out;
}

void mcp_encode_number(unsigned char *to, int size, apr_uint64_t number)
{
    while (size-- > 0) {
        to[size] = (unsigned char)number;
        number >>= 8;
    }
}

apr_uint64_t mcp_encode_number_read(const unsigned char *from, int size)
{
    apr_uint64_t number = 0;

    while (size-- > 0)
        number = number << 8 | *from++;
    return number;
}
