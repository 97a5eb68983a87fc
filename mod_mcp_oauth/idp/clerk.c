/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/preferred_username"},
    {"picture", "/picture"},
    {"roles", "/org_role"},
    {"roles", "/o/rol"},
    {"permissions", "/org_permissions"},
    {"organization", "/org_id"},
    {"organization", "/o/id"},
    {"client", "/client_id"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "the domain of the Frontend API",
    .example = "example.clerk.accounts.dev",
    .issuer = "https://%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .has_no_aud = 1,
    .algorithms = "RS256",
    .editable = "/unsafe_metadata",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Clerk knows no instance by this domain. Take it from "
        "Frontend API URL on the page API keys of the dashboard; it"
        " is not the domain of the application.",
    .hints.opaque = "Turn on Generate access tokens as JWTs at Clerk (OAuth "
                    "applications, Settings), or drop Verify.",
    .hints.invalid_scope =
        "Clerk refuses scopes that are not ticked. Tick openid, "
        "profile, email and offline_access in the OAuth application"
        " there, or write in Scopes exactly what is ticked.",
    .hints.audience =
        "Access tokens of Clerk have no aud, but client_id: Audience "
        "is for a resource server alone, and names clients.",
    .hints.no_refresh =
        "Tick offline_access in the OAuth application at Clerk, and"
        " have it in Scopes.",
};

const mcp_idp_preset_t mcp_idp_clerk = {"clerk", mcp_idp_remote_check, NULL,
                                        &facts};
