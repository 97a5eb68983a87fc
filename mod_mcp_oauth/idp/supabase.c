/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/argument.h"
#include "idp/remote.h"

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/sub"},
    {"email", "/email"},
    {"name", "/name"},
    {"name", "/user_metadata/full_name"},
    {"name", "/user_metadata/name"},
    {"picture", "/picture"},
    {"picture", "/user_metadata/avatar_url"},
    {"roles", "/app_metadata/roles"},
    {"roles", "/app_metadata/role"},
    {"roles", "/role"},
    {"client", "/client_id"},
    {"scopes", "/scope"},
    {NULL, NULL},
};

#define PATH "/auth/v1"

/* How surely the user signed in: aal1, aal2 */
static apr_array_header_t *permissions(const mcp_json_t *claims,
                                       apr_pool_t *pool)
{
    const char *aal = mcp_json_string(mcp_json_get(claims, "aal"));
    apr_array_header_t *all;

    if (!aal)
        return NULL;
    all = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(all, const char *) = apr_pstrcat(pool, "aal:", aal, NULL);
    return all;
}

/* A self-hosted one: its own URL, or that of the gateway before it. */
static const char *url_check(const char **issuer, const mcp_idp_t *idp,
                             apr_pool_t *pool)
{
    const char *wrong = mcp_idp_argument_base(issuer, idp, pool);

    if (!wrong && !strchr(strstr(*issuer, "://") + 3, '/'))
        *issuer = apr_pstrcat(pool, *issuer, PATH, NULL);
    return wrong;
}

static const char *project_check(const char **issuer, const mcp_idp_t *idp,
                                 apr_pool_t *pool)
{
    const char *project, *wrong = mcp_idp_argument_one(&project, idp, pool);
    apr_size_t len;

    if (wrong)
        return wrong;
    len = strspn(project, "abcdefghijklmnopqrstuvwxyz0123456789");
    if (project[len] && strcmp(project + len, ".supabase.co") != 0)
        return apr_psprintf(pool,
                            "\"%s\" is not a project's reference: small "
                            "letters and digits. %s",
                            project, mcp_idp_argument_example(idp, pool));
    *issuer = apr_pstrcat(pool, "https://", apr_pstrmemdup(pool, project, len),
                          ".supabase.co" PATH, NULL);
    return NULL;
}

/* A project that signs with a secret gives no id_tokens; its access tokens
 * say the same. */
static void secret_fill(mcp_idp_t *idp, apr_pool_t *pool)
{
    if (!idp->shared_secret)
        return;
    idp->verify = MCP_IDP_VERIFY_JWT;
    if (!idp->scopes) {
        idp->scopes = apr_array_make(pool, 2, sizeof(const char *));
        APR_ARRAY_PUSH(idp->scopes, const char *) = "profile";
        APR_ARRAY_PUSH(idp->scopes, const char *) = "email";
    }
}

static const char *check(mcp_idp_t *idp, apr_pool_t *pool)
{
    const char *issuer;
    const char *wrong = mcp_idp_argument_is_url(idp)
                            ? url_check(&issuer, idp, pool)
                            : project_check(&issuer, idp, pool);

    if (wrong)
        return wrong;
    secret_fill(idp, pool);
    return mcp_idp_remote_fill(idp, issuer, pool);
}

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_DOMAIN,
    .argument = "a project's reference",
    .example = "abcdefghijklmnopqrst",
    .issuer = "https://%s.supabase.co/auth/v1",
    .discovery = MCP_IDP_DISCOVERY_OAUTH,
    .accepts = "authenticated",
    .scopes = "openid profile email",
    .verify = MCP_IDP_VERIFY_ID_TOKEN,
    .bearer = MCP_IDP_VERIFY_JWT,
    .tells_more = 1,
    .algorithms = "ES256 RS256",
    .permissions = permissions,
    .editable = "/user_metadata",
    .email = MCP_IDP_EMAIL_VERIFIED,
    .claims = words,
    .hints.no_discovery =
        "Turn on the OAuth server of the project (Authentication, "
        "OAuth Server); is its reference right?",
    .hints.opaque = "Access tokens of Supabase are JWTs: is this the project "
                    "that the client is in?",
    .hints.invalid_scope =
        "Supabase knows openid, profile, email and phone; refresh "
        "tokens come without a scope. Drop all else from Scopes.",
    .hints.audience =
        "The aud of Supabase is \"authenticated\". Drop Audience.",
    .hints.no_refresh =
        "Supabase gives a refresh token with every sign-in: has the"
        " client the grant type refresh_token there?",
};

const mcp_idp_preset_t mcp_idp_supabase = {"supabase", check, NULL, &facts};
