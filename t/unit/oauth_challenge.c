/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/scope.h"
#include "oauth/challenge.h"

#define METADATA                                                              \
    "resource_metadata=\"https://h.example/.well-known/"                      \
    "oauth-protected-resource/mcp\""

#define ALGS                                                                  \
    "algs=\"ES256 ES384 ES512 RS256 RS384 RS512 PS256 PS384 PS512 EdDSA "     \
    "Ed25519\""

static const struct {
    const char *name;
    int code; /* of error.def; -1: no error */
    const char *scope;
    const char *want;
    int is_dpop; /* the request came by that scheme */
    int dpop;    /* MCPDPoP; 0: none */
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
    {"RFC 9449 7.1: a bad token by the scheme DPoP", MCP_E_INVALID_TOKEN, NULL,
     "DPoP " ALGS ", error=\"invalid_token\", error_description=\"The access "
     "token is invalid, expired or revoked.\", " METADATA,
     1, 0},
    {"a bad proof", MCP_E_DPOP_PROOF_REFUSED, NULL,
     "DPoP " ALGS ", error=\"invalid_dpop_proof\", error_description=\"The "
     "DPoP proof is missing, does not fit the request, or was used "
     "before.\", " METADATA,
     1, MCP_DPOP_OPTIONAL},
    {"no token where proofs are taken", -1, NULL, "Bearer " METADATA, 0,
     MCP_DPOP_OPTIONAL},
    {"no token where they are required", -1, NULL, "DPoP " ALGS ", " METADATA,
     0, MCP_DPOP_REQUIRE},
};

static void test(mcp_ctx_t *cx)
{
    mcp_oauth_resource_t resource;
    mcp_settings_t settings;
    apr_array_header_t *scopes;
    mcp_error_t *e;
    apr_size_t i;

    memset(&resource, 0, sizeof(resource));
    memset(&settings, 0, sizeof(settings));
    resource.settings = &settings;
    resource.metadata_url =
        "https://h.example/.well-known/oauth-protected-resource/mcp";
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        e = rows[i].code < 0
                ? NULL
                : mcp_error_make((mcp_error_code_t)rows[i].code, cx, "x");
        fine(mcp_scope_read(&scopes, rows[i].scope, cx), "scopes");
        settings.dpop = rows[i].dpop;
        is(mcp_oauth_challenge_text(&resource, e,
                                    rows[i].scope ? scopes : NULL,
                                    rows[i].is_dpop, cx->pool),
           rows[i].want, rows[i].name);
    }
    settings.dpop = 0;
    e = mcp_error_tell(MCP_E_INVALID_TOKEN, cx, "say \"no\"\r\nX: y");
    ok(strstr(mcp_oauth_challenge_text(&resource, e, NULL, 0, cx->pool),
              "\"say \\\"no\\\"X: y\"") != NULL,
       "RFC 9110 5.6.4: quotes are escaped, line ends never get through");
}

TAP_MAIN(test)
