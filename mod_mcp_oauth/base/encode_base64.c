/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/encode.h"

#define ALPHANUMERIC                                                          \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char url[] = ALPHANUMERIC "-_";
static const char standard[] = ALPHANUMERIC "+/";

/* Encodes without padding; returns the end. */
static char *write_digits(char *to, const unsigned char *s, apr_size_t len,
                          const char *digits)
{
    for (; len >= 3; s += 3, len -= 3) {
        *to++ = digits[s[0] >> 2];
        *to++ = digits[(s[0] & 3) << 4 | s[1] >> 4];
        *to++ = digits[(s[1] & 15) << 2 | s[2] >> 6];
        *to++ = digits[s[2] & 63];
    }
    if (len) {
        *to++ = digits[s[0] >> 2];
        *to++ = digits[(s[0] & 3) << 4 | (len > 1 ? s[1] >> 4 : 0)];
    }
    if (len > 1)
        *to++ = digits[(s[1] & 15) << 2];
    return to;
}

static int digit_value(char c, const char *digits)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == digits[62])
        return 62;
    if (c == digits[63])
        return 63;
    return -1;
}

/* Decodes text without padding. Bits left over must be zero: one value has
 * one spelling, so that nothing that is compared as text has a twin. */
static unsigned char *read_digits(apr_size_t *len, const char *text,
                                  apr_size_t text_len, const char *digits,
                                  apr_pool_t *pool)
{
    unsigned char *out, *to;
    unsigned bits = 0;
    int have = 0, value;
    apr_size_t i;

    if (text_len % 4 == 1)
        return NULL;
    out = to = apr_palloc(pool, text_len / 4 * 3 + 3);
    for (i = 0; i < text_len; i++) {
        value = digit_value(text[i], digits);
        if (value < 0)
            return NULL;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            *to++ = (unsigned char)(bits >> have);
        }
    }
    if (bits & ((1u << have) - 1))
        return NULL;
    *to = '\0';
    *len = (apr_size_t)(to - out);
    return out;
}

const char *mcp_encode_base64url(const void *data, apr_size_t len,
                                 apr_pool_t *pool)
{
    char *out = apr_palloc(pool, (len + 2) / 3 * 4 + 1);

    *write_digits(out, data, len, url) = '\0';
    return out;
}

unsigned char *mcp_encode_base64url_read(apr_size_t *len, const char *text,
                                         apr_size_t text_len, apr_pool_t *pool)
{
    return read_digits(len, text, text_len, url, pool);
}

const char *mcp_encode_base64(const void *data, apr_size_t len,
                              apr_pool_t *pool)
{
    char *out = apr_palloc(pool, (len + 2) / 3 * 4 + 1);
    char *to = write_digits(out, data, len, standard);

    while ((to - out) % 4)
        *to++ = '=';
    *to = '\0';
    return out;
}

unsigned char *mcp_encode_base64_read(apr_size_t *len, const char *text,
                                      apr_size_t text_len, apr_pool_t *pool)
{
    if (text_len % 4)
        return NULL;
    if (text_len && text[text_len - 1] == '=')
        text_len -= text[text_len - 2] == '=' ? 2 : 1;
    return read_digits(len, text, text_len, standard, pool);
}
