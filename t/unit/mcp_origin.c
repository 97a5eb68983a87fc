/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "mcp/origin.h"

#define SELF "https://mcp.example"

static const struct {
    const char *origin;
    const char *allowed; /* words */
    int yes;
} rows[] = {
    {NULL, "", 1},
    {NULL, "self loopback", 1},
    {"https://mcp.example", "self loopback", 1},
    {"https://mcp.example:443", "self", 1},
    {"HTTPS://MCP.EXAMPLE", "self", 1},
    {"http://localhost", "self loopback", 1},
    {"http://localhost:6274", "loopback", 1},
    {"https://localhost:6274", "loopback", 1},
    {"http://127.0.0.1:3000", "loopback", 1},
    {"http://127.8.9.1", "loopback", 1},
    {"http://[::1]:3000", "loopback", 1},
    {"https://evil.example", "any", 1},
    {"null", "any", 1},
    {"not an origin", "any", 1},
    {"https://claude.ai", "self https://claude.ai", 1},
    {"https://claude.ai", "https://claude.ai:443", 1},
    {"http://app.example:8080", "http://app.example:8080", 1},
    {"https://evil.example", "self loopback", 0},
    {"http://mcp.example", "self", 0},
    {"https://mcp.example:8443", "self", 0},
    {"https://mcp.example.evil.example", "self", 0},
    {"https://evil.example?mcp.example", "self", 0},
    {"https://mcp.example/", "self", 0},
    {"https://mcp.example/x", "self", 0},
    {"https://user@mcp.example", "self", 0},
    {"https://mcp.example#x", "self", 0},
    {"null", "self loopback", 0},
    {"", "self loopback", 0},
    {"self", "self", 0},
    {"loopback", "loopback", 0},
    {"http://localhost.evil.example", "loopback", 0},
    {"http://127.0.0.1.evil.example", "loopback", 0},
    {"http://127.0.0.1@evil.example", "loopback", 0},
    {"http://localhost", "self", 0},
    {"http://128.0.0.1", "loopback", 0},
    {"https://mcp.example, https://mcp.example", "self", 0},
    {"https://claude.ai", "http://claude.ai", 0},
    {"https://x.claude.ai", "https://claude.ai", 0},
    {"https://mcp.example", "", 0},
};

static void body(mcp_ctx_t *cx)
{
    apr_array_header_t *words;
    char *text, *word, *rest;
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        words = apr_array_make(cx->pool, 2, sizeof(const char *));
        text = apr_pstrdup(cx->pool, rows[i].allowed);
        for (word = apr_strtok(text, " ", &rest); word;
             word = apr_strtok(NULL, " ", &rest))
            APR_ARRAY_PUSH(words, const char *) = word;
        ok(mcp_origin_allowed(rows[i].origin, words, SELF, cx) == rows[i].yes,
           "Origin %s, MCPAllowOrigin %s",
           rows[i].origin ? rows[i].origin : "(none)", rows[i].allowed);
    }
    ok(!mcp_origin_allowed("https://mcp.example", NULL, SELF, cx),
       "no words allow none");
    words = apr_array_make(cx->pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(words, const char *) = "self";
    ok(!mcp_origin_allowed("https://mcp.example", words, NULL, cx),
       "a server without an origin has no self");
}

TAP_MAIN(body)
