/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/preferred_username"},
    {"picture", "/picture"},
    {"roles", "/realm_access/roles"},
    {"organization", "/organization/0"},
    {"client", "/azp"},
    {"client", "/client_id"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

/* resource_access.{client}.roles[] as client:role */
static void client_add(apr_array_header_t *permissions, const char *client,
                       const mcp_json_t *roles, apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < mcp_json_size(roles); i++) {
        const char *role = mcp_json_string(mcp_json_at(roles, i));

        if (role)
            APR_ARRAY_PUSH(permissions, const char *) =
                apr_pstrcat(pool, client, ":", role, NULL);
    }
}

static apr_array_header_t *permissions(const mcp_json_t *claims,
                                       apr_pool_t *pool)
{
    const mcp_json_t *clients = mcp_json_get(claims, "resource_access");
    apr_array_header_t *all;
    mcp_json_iter_t *i;

    if (mcp_json_type(clients) != MCP_JSON_OBJECT)
        return NULL;
    all = apr_array_make(pool, 4, sizeof(const char *));
    for (i = mcp_json_first(clients); i; i = mcp_json_next(clients, i))
        client_add(all, mcp_json_iter_name(i),
                   mcp_json_get(mcp_json_iter_value(i), "roles"), pool);
    return all;
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *url, *wrong = mcp_idp_argument_base(&url, idp, pool);
    const char *realm = wrong ? NULL : strstr(url, "/realms/");

    if (wrong)
        return wrong;
    if (!realm || strchr(realm + sizeof("/realms/") - 1, '/'))
        return apr_psprintf(pool,
                            "\"%s\" is not the URL of a realm, which ends in "
                            "/realms/NAME. %s",
                            url, mcp_idp_argument_example(idp, pool));
    return mcp_idp_remote_fill(idp, url, pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_ISSUER,
    .argument = "the URL of a realm",
    .example = "https://sso.example.com/realms/staff",
    .issuer = "%s",
    .discovery = MCP_IDP_DISCOVERY_OIDC,
    .scopes = "openid profile email offline_access",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .tells_more = 1,
    .algorithms = MCP_IDP_REMOTE_ALGORITHMS,
    .permissions = permissions,
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Keycloak knows no such realm at this address. From version"
        " 17 on there is no /auth before /realms, unless it was "
        "configured.",
    .hints.opaque =
        "Access tokens of Keycloak are JWTs: is this the realm that"
        " the client is in?",
    .hints.invalid_scope =
        "Assign these as client scopes to the client at Keycloak "
        "(Clients, its name, Client scopes), or drop them from "
        "Scopes.",
    .hints.audience =
        "Keycloak puts a resource into aud by a mapper: Clients, "
        "its name, Client scopes, the dedicated one, Add mapper, "
        "Audience.",
    .hints.no_refresh =
        "Assign the client scope offline_access to the client at "
        "Keycloak, and have it in Scopes.",
};

const mcp_idp_preset_t mcp_idp_keycloak = {"keycloak", check, NULL, &facts};
