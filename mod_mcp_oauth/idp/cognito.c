/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/cognito:username"},
    {"name", "/username"},
    {"picture", "/picture"},
    {"roles", "/cognito:groups"},
    {"client", "/client_id"},
    {"client", "/aud"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

/* region_id; the region is a part of the host too, and China's are elsewhere
 */
static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *pool_id, *wrong = mcp_idp_argument_one(&pool_id, idp, pool);
    const char *bar = wrong ? NULL : strchr(pool_id, '_');

    if (wrong)
        return wrong;
    if (mcp_idp_argument_is_url(idp)) {
        wrong = mcp_idp_argument_base(&pool_id, idp, pool);
        return wrong ? wrong : mcp_idp_remote_fill(idp, pool_id, pool);
    }
    if (!bar || bar == pool_id || !bar[1] || strpbrk(pool_id, "/.:?#"))
        return apr_psprintf(pool,
                            "\"%s\" is not a user pool's id, which begins "
                            "with its region. %s",
                            pool_id, mcp_idp_argument_example(idp, pool));
    return mcp_idp_remote_fill(
        idp,
        apr_pstrcat(pool, "https://cognito-idp.",
                    apr_pstrmemdup(pool, pool_id, (apr_size_t)(bar - pool_id)),
                    ".amazonaws.com", strncmp(pool_id, "cn-", 3) ? "" : ".cn",
                    "/", pool_id, NULL),
        pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "a user pool's id",
    .example = "eu-west-1_AbCdEf123",
    .issuer = "https://cognito-idp.%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .has_no_aud = 1,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Amazon Cognito knows no such user pool. The console shows "
        "its id under User pools, Overview.",
    .hints.opaque = "Drop Verify.",
    .hints.invalid_scope =
        "Allow these scopes to the app client at Cognito (Login "
        "pages); it has no offline_access, and gives refresh tokens"
        " always.",
    .hints.audience =
        "Access tokens of Cognito have no aud, but client_id: Audience is "
        "for a resource server alone, and names app clients.",
    .hints.no_refresh = "Allow the app client at Cognito the flow "
                        "ALLOW_REFRESH_TOKEN_AUTH.",
};

const mcp_idp_preset_t mcp_idp_cognito = {"cognito", check, NULL, &facts};
