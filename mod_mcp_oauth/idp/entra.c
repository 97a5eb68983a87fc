/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

/* Microsoft Entra ID, version 2.0 of its endpoints. */

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"}, {"email", "/email"},
    {"name", "/name"},   {"name", "/preferred_username"},
    {"roles", "/roles"}, {"organization", "/tid"},
    {"client", "/azp"},  {"client", "/appid"},
    {"scopes", "/scp"},  {"scopes", "/scope"},
    {NULL, NULL},
};

#define LOGIN "https://login.microsoftonline.com/"
#define CONSUMERS "9188040d-6c67-4c5b-b112-36a304b66dad"

/* Names for many tenants: their tokens name the tenant of the user. */
static int is_for_many(const char *tenant)
{
    return !strcmp(tenant, "organizations") || !strcmp(tenant, "common");
}

static const char *many_refuse(const char *tenant, apr_pool_t *pool)
{
    return apr_psprintf(
        pool,
        "\"entra %s\" would let users of every tenant in. Write the id of "
        "yours (Entra admin center, Overview, Tenant ID); or say whose users "
        "may come, with \"Issuer " LOGIN "TENANT-ID/v2.0\" for each.",
        tenant);
}

static const char *tenant_refuse(const char *tenant, apr_pool_t *pool)
{
    if (!strcmp(tenant, "consumers"))
        return "\"entra consumers\", the tenant of personal accounts, is "
               "called otherwise in its tokens. Write \"entra " CONSUMERS
               "\".";
    return apr_psprintf(
        pool,
        "\"%s\" is not a tenant's id: tokens have the GUID, never a domain. "
        "The Entra admin center shows it as Tenant ID under Overview.",
        tenant);
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *tenant, *wrong = mcp_idp_argument_one(&tenant, idp, pool);

    if (!wrong && mcp_idp_argument_is_url(idp)) /* a national cloud */
        wrong = mcp_idp_argument_base(&tenant, idp, pool);
    else if (!wrong && is_for_many(tenant) && !idp->issuers)
        wrong = many_refuse(tenant, pool);
    else if (!wrong && !is_for_many(tenant) &&
             !mcp_idp_argument_is_guid(tenant))
        wrong = tenant_refuse(tenant, pool);
    if (wrong)
        return wrong;
    if (!mcp_idp_argument_is_url(idp))
        tenant = apr_pstrcat(pool, LOGIN, tenant, "/v2.0", NULL);
    return mcp_idp_remote_fill(idp, tenant, pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "a tenant's id",
    .example = "11111111-2222-3333-4444-555555555555",
    .issuer = "https://login.microsoftonline.com/%s/v2.0",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .endpoint_audience = 1,
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_EDOV,
    .claims = words,
    .hints.no_discovery =
        "Entra knows no such tenant. Its id is shown as Tenant ID "
        "under Overview in the Entra admin center.",
    .hints.opaque =
        "Access tokens of Entra that are for Microsoft Graph cannot"
        " be verified by others. Drop Verify.",
    .hints.invalid_scope =
        "Scopes of one API only can be asked for at a time, as "
        "api://ID/NAME, besides openid, profile, email and "
        "offline_access.",
    .hints.audience =
        "Set accessTokenAcceptedVersion to 2 in the manifest of the"
        " API at Entra: tokens of version 1 have another issuer and"
        " another aud.",
    .hints.no_refresh = "Have offline_access in Scopes.",
};

const mcp_idp_preset_t mcp_idp_entra = {"entra", check, NULL, &facts};
