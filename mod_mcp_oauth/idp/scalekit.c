/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/preferred_username"},
    {"picture", "/picture"},
    {"roles", "/roles"},
    {"permissions", "/permissions"},
    {"organization", "/org_id"},
    {"organization", "/oid"},
    {"client", "/client_id"},
    {"client", "/azp"},
    {"scopes", "/scope"},
    {"scopes", "/scopes"},
    {NULL, NULL},
};

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *url, *wrong = mcp_idp_argument_base(&url, idp, pool);

    return wrong ? wrong : mcp_idp_remote_fill(idp, url, pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_ISSUER,
    .argument = "the URL of an environment",
    .example = "https://example.scalekit.com",
    .issuer = "%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .tells_more = 1,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Scalekit knows no such environment. The dashboard shows "
        "its Environment URL under Settings, API credentials.",
    .hints.invalid_scope =
        "Write in Scopes those that Scalekit knows: openid, "
        "profile, email and offline_access.",
    .hints.audience =
        "Scalekit puts the id of the resource (res_...) into aud. "
        "Write that in Audience.",
    .hints.no_refresh = "Have offline_access in Scopes.",
};

const mcp_idp_preset_t mcp_idp_scalekit = {"scalekit", check, NULL, &facts};
