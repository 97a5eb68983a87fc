/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},         {"subject", "/user_id"},
    {"subject", "/id"},          {"email", "/email"},
    {"name", "/name"},           {"name", "/preferred_username"},
    {"name", "/username"},       {"picture", "/picture"},
    {"picture", "/avatar_url"},  {"roles", "/roles"},
    {"roles", "/groups"},        {"permissions", "/permissions"},
    {"organization", "/org_id"}, {"client", "/client_id"},
    {"client", "/azp"},          {"scopes", "/scope"},
    {"scopes", "/scp"},          {NULL, NULL},
};

/* Who vouches for its users, where nothing says it: where they sign in. */
static const char *origin_of(const char *url, apr_pool_t *pool)
{
    const char *host = strstr(url, "://") + 3;

    return apr_pstrmemdup(pool, url,
                          (apr_size_t)(host - url) + strcspn(host, "/?"));
}

/* Where something is that its users get to see. */
static const char *place_of(const mcp_idp_t *idp)
{
    const char *url =
        mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_AUTHORIZATION);

    return url ? url
               : mcp_idp_remote_endpoint(idp, MCP_IDP_ENDPOINT_DISCOVERY);
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *place = place_of(idp), *issuer, *wrong;

    if (idp->arguments && idp->arguments->nelts) {
        wrong = mcp_idp_argument_issuer(&issuer, idp, pool);
        return wrong ? wrong : mcp_idp_remote_fill(idp, issuer, pool);
    }
    if (!place)
        return "oauth2: where do users sign in? Write in "
               "<MCPIdentityProvider oauth2> \"Endpoint authorization URL\", "
               "\"Endpoint token URL\" and \"Endpoint userinfo URL\".";
    idp->is_guess = !idp->issuers;
    return mcp_idp_remote_fill(idp, origin_of(place, pool), pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_ISSUER,
    .argument = "the URL of an issuer",
    .example = "https://login.example.com",
    .discovery = MCP_IDP_DISCOVERY_NONE,
    .verify = MCP_IDP_VERIFY_USERINFO,
    .bearer = MCP_IDP_VERIFY_INTROSPECTION,
    .algorithms = MCP_IDP_REMOTE_ALGORITHMS,
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.opaque = "The access tokens of the provider are opaque. Write "
                    "\"Verify userinfo\", or \"Verify introspection\".",
    .hints.invalid_scope = "Write in Scopes those that the provider knows.",
};

const mcp_idp_preset_t mcp_idp_oauth2 = {"oauth2", check, NULL, &facts};
