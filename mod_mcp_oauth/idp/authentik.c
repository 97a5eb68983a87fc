/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

/* Its mapping of entitlements gives them as "roles" once more. */
static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},     {"email", "/email"},
    {"name", "/name"},       {"name", "/preferred_username"},
    {"picture", "/picture"}, {"roles", "/groups"},
    {"roles", "/roles"},     {"permissions", "/entitlements"},
    {"client", "/azp"},      {"client", "/client_id"},
    {"scopes", "/scope"},    {NULL, NULL},
};

#define PLACE "/application/o/"

/* Its issuers end in a slash; so does its URL where one issuer is for all
 * (issuer mode "same"), and Issuer says that. */
static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *url, *wrong = mcp_idp_argument_base(&url, idp, pool);
    const char *place = wrong ? NULL : strstr(url, PLACE);
    const char *name = place ? place + sizeof(PLACE) - 1 : "";

    if (wrong)
        return wrong;
    if (!*name || strchr(name, '/'))
        return apr_psprintf(pool,
                            "\"%s\" is not the issuer of a provider, which "
                            "ends in " PLACE "NAME/. %s",
                            url, mcp_idp_argument_example(idp, pool));
    return mcp_idp_remote_fill(idp, apr_pstrcat(pool, url, "/", NULL), pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_ISSUER,
    .argument = "the issuer of a provider",
    .example = "https://auth.example.com/application/o/mcp/",
    .issuer = "%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    /* of these it leaves out what the provider has no mapping of */
    .scopes = "openid profile email offline_access entitlements",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .algorithms = "RS256 ES256 ES384 ES512",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "authentik knows no application by this name. The provider "
        "shows its issuer as OpenID Configuration Issuer.",
    .hints.opaque =
        "Give the provider at authentik a signing key: without one "
        "it signs with its client secret.",
    .hints.audience = "authentik puts the client id into aud. Drop Audience.",
    .hints.no_refresh =
        "Add the scope mapping offline_access to the provider at "
        "authentik, and have it in Scopes.",
};

const mcp_idp_preset_t mcp_idp_authentik = {"authentik", check, NULL, &facts};
