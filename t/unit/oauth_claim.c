/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "oauth/claim.h"

static const char claims[] =
    "{\"email\":\"ada@example.com\",\"level\":3,\"share\":0.5,\"whole\":7.0,"
    "\"yes\":true,\"no\":false,\"null\":null,\"empty\":\"\","
    "\"realm_access\":{\"roles\":[\"admin\",\"editor\"]},"
    "\"https://app.example.com/roles\":[\"reader\"],"
    "\"mixed\":[1,true,null,[\"deep\"],{\"a\":\"b\"},\"text\"],"
    "\"a~b\":\"tilde\",\"none\":[]}";

static const struct {
    const char *claims, *place, *want, *name;
} cases[] = {
    {claims, "email", "ada@example.com", "a text is itself"},
    {claims, "/email", "ada@example.com", "also where a pointer leads to it"},
    {claims, "level", "3", "an integer is its decimals"},
    {claims, "share", "0.5", "another number too"},
    {claims, "whole", "7", "a whole number has no fraction"},
    {claims, "yes", "true", "true"},
    {claims, "no", "false", "false"},
    {claims, "null", "-", "null is nothing"},
    {claims, "empty", "", "an empty text is something"},
    {claims, "realm_access", "-", "an object is nothing to compare"},
    {claims, "/realm_access/roles", "admin,editor", "an array is its members"},
    {claims, "/realm_access/roles/1", "editor", "or one of them"},
    {claims, "https://app.example.com/roles", "reader", "a URL is a name"},
    {claims, "/https:~1~1app.example.com~1roles", "reader", "or escaped"},
    {claims, "mixed", "1,true,text",
     "members that are no values are left out"},
    {claims, "a~b", "tilde", "a ~ in a name is itself"},
    {claims, "/a~0b", "tilde", "in a pointer it is escaped"},
    {claims, "none", "-", "an empty array is nothing"},
    {claims, "nope", "-", "nor is what nobody said"},
    {claims, "/realm_access/nope", "-", "at any depth"},
    {claims, "realm_access/roles", "-", "a name is no path"},
    {NULL, "email", "-", "where nobody said anything"},
    {"[1]", "email", "-", "what has no members"},
};

static void body(mcp_ctx_t *cx)
{
    apr_array_header_t *texts;
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const mcp_error_t *e =
            mcp_oauth_claim_texts(&texts, cases[i].claims, cases[i].place, cx);

        is(e              ? mcp_error_text(e)
           : texts->nelts ? apr_array_pstrcat(cx->pool, texts, ',')
                          : "-",
           cases[i].want, cases[i].name);
    }
    fails(mcp_oauth_claim_texts(&texts, "{", "email", cx), MCP_E_SERVER_ERROR,
          "what is not JSON is no answer");
    ok(texts && !texts->nelts, "and no text");
}

TAP_MAIN(body)
