/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "page/template.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

#include "base/encode.h"

/* The objects that a name is looked for in, innermost first. */
typedef struct frame_t {
    const mcp_json_t *json;
    const struct frame_t *outer;
    int depth;
} frame_t;

typedef struct span_t {
    const char *begin;
    const char *end;
} span_t;

/* {{name}}: kind is '#', '^', '/' or '\0' */
typedef struct tag_t {
    char kind;
    const char *name;
    span_t span; /* with its braces; empty where there is no more tag */
} tag_t;

typedef struct output_t {
    apr_array_header_t *parts; /* of const char * */
    mcp_ctx_t *cx;
} output_t;

static const mcp_error_t *malformed(mcp_ctx_t *cx, const char *what)
{
    return mcp_error_fault(MCP_E_SERVER_ERROR, cx,
                           "Correct the HTML file of the page.",
                           "A page template is malformed: %s.", what);
}

static const char *find(span_t in, const char *what)
{
    const char *p;

    for (p = in.begin; p + 2 <= in.end; p++)
        if (p[0] == what[0] && p[1] == what[1])
            return p;
    return NULL;
}

/* The next tag in a span. */
static const mcp_error_t *tag_read(tag_t *tag, span_t in, mcp_ctx_t *cx)
{
    const char *open = find(in, "{{"), *close;

    tag->span.begin = tag->span.end = in.end;
    if (!open)
        return NULL;
    in.begin = open + 2;
    close = find(in, "}}");
    if (!close)
        return malformed(cx, "a tag is not closed");
    tag->kind = in.begin < close && strchr("#^/", *in.begin) ? *in.begin : 0;
    if (tag->kind)
        in.begin++;
    tag->name =
        apr_pstrmemdup(cx->pool, in.begin, (apr_size_t)(close - in.begin));
    if (!*tag->name || strpbrk(tag->name, "{&>! "))
        return malformed(cx, "a tag has no name or one that does not exist");
    tag->span.begin = open;
    tag->span.end = close + 2;
    return NULL;
}

/* The tag that closes the section; in begins behind the one that opened it. */
static const mcp_error_t *close_read(tag_t *close, const char *name, span_t in,
                                     mcp_ctx_t *cx)
{
    int open = 1;

    for (;;) {
        MCP_TRY(tag_read(close, in, cx));
        if (close->span.begin == close->span.end)
            return malformed(cx, "a section is not closed");
        in.begin = close->span.end;
        if (!close->kind || strcmp(close->name, name) != 0)
            continue;
        open += close->kind == '/' ? -1 : 1;
        if (!open)
            return NULL;
    }
}

static const mcp_json_t *value_of(const frame_t *frame, const char *name)
{
    const mcp_json_t *value;

    if (!strcmp(name, "."))
        return frame->json;
    for (; frame; frame = frame->outer) {
        value = mcp_json_get(frame->json, name);
        if (value)
            return value;
    }
    return NULL;
}

static int is_true(const mcp_json_t *value)
{
    switch (mcp_json_type(value)) {
    case MCP_JSON_NONE:
    case MCP_JSON_NULL:
        return 0;
    case MCP_JSON_BOOLEAN:
        return mcp_json_is_true(value);
    case MCP_JSON_STRING:
    case MCP_JSON_ARRAY:
        return mcp_json_type(value) == MCP_JSON_STRING
                   ? mcp_json_string_length(value) > 0
                   : mcp_json_size(value) > 0;
    default:
        return 1;
    }
}

static void write_part(output_t *out, const char *text)
{
    APR_ARRAY_PUSH(out->parts, const char *) = text;
}

static void write_value(output_t *out, const mcp_json_t *value)
{
    const char *text = mcp_json_string(value);

    if (!text && is_true(value))
        text = mcp_json_text(value, out->cx->pool);
    if (text)
        write_part(out, mcp_encode_html(text, out->cx->pool));
}

static const mcp_error_t *write_span(output_t *out, span_t in,
                                     const frame_t *frame);

/* What stands between {{#name}} and {{/name}}, as often as value says. */
static const mcp_error_t *write_section(output_t *out, span_t inner,
                                        const mcp_json_t *value,
                                        const frame_t *frame)
{
    frame_t within = {value, frame, frame->depth + 1};
    apr_size_t i;

    if (within.depth > MCP_TEMPLATE_MAX_DEPTH)
        return malformed(out->cx, "its sections are nested too deeply");
    if (!is_true(value))
        return NULL;
    if (mcp_json_type(value) != MCP_JSON_ARRAY)
        return write_span(out, inner, &within);
    for (i = 0; i < mcp_json_size(value); i++) {
        within.json = mcp_json_at(value, i);
        MCP_TRY(write_span(out, inner, &within));
    }
    return NULL;
}

static const mcp_error_t *write_tag(output_t *out, const tag_t *tag,
                                    span_t *rest, const frame_t *frame)
{
    const mcp_json_t *value = value_of(frame, tag->name);
    span_t inner = *rest;
    tag_t close;

    if (tag->kind == '/')
        return malformed(out->cx, "a section is closed that was not open");
    if (!tag->kind) {
        write_value(out, value);
        return NULL;
    }
    MCP_TRY(close_read(&close, tag->name, *rest, out->cx));
    inner.end = close.span.begin;
    rest->begin = close.span.end;
    if (tag->kind == '#')
        return write_section(out, inner, value, frame);
    return is_true(value) ? NULL : write_span(out, inner, frame);
}

static const mcp_error_t *write_span(output_t *out, span_t in,
                                     const frame_t *frame)
{
    tag_t tag;

    while (in.begin < in.end) {
        MCP_TRY(tag_read(&tag, in, out->cx));
        write_part(out,
                   apr_pstrmemdup(out->cx->pool, in.begin,
                                  (apr_size_t)(tag.span.begin - in.begin)));
        in.begin = tag.span.end;
        if (tag.span.begin < tag.span.end)
            MCP_TRY(write_tag(out, &tag, &in, frame));
    }
    return NULL;
}

const mcp_error_t *mcp_page_template_render(const char **html,
                                            const char *text, apr_size_t len,
                                            const mcp_json_t *values,
                                            mcp_ctx_t *cx)
{
    output_t out = {apr_array_make(cx->pool, 64, sizeof(const char *)), cx};
    frame_t frame = {values, NULL, 0};
    span_t all = {text, text + len};

    MCP_TRY(write_span(&out, all, &frame));
    *html = apr_array_pstrcat(cx->pool, out.parts, 0);
    return NULL;
}
