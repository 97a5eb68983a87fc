/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},      {"email", "/email"},
    {"name", "/name"},        {"name", "/preferred_username"},
    {"picture", "/picture"},  {"roles", "/roles"},
    {"roles", "/groups"},     {"permissions", "/permissions"},
    {"organization", "/org"}, {"client", "/client_id"},
    {"scopes", "/scope"},     {NULL, NULL},
};

static const char *const regions[] = {"com",  "eu", "ca",
                                      "asia", "sg", "com.au"};

/* The region's domain, with or without what stands before it. */
static const char *region_of(const char *text)
{
    const char *dot = strstr(text, "pingone.");
    apr_size_t i;

    if (dot)
        text = dot + sizeof("pingone.") - 1;
    for (i = 0; i < sizeof(regions) / sizeof(*regions); i++)
        if (!strcmp(regions[i], text))
            return regions[i];
    return NULL;
}

static const char *environment_check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const apr_array_header_t *arguments = idp->arguments;
    const char *environment = APR_ARRAY_IDX(arguments, 0, const char *);
    const char *written = arguments->nelts > 1
                              ? APR_ARRAY_IDX(arguments, 1, const char *)
                              : "com";
    const char *region = region_of(written);

    if (!mcp_idp_argument_is_guid(environment))
        return apr_psprintf(pool,
                            "\"%s\" is not an environment's id, a GUID that "
                            "the PingOne console shows under Settings, "
                            "Environment Properties. %s",
                            environment, mcp_idp_argument_example(idp, pool));
    if (!region)
        return apr_psprintf(pool,
                            "\"%s\" is not a region of PingOne. Write com, "
                            "eu, ca, asia, sg or com.au.",
                            written);
    return mcp_idp_remote_fill(idp,
                               apr_pstrcat(pool, "https://auth.pingone.",
                                           region, "/", environment, "/as",
                                           NULL),
                               pool);
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *text, *wrong = NULL;

    if (mcp_idp_argument_is_url(idp)) {
        wrong = mcp_idp_argument_base(&text, idp, pool);
        return wrong ? wrong : mcp_idp_remote_fill(idp, text, pool);
    }
    if (!idp->arguments || idp->arguments->nelts != 2)
        wrong = mcp_idp_argument_one(&text, idp, pool);
    return wrong ? wrong : environment_check(idp, pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "an environment's id",
    .example = "11111111-2222-3333-4444-555555555555 eu",
    .issuer = "https://auth.pingone.com/%s/as",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .algorithms = "RS256 ES256",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "PingOne knows no such environment in this region. Write "
        "the region behind the id: com, eu, ca, asia, sg or com.au.",
    .hints.opaque = "Write \"Verify userinfo\", or drop Verify.",
    .hints.invalid_scope =
        "Allow these scopes to the application at PingOne, on its "
        "tab Resources. Beside those of OpenID Connect, scopes of "
        "one resource only can be asked for at a time.",
    .hints.audience =
        "PingOne puts the audience of the resource into aud whose "
        "scopes were asked for. Write that in Audience.",
    .hints.no_refresh =
        "Tick Refresh Token among the grant types of the "
        "application at PingOne; or allow it offline_access and "
        "have that in Scopes.",
};

const mcp_idp_preset_t mcp_idp_pingone = {"pingone", check, NULL, &facts};
