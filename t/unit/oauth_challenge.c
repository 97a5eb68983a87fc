/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/scope.h"
#include "oauth/challenge.h"

#define METADATA                                                              \
    "resource_metadata=\"https://h.example/.well-known/"                      \
    "oauth-protected-resource/mcp\""

static const struct {
    const char *name;
    int code; /* of error.def; -1: no error */
    const char *scope;
    const char *want;
} rows[] = {
    {"no token: bare (RFC 6750 3)", -1, NULL, "Bearer " METADATA},
    {"no token, no scopes", -1, "", "Bearer " METADATA},
    {"no token: the scopes to ask for", -1, "a b",
     "Bearer scope=\"a b\", " METADATA},
    {"a bad token", MCP_E_INVALID_TOKEN, NULL,
     "Bearer error=\"invalid_token\", error_description=\"The access token "
     "is invalid, expired or revoked.\", " METADATA},
    {"too little scope", MCP_E_INSUFFICIENT_SCOPE, "tasks:read tasks:write",
     "Bearer error=\"insufficient_scope\", error_description=\"The access "
     "token does not carry the scope needed.\", "
     "scope=\"tasks:read tasks:write\", " METADATA},
    {"a malformed request", MCP_E_INVALID_REQUEST, NULL,
     "Bearer error=\"invalid_request\", error_description=\"The request is "
     "malformed.\", " METADATA},
};

static void test(mcp_ctx_t *cx)
{
    mcp_oauth_resource_t resource;
    apr_array_header_t *scopes;
    mcp_error_t *e;
    apr_size_t i;

    memset(&resource, 0, sizeof(resource));
    resource.metadata_url =
        "https://h.example/.well-known/oauth-protected-resource/mcp";
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        e = rows[i].code < 0
                ? NULL
                : mcp_error_make((mcp_error_code_t)rows[i].code, cx, "x");
        fine(mcp_scope_read(&scopes, rows[i].scope, cx), "scopes");
        is(mcp_oauth_challenge_text(&resource, e,
                                    rows[i].scope ? scopes : NULL, cx->pool),
           rows[i].want, rows[i].name);
    }
    e = mcp_error_tell(MCP_E_INVALID_TOKEN, cx, "say \"no\"\r\nX: y");
    ok(strstr(mcp_oauth_challenge_text(&resource, e, NULL, cx->pool),
              "\"say \\\"no\\\"X: y\"") != NULL,
       "RFC 9110 5.6.4: quotes are escaped, line ends never get through");
}

TAP_MAIN(test)
