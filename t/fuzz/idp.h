/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_IDP_H
#define MCP_T_FUZZ_IDP_H

#include "idp/metadata.h"
#include "target.h"

/* A provider whose words are whatever comes in. */

#define ISSUER "https://idp.example"
#define CLIENT "client"

static const mcp_idp_claim_fact_t idp_claims[] = {
    {"subject", "/sub"}, {"user", "/preferred_username"},
    {"email", "/email"}, {"name", "/name"},
    {"roles", "/roles"}, {"permissions", "/permissions"},
    {NULL, NULL},
};
static const mcp_idp_facts_t idp_facts = {
    .claims = idp_claims, .emails = "/emails", .emails_scope = "user:email"};
static const mcp_idp_preset_t idp_preset = {.name = "fuzz",
                                            .facts = &idp_facts};
static const mcp_idp_client_setting_t idp_client = {CLIENT, NULL, 0};

static inline mcp_idp_t *idp_make(apr_pool_t *pool)
{
    mcp_idp_t *idp = apr_pcalloc(pool, sizeof(*idp));

    idp->preset = &idp_preset;
    idp->label = "Fuzz";
    idp->issuer = ISSUER;
    idp->client = &idp_client;
    idp->verify = MCP_IDP_VERIFY_ID_TOKEN;
    idp->algorithms = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(idp->algorithms, const char *) = "HS256";
    idp->scopes = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(idp->scopes, const char *) = "user:email";
    return idp;
}

#endif
