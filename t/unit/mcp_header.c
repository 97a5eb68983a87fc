/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "mcp/header.h"

static const struct {
    const char *raw;
    const char *value; /* NULL: refused */
} values[] = {
    {"us-west1", "us-west1"},
    {"", ""},
    {"a b\tc", "a b\tc"},
    {"=?base64?SGVsbG8=?=", "Hello"},
    {"=?base64?dA==?=", "t"},
    {"=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, \xe4\xb8\x96\xe7\x95\x8c"},
    {"=?base64?IHBhZGRlZCA=?=", " padded "},
    {"=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"},
    {"=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="},
    {"=?base64?"
     "?=",
     ""},
    /* without both markers it is literal */
    {"SGVsbG8=", "SGVsbG8="},
    {"=?base64?SGVsbG8=", "=?base64?SGVsbG8="},
    {"SGVsbG8=?=", "SGVsbG8=?="},
    {"=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="},
    {"=?base64?=", "=?base64?="},
    /* strict and canonical */
    {"=?base64?SGVsbG8?=", NULL},
    {"=?base64?SGVs!!!bG8=?=", NULL},
    {"=?base64?SGVsbG9=?=", NULL},
    {"=?base64?SGVs bG8=?=", NULL},
    {"=?base64?SGVsbG8==?=", NULL},
    {"=?base64?_-8=?=", NULL},
    {"=?base64?/w==?=", NULL}, /* no UTF-8 */
    {"=?base64?AGE=?=", NULL}, /* a NUL */
    {"caf\xc3\xa9", NULL},     /* RFC 9110 5.5: not ASCII */
    {"a\x01z", NULL},
    {"a\x7fz", NULL},
};

static const struct {
    const char *accept;
    int yes;
} accepts[] = {
    {NULL, 1},
    {"application/json", 1},
    {"application/json, text/event-stream", 1},
    {"text/event-stream, application/json", 1},
    {"text/event-stream,application/json;q=0.5", 1},
    {"*/*", 1},
    {"application/*", 1},
    {"APPLICATION/JSON", 1},
    {"text/html, */*;q=0.1", 1},
    {"application/json; charset=utf-8", 1},
    {"application/json;q=1.0, */*;q=0", 1},
    {"application/*;q=0, application/json", 1},
    {"  application/json  ", 1},
    {"application/json;q=0.001", 1},
    {",application/json,", 1},
    {"text/event-stream", 0},
    {"text/html", 0},
    {"", 0},
    {"application/jsonp", 0},
    {"application/json-seq", 0},
    {"xapplication/json", 0},
    {"application/json;q=0", 0},
    {"application/json; q=0.000", 0},
    {"application/json;q=0, */*", 0},
    {"application/json;Q=0;x=1", 0},
    {"*/*;q=0", 0},
    {"text/*", 0},
};

static void body(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        is(mcp_header_value_read(values[i].raw, cx->pool), values[i].value,
           apr_psprintf(cx->pool, "Value Encoding, row %d", (int)i));
    for (i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++)
        ok(mcp_header_accepts_json(accepts[i].accept) == accepts[i].yes,
           "Accept: %s", accepts[i].accept ? accepts[i].accept : "(none)");
}

TAP_MAIN(body)
