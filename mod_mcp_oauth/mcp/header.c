/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/header.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"

#define PREFIX "=?base64?"
#define SUFFIX "?="

/* -- mirrored values -- */

const mcp_error_t *mcp_header_mismatch(const mcp_turn_t *t, const char *name,
                                       const char *why)
{
    return mcp_error_tell(MCP_E_HEADER_MISMATCH, t->cx,
                          "Header mismatch: %s %s", name, why);
}

static int is_plain(const char *raw)
{
    const unsigned char *s = (const unsigned char *)raw;

    for (; *s; s++)
        if ((*s < 0x20 && *s != '\t') || *s > 0x7e)
            return 0;
    return 1;
}

const char *mcp_header_value_read(const char *raw, apr_pool_t *pool)
{
    const apr_size_t prefix = sizeof(PREFIX) - 1, suffix = sizeof(SUFFIX) - 1;
    apr_size_t len = strlen(raw), bytes;
    const char *text;

    if (!is_plain(raw))
        return NULL;
    if (len < prefix + suffix || strncmp(raw, PREFIX, prefix) != 0 ||
        strcmp(raw + len - suffix, SUFFIX) != 0)
        return raw;
    text = (const char *)mcp_encode_base64_read(&bytes, raw + prefix,
                                                len - prefix - suffix, pool);
    return text && mcp_encode_is_utf8(text, bytes) ? text : NULL;
}

const mcp_error_t *mcp_header_check(const mcp_turn_t *t, const char *name,
                                    const char *value)
{
    const char *header = mcp_turn_header(t, name);

    if (!header)
        return mcp_header_mismatch(t, name, "is missing");
    if (strcmp(header, value) != 0)
        return mcp_header_mismatch(t, name, "does not match the body");
    return NULL;
}

const mcp_error_t *mcp_header_check_encoded(const mcp_turn_t *t,
                                            const char *name,
                                            const char *value)
{
    const char *header = mcp_turn_header(t, name);

    if (!header)
        return value ? mcp_header_mismatch(t, name, "is missing") : NULL;
    header = mcp_header_value_read(header, t->cx->pool);
    if (!header)
        return mcp_header_mismatch(t, name, "is malformed");
    if (!value || strcmp(header, value) != 0)
        return mcp_header_mismatch(t, name, "does not match the body");
    return NULL;
}

/* -- Accept -- */

static const char *const json[] = {"*/*", "application/*", "application/json"};
static const char *const stream[] = {"*/*", "text/*", "text/event-stream"};

/* How closely a media range of len bytes names the last of three ranges: 0 not
 * at all. */
static int closeness(const char *const *ranges, const char *range,
                     apr_size_t len)
{
    int i;

    for (i = 0; i < 3; i++)
        if (strlen(ranges[i]) == len && !strncasecmp(ranges[i], range, len))
            return i + 1;
    return 0;
}

/* Whether the parameters, up to end, contain a weight of zero. */
static int is_refused(const char *params, const char *end)
{
    const char *q;

    for (q = params; q < end; q++) {
        if (*q != ';')
            continue;
        do
            q++;
        while (q < end && (*q == ' ' || *q == '\t'));
        if (end - q < 3 || apr_tolower(*q) != 'q' || q[1] != '=')
            continue;
        q += 2;
        q += strspn(q, "0. \t");
        return q >= end || *q == ';';
    }
    return 0;
}

static int accepts(const char *const *ranges, const char *accept)
{
    int best = 0, accepted = 0, close;
    const char *range, *end;

    for (range = accept; *range; range = *end ? end + 1 : end) {
        range += strspn(range, " \t");
        end = range + strcspn(range, ",");
        close = closeness(ranges, range, strcspn(range, ",; \t"));
        if (close > best) {
            best = close;
            accepted = !is_refused(range, end);
        }
    }
    return accepted;
}

/* As the specification shows it and its SDKs send it: what nearly all bring
 * need not be read. */
static int is_usual(const char *accept)
{
    return !strcmp(accept, "application/json, text/event-stream");
}

int mcp_header_accepts_json(const char *accept)
{
    return !accept || is_usual(accept) || accepts(json, accept);
}

int mcp_header_accepts_stream(const char *accept)
{
    return accept && (is_usual(accept) || accepts(stream, accept));
}
