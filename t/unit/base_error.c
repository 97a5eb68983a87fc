/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

static const struct {
    mcp_error_code_t code;
    int http;
    const char *oauth;
    int jsonrpc;
    const char *promise;
} rows[] = {
    {MCP_E_INVALID_CLIENT, 401, "invalid_client", 0, "RFC 6749 5.2"},
    {MCP_E_INVALID_GRANT, 400, "invalid_grant", 0, "RFC 6749 5.2"},
    {MCP_E_UNSUPPORTED_GRANT, 400, "unsupported_grant_type", 0,
     "RFC 6749 5.2"},
    {MCP_E_INVALID_TOKEN, 401, "invalid_token", -32600, "RFC 6750 3.1"},
    {MCP_E_INSUFFICIENT_SCOPE, 403, "insufficient_scope", -32600,
     "RFC 6750 3.1"},
    {MCP_E_INVALID_REDIRECT_URI, 400, "invalid_redirect_uri", 0,
     "RFC 7591 3.2.2"},
    {MCP_E_INVALID_TARGET, 400, "invalid_target", 0, "RFC 8707 2"},
    {MCP_E_PARSE_ERROR, 400, "invalid_request", -32700, "JSON-RPC 5.1"},
    {MCP_E_METHOD_NOT_FOUND, 404, "invalid_request", -32601, "MCP 2026-07-28"},
    {MCP_E_SESSION_NOT_FOUND, 404, "invalid_request", -32001,
     "MCP 2025-11-25"},
};

static void check_rows(mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mcp_error_t *e = mcp_error_make(rows[i].code, cx, "why");

        ok(mcp_error_http(e) == rows[i].http &&
               mcp_error_jsonrpc(e) == rows[i].jsonrpc &&
               !strcmp(mcp_error_oauth(e), rows[i].oauth),
           "%s: %s is %d", rows[i].promise, rows[i].oauth, rows[i].http);
    }
}

static const mcp_error_t *tries(const mcp_error_t *given, int *reached)
{
    MCP_TRY(given);
    *reached = 1;
    return NULL;
}

static void check_texts(mcp_ctx_t *cx)
{
    mcp_error_t *e = mcp_error_make(MCP_E_NOT_FOUND, cx, "no %s", "door");
    int reached = 0;

    is(e->detail, "no door", "the log hears the detail");
    is(mcp_error_text(e), "There is nothing here.",
       "the client hears the table's text");
    ok(!e->remedy && !e->retry_after && !e->data, "and nothing else is set");

    e = mcp_error_fault(MCP_E_UNAVAILABLE, cx, "mend it", "broken");
    ok(e->retry_after > 0, "RFC 9110 15.6.4: a 503 has Retry-After");

    e = mcp_error_tell(MCP_E_INVALID_SCOPE, cx, "at most %d", 3);
    is(mcp_error_text(e), "at most 3", "a description goes to the client");
    is(e->detail, "at most 3", "and to the log");

    e = mcp_error_fault(MCP_E_UNAVAILABLE, cx, "Free some space.", "full: %d",
                        7);
    is(mcp_error_text(e), "The server cannot answer at the moment; try again.",
       "a fault of the server tells the client nothing of it");
    is(e->detail, "full: 7", "the log hears the cause");
    is(e->remedy, "Free some space.", "and the remedy");

    ok(tries(e, &reached) == e && !reached, "MCP_TRY passes a failure up");
    ok(!tries(NULL, &reached) && reached, "and goes on without one");
}

static void check_context(mcp_ctx_t *cx)
{
    tap_now = APR_TIME_C(1800000000999999);
    ok(mcp_ctx_now(cx) == tap_now, "the time is the host's");
    ok(mcp_ctx_seconds(cx) == APR_INT64_C(1800000000),
       "seconds are whole and not rounded up");
    mcp_ctx_log(cx, MCP_LOG_NOTICE, 7, "%s %d", "line", 1);
    is(tap_log, "2 MCP00007: line 1\n", "a log line has level and number");
}

static void body(mcp_ctx_t *cx)
{
    check_rows(cx);
    check_texts(cx);
    check_context(cx);
}

TAP_MAIN(body)
