/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "base/error.h"

#include <apr_strings.h>

/* Seconds. A client that is told nothing takes a 503 for the end of its
 * login, or asks again at once. */
#define SOON 10

static const struct {
    const char *oauth;
    const char *text;
    int http;
    int jsonrpc;
} rows[] = {
#define MCP_ERROR(name, http, oauth, jsonrpc, text)                           \
    {oauth, text, http, jsonrpc},
#include "base/error.def"
#undef MCP_ERROR
};

static mcp_error_t *make(mcp_error_code_t code, mcp_ctx_t *cx,
                         const char *format, va_list args)
{
    mcp_error_t *e = apr_pcalloc(cx->pool, sizeof(*e));

    e->code = code;
    e->detail = apr_pvsprintf(cx->pool, format, args);
    if (code == MCP_E_UNAVAILABLE)
        e->retry_after = SOON;
    return e;
}

mcp_error_t *mcp_error_make(mcp_error_code_t code, mcp_ctx_t *cx,
                            const char *detail, ...)
{
    mcp_error_t *e;
    va_list args;

    va_start(args, detail);
    e = make(code, cx, detail, args);
    va_end(args);
    return e;
}

mcp_error_t *mcp_error_tell(mcp_error_code_t code, mcp_ctx_t *cx,
                            const char *description, ...)
{
    mcp_error_t *e;
    va_list args;

    va_start(args, description);
    e = make(code, cx, description, args);
    va_end(args);
    e->description = e->detail;
    return e;
}

mcp_error_t *mcp_error_fault(mcp_error_code_t code, mcp_ctx_t *cx,
                             const char *remedy, const char *detail, ...)
{
    mcp_error_t *e;
    va_list args;

    va_start(args, detail);
    e = make(code, cx, detail, args);
    va_end(args);
    e->remedy = remedy;
    return e;
}

int mcp_error_http(const mcp_error_t *e)
{
    return rows[e->code].http;
}

int mcp_error_jsonrpc(const mcp_error_t *e)
{
    return e->jsonrpc ? e->jsonrpc : rows[e->code].jsonrpc;
}

const char *mcp_error_oauth(const mcp_error_t *e)
{
    return rows[e->code].oauth;
}

const char *mcp_error_text(const mcp_error_t *e)
{
    return e->description ? e->description : rows[e->code].text;
}
