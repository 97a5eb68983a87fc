/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_REMOTE_H
#define MCP_T_FUZZ_REMOTE_H

#include "idp/preset.h"
#include "jose/jws.h"
#include "service.h"

/* The service with a provider elsewhere, whose tokens are signed with a secret
 * that we share: nothing has to be fetched for that. */

#define IDP "https://idp.example"
#define CLIENT "client"
#define SECRET "0123456789abcdef0123456789abcdef"

static const mcp_idp_claim_fact_t remote_claims[] = {
    {"subject", "/sub"}, {"email", "/email"}, {NULL, NULL}};
static const mcp_idp_facts_t remote_facts = {.claims = remote_claims};
static const mcp_idp_preset_t remote_preset = {.name = "fuzz",
                                               .facts = &remote_facts};
static const mcp_idp_client_setting_t remote_client = {CLIENT, NULL, 0};

static inline const mcp_jose_jwk_t *secret_key(mcp_ctx_t *cx)
{
    mcp_jose_jwk_t *key;

    PROMISE(!mcp_jose_jwk_secret(&key, SECRET, strlen(SECRET), cx));
    return key;
}

static inline const char *signed_text(const char *claims, const char *typ,
                                      mcp_ctx_t *cx)
{
    const char *text;

    return mcp_jose_jws_sign(&text, claims, typ, secret_key(cx), cx) ? NULL
                                                                     : text;
}

static inline mcp_idp_t *remote_idp(mcp_ctx_t *cx)
{
    mcp_idp_t *idp = apr_pcalloc(cx->pool, sizeof(*idp));
    mcp_idp_endpoint_setting_t *row;

    idp->preset = &remote_preset;
    idp->label = idp->key = "fuzz";
    idp->issuer = IDP;
    idp->client = &remote_client;
    idp->verify = MCP_IDP_VERIFY_ID_TOKEN;
    idp->algorithms = apr_array_make(cx->pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(idp->algorithms, const char *) = "HS256";
    idp->shared_jwk = secret_key(cx);
    idp->endpoints =
        apr_array_make(cx->pool, 1, sizeof(mcp_idp_endpoint_setting_t));
    row = apr_array_push(idp->endpoints);
    row->kind = MCP_IDP_ENDPOINT_TOKEN;
    row->url = IDP "/token";
    return idp;
}

static inline mcp_oauth_service_t *remote_service(mcp_ctx_t *cx)
{
    mcp_oauth_service_t *service = service_make(cx->pool);
    const mcp_oauth_resource_t *resource =
        APR_ARRAY_IDX(service->resources, 0, const mcp_oauth_resource_t *);
    mcp_settings_t *settings = (mcp_settings_t *)resource->settings;
    mcp_lifetime_t *lifetime = (mcp_lifetime_t *)settings->lifetime;
    apr_array_header_t *idps =
        apr_array_make(cx->pool, 1, sizeof(const mcp_idp_t *));

    APR_ARRAY_PUSH(idps, const mcp_idp_t *) = remote_idp(cx);
    settings->idps = idps;
    ((mcp_oauth_resource_t *)resource)->service = service;
    lifetime->sign_in = lifetime->code = lifetime->consent = 600;
    return service;
}

/* As server/endpoint makes it. */
static inline mcp_oauth_exchange_t
exchange_of(const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    mcp_oauth_exchange_t x;

    memset(&x, 0, sizeof(x));
    x.service = service;
    x.method = "GET";
    x.suffix = "";
    x.status = 200;
    x.headers = apr_table_make(cx->pool, 4);
    x.address = "192.0.2.1";
    return x;
}

#endif
