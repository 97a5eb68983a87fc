/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "base/encode.h"
#include "mcp/header.h"

/* A value has one form in the body for each form in a header: what a mirrored
 * header says is let in with just that body (Streamable HTTP, Value Encoding).
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLAIN, ENCODED, MALFORMED };
target_goal_t target_goals[] = {{"a value is plain", 0},
                                {"a value is in base64", 0},
                                {"a value is malformed", 0},
                                {NULL, 0}};

static void check_value(const char *raw, const char *value, mcp_ctx_t *cx)
{
    const char *again;

    if (!value) {
        target_goals[MALFORMED].is_reached = 1;
        return;
    }
    PROMISE(mcp_encode_is_utf8(value, strlen(value)));
    if (!strcmp(raw, value)) {
        target_goals[PLAIN].is_reached = 1;
        return;
    }
    again = mcp_encode_base64(value, strlen(value), cx->pool);
    PROMISE(
        !strcmp(raw, apr_pstrcat(cx->pool, "=?base64?", again, "?=", NULL)));
    target_goals[ENCODED].is_reached = 1;
}

static const char *quoted(const char *text, const char *more, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    mcp_writer_string(w, apr_pstrcat(cx->pool, text, more, NULL));
    return mcp_writer_text(w, NULL);
}

static int code_of_argument(wire_t *w, const char *value)
{
    wire_ask(w, "tools/call",
             apr_pstrcat(w->cx->pool, "\"name\":\"echo\",\"arguments\":{",
                         "\"region\":", value, "}", NULL));
    PROMISE(w->x.status == (wire_code(w) ? 400 : 200));
    return wire_code(w);
}

static int code_of_name(wire_t *w, const char *value)
{
    wire_ask(w, "tools/call",
             apr_pstrcat(w->cx->pool, "\"name\":", value, NULL));
    return wire_code(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *raw = apr_pstrmemdup(cx.pool, (const char *)data, size);
    const char *value = mcp_header_value_read(raw, cx.pool);
    const char *same = quoted(value ? value : "echo", "", &cx);
    const char *other = quoted(value ? value : "echo", "!", &cx);
    wire_t w;

    check_value(raw, value, &cx);
    (void)mcp_header_accepts_json(raw);
    (void)mcp_header_accepts_stream(raw);
    wire_open(&w, &cx);
    w.region = raw;
    PROMISE(code_of_argument(&w, same) == (value ? 0 : -32020));
    PROMISE(code_of_argument(&w, other) == -32020);
    PROMISE(code_of_argument(&w, "null") == -32020);
    w.region = NULL;
    w.name = raw;
    PROMISE((code_of_name(&w, same) == -32020) == !value);
    PROMISE(code_of_name(&w, other) == -32020);
    target_end(&cx);
    return 0;
}
