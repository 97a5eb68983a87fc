/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},     {"email", "/email"},     {"name", "/name"},
    {"picture", "/picture"}, {"organization", "/hd"}, {"client", "/azp"},
    {"client", "/aud"},      {"scopes", "/scope"},    {NULL, NULL},
};

static const char *const parameters[] = {
    "access_type", "offline", "prompt", "consent", NULL,
};

static const mcp_idp_endpoint_fact_t endpoints[] = {
    {MCP_IDP_ENDPOINT_INTROSPECTION,
     "https://oauth2.googleapis.com/tokeninfo"},
    {0, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_NONE,
    .issuer = "https://accounts.google.com",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email",
    .prompt = "consent select_account",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_INTROSPECTION,
    .is_tokeninfo = 1,
    .endpoints = endpoints,
    .revokes_all = 1,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .parameters = parameters,
    .claims = words,
    .hints.opaque = "Access tokens of Google are opaque. Drop Verify.",
    .hints.invalid_scope =
        "Google has no scope offline_access; refresh tokens come "
        "with access_type=offline, which is sent already. Drop it "
        "from Scopes.",
    .hints.no_refresh =
        "Google gives a refresh token with access_type=offline and "
        "prompt=consent; is one of them changed by Parameter?",
};

const mcp_idp_preset_t mcp_idp_google = {"google", mcp_idp_remote_check, NULL,
                                         &facts};
