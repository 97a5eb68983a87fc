/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/preferred_username"},
    {"picture", "/picture"},
    {"roles", "/roles"},
    {"roles", "/role"},
    {"permissions", "/permissions"},
    {"organization", "/org_id"},
    {"client", "/client_id"},
    {"client", "/azp"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

static const mcp_idp_endpoint_fact_t endpoints[] = {
    {MCP_IDP_ENDPOINT_USERINFO, "%s/oauth2/userinfo"},
    {0, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "the domain of AuthKit",
    .example = "example.authkit.app",
    .issuer = "https://%s",
    .discovery = MCP_IDP_DISCOVERY_OAUTH,
    .method = MCP_IDP_POST,
    .takes_resource = 1,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .tells_more = 1,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .endpoints = endpoints,
    .claims = words,
    .hints.no_discovery =
        "WorkOS knows no AuthKit by this domain. Take it from "
        "Domains in the dashboard; it is not api.workos.com.",
    .hints.opaque = "The access tokens of this application of WorkOS Connect "
                    "are opaque. Drop Verify.",
    .hints.invalid_scope = "WorkOS Connect knows openid, profile, email and "
                           "offline_access. Drop all else from Scopes.",
    .hints.audience =
        "WorkOS puts the resource into aud once it is a resource "
        "indicator in the dashboard (Connect, Configuration). Add "
        "the URL of the location there.",
    .hints.no_refresh =
        "Have offline_access in Scopes; the application at WorkOS "
        "has to be one of Connect, of the kind OAuth.",
};

const mcp_idp_preset_t mcp_idp_workos = {"workos", mcp_idp_remote_check, NULL,
                                         &facts};
