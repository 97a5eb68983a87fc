/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},         {"email", "/email"},
    {"name", "/name"},           {"name", "/preferred_username"},
    {"picture", "/picture"},     {"roles", "/roles"},
    {"roles", "/groups"},        {"permissions", "/permissions"},
    {"organization", "/org_id"}, {"client", "/client_id"},
    {"client", "/azp"},          {"client", "/cid"},
    {"client", "/appid"},        {"scopes", "/scope"},
    {"scopes", "/scp"},          {NULL, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_ISSUER,
    .argument = "the URL of an issuer",
    .example = "https://sso.example.com",
    .issuer = "%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .algorithms = MCP_IDP_REMOTE_ALGORITHMS,
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Write the issuer as the provider spells it, a last slash "
        "too; or where the document is, with Endpoint discovery.",
    .hints.invalid_scope =
        "The provider does not know one of the scopes, often "
        "offline_access. Write those that it knows in Scopes.",
    .hints.no_refresh =
        "Many providers give a refresh token where offline_access "
        "is in Scopes and the client may have it there.",
};

const mcp_idp_preset_t mcp_idp_oidc = {"oidc", mcp_idp_remote_check, NULL,
                                       &facts};
