/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/nickname"},
    {"picture", "/picture"},
    {"permissions", "/permissions"},
    {"organization", "/org_id"},
    {"client", "/azp"},
    {"client", "/client_id"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "the domain of a tenant",
    .example = "example.us.auth0.com",
    .issuer = "https://%s/",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .audience = "audience",
    .needs_audience = 1,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .tells_more = 1,
    /* tenants of before 2021, and whoever turned on that the revocation of a
     * refresh token deletes the grant */
    .revokes_all = 1,
    .algorithms = "RS256 PS256",
    .editable = "/user_metadata",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Auth0 knows no tenant by this domain. Take Domain from the"
        " settings of the application there, without https:// and "
        "without a path.",
    .hints.opaque =
        "Auth0 gives opaque access tokens to those who ask for no "
        "API. Write \"Audience IDENTIFIER\" with the Identifier that "
        "the dashboard shows under Applications, APIs.",
    .hints.invalid_scope =
        "Drop from Scopes what neither Auth0 nor the API there knows.",
    .hints.audience =
        "Auth0 puts the API into aud that was asked for: write in "
        "Audience the Identifier that the dashboard shows under "
        "Applications, APIs, byte for byte.",
    .hints.no_refresh =
        "Turn on Allow Offline Access in the settings of the API at"
        " Auth0, and have offline_access in Scopes.",
};

const mcp_idp_preset_t mcp_idp_auth0 = {"auth0", mcp_idp_remote_check, NULL,
                                        &facts};
