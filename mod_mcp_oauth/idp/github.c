/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/remote.h"

/* No OpenID provider: the API says who the user is. The address in a profile
 * comes without a word on whether it was verified. Its issuer is known from
 * its callbacks, which have iss (RFC 9207). */

static const mcp_idp_claim_fact_t words[] = {
    {"subject", "/id"}, {"email", "/email"},        {"name", "/name"},
    {"name", "/login"}, {"picture", "/avatar_url"}, {"scopes", "/scope"},
    {NULL, NULL},
};

static const mcp_idp_endpoint_fact_t endpoints[] = {
    {MCP_IDP_ENDPOINT_AUTHORIZATION, "%s/authorize"},
    {MCP_IDP_ENDPOINT_TOKEN, "%s/access_token"},
    {MCP_IDP_ENDPOINT_USERINFO, "https://api.github.com/user"},
    {0, NULL},
};

static const mcp_idp_facts_t facts = {
    .kind = MCP_IDP_ARGUMENT_NONE,
    .issuer = "https://github.com/login/oauth",
    .discovery = MCP_IDP_DISCOVERY_NONE,
    .method = MCP_IDP_POST,
    .scopes = "read:user user:email",
    .prompt = "select_account",
    .verify = MCP_IDP_VERIFY_USERINFO,
    .email = MCP_IDP_EMAIL_VERIFIED,
    .accept = "application/vnd.github+json",
    .emails = "/emails",
    .emails_scope = "user:email",
    .endpoints = endpoints,
    .claims = words,
    .hints.no_refresh =
        "An OAuth app of GitHub gives no refresh tokens, and its "
        "access tokens do not expire. A GitHub App gives them where"
        " \"Expire user authorization tokens\" is on.",
};

const mcp_idp_preset_t mcp_idp_github = {"github", mcp_idp_remote_check, NULL,
                                         &facts};
