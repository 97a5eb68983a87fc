/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/uid"},
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/preferred_username"},
    {"picture", "/picture"},
    {"roles", "/roles"},
    {"roles", "/groups"},
    {"permissions", "/permissions"},
    {"client", "/cid"},
    {"client", "/client_id"},
    {"scopes", "/scp"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

#define SERVER "/oauth2/"
#define DEFAULT SERVER "default"

/* The issuer of another authorization server than "default". */
static const char *server_check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *url, *wrong = mcp_idp_argument_base(&url, idp, pool);
    const char *host = wrong ? NULL : mcp_idp_argument_host(url, pool);

    if (wrong)
        return wrong;
    if (!strstr(url, SERVER) && !idp->issuers)
        return apr_psprintf(
            pool,
            "\"%s\" can be two authorization servers. Write \"okta %s\" for "
            "the one called default, whose issuer is %s" DEFAULT "; for that "
            "of the org itself, add \"Issuer %s\".",
            url, host, url, url);
    return mcp_idp_remote_fill(idp, url, pool);
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *domain, *wrong, *admin;

    if (mcp_idp_argument_is_url(idp))
        return server_check(idp, pool);
    wrong = mcp_idp_argument_domain(&domain, idp, pool);
    if (wrong)
        return wrong;
    admin = strstr(domain, "-admin.okta");
    if (admin)
        return apr_psprintf(
            pool, "\"%s\" is the admin console. Write \"okta %s%s\".", domain,
            apr_pstrmemdup(pool, domain, (apr_size_t)(admin - domain)),
            admin + sizeof("-admin") - 1);
    return mcp_idp_remote_fill(
        idp, apr_pstrcat(pool, "https://", domain, DEFAULT, NULL), pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "the domain of an org",
    .example = "example.okta.com",
    .issuer = "https://%s/oauth2/default",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .endpoint_audience = 1,
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .algorithms = "RS256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "This org of Okta has no authorization server called default, "
        "which comes with API Access Management. Write the issuer of one "
        "that it has instead of the domain; for the server of the org "
        "itself also the line \"Issuer https://example.okta.com\".",
    .hints.opaque =
        "Access tokens of the org authorization server of Okta are "
        "for Okta alone. Drop Verify, or use a custom authorization"
        " server.",
    .hints.invalid_scope =
        "Add these scopes to the authorization server at Okta "
        "(Security, API), or drop them from Scopes.",
    .hints.audience =
        "The aud is set for the whole authorization server at Okta "
        "(Security, API, its name, Audience). Write that in "
        "Audience.",
    .hints.no_refresh =
        "Tick Refresh Token among the grant types of the "
        "application at Okta, and have offline_access in Scopes.",
};

const mcp_idp_preset_t mcp_idp_okta = {"okta", check, NULL, &facts};
