/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/writer.h"
#include "oauth/cimd.h"
#include "oauth/dpop.h"
#include "oauth/endpoint.h"
#include "oauth/provider_metadata.h"
#include "oauth/registered.h"
#include "oauth/scopes.h"

#define REGISTER "register"
#define INTROSPECT "introspect"
#define CLIENT_CREDENTIALS "client_credentials"
/* what an assertion may be signed with: RFC 8414 2 wants it said wherever
 * private_key_jwt is */
#define ALGORITHMS                                                            \
    {                                                                         \
        "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256",        \
            "PS384", "PS512", "EdDSA", NULL                                   \
    }

/* The members that are lists of words, in the order they are sent; endpoint:
 * without it there is none of them. The last two belong to OpenID Connect
 * Discovery: clients that look under that name refuse a document without
 * them. */
static const struct {
    const char *name;
    const char *endpoint;
    const char *words[11];
} lists[] = {
    {"response_types_supported", NULL, {"code", NULL}},
    {"response_modes_supported", NULL, {"query", NULL}},
    {"grant_types_supported",
     NULL,
     {"authorization_code", "refresh_token", CLIENT_CREDENTIALS, NULL}},
    {"token_endpoint_auth_methods_supported",
     "token",
     {"none", "client_secret_basic", "client_secret_post", "private_key_jwt",
      NULL}},
    {"token_endpoint_auth_signing_alg_values_supported", "token", ALGORITHMS},
    {"revocation_endpoint_auth_methods_supported",
     "revoke",
     {"none", "client_secret_basic", "client_secret_post", "private_key_jwt",
      NULL}},
    {"revocation_endpoint_auth_signing_alg_values_supported", "revoke",
     ALGORITHMS},
    {"introspection_endpoint_auth_methods_supported",
     INTROSPECT,
     {"client_secret_basic", "client_secret_post", "private_key_jwt", NULL}},
    {"introspection_endpoint_auth_signing_alg_values_supported", INTROSPECT,
     ALGORITHMS},
    {"code_challenge_methods_supported", NULL, {"S256", NULL}},
    {"subject_types_supported", NULL, {"public", NULL}},
    {"id_token_signing_alg_values_supported", NULL, {"ES256", NULL}},
};

static const struct {
    const char *name;
    const char *endpoint;
} endpoints[] = {
    {"authorization_endpoint", "authorize"}, {"token_endpoint", "token"},
    {"registration_endpoint", REGISTER},     {"revocation_endpoint", "revoke"},
    {"introspection_endpoint", INTROSPECT},  {"jwks_uri", "jwks"},
};

/* Not for clients that register themselves: named where one may use it. */
static int is_offered(const char *word, const mcp_oauth_service_t *service)
{
    return strcmp(word, CLIENT_CREDENTIALS) != 0 ||
           mcp_oauth_registered_has(service, MCP_GRANTS_CLIENT);
}

/* Nor an endpoint that nobody may use. */
static int is_open(const char *endpoint, const mcp_oauth_service_t *service)
{
    if (endpoint && !strcmp(endpoint, REGISTER))
        return mcp_oauth_service_registers(service);
    if (endpoint && !strcmp(endpoint, INTROSPECT))
        return mcp_oauth_registered_introspects(service);
    return 1;
}

static void write_lists(mcp_writer_t *w, const mcp_oauth_service_t *service)
{
    apr_size_t i;
    int j;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!is_open(lists[i].endpoint, service))
            continue;
        mcp_writer_name(w, lists[i].name);
        mcp_writer_open(w, '[');
        for (j = 0; lists[i].words[j]; j++)
            if (is_offered(lists[i].words[j], service))
                mcp_writer_string(w, lists[i].words[j]);
        mcp_writer_close(w);
    }
}

static void write_scopes(mcp_writer_t *w, const mcp_oauth_service_t *service,
                         apr_pool_t *pool)
{
    const apr_array_header_t *scopes = mcp_oauth_scopes_all(service, pool);
    int i;

    mcp_writer_name(w, "scopes_supported");
    mcp_writer_open(w, '[');
    for (i = 0; i < scopes->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(scopes, i, const char *));
    mcp_writer_close(w);
}

static void write_endpoints(mcp_writer_t *w,
                            const mcp_oauth_service_t *service,
                            apr_pool_t *pool)
{
    apr_size_t i;

    for (i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
        if (is_open(endpoints[i].endpoint, service))
            mcp_writer_member(
                w, endpoints[i].name,
                mcp_oauth_service_url(service, endpoints[i].endpoint, pool));
}

/* RFC 8414 3.1: the well-known of an issuer with a path is followed by that
 * path. */
static int is_ours(const mcp_oauth_exchange_t *x)
{
    apr_size_t len = strlen(x->service->origin);
    const char *path = "";

    if (!strncmp(x->service->issuer, x->service->origin, len))
        path = x->service->issuer + len;
    return !*x->suffix || !strcmp(x->suffix, "/") || !strcmp(x->suffix, path);
}

/* RFC 8414, RFC 9207 3; also answers as openid-configuration */
const mcp_error_t *mcp_oauth_server_metadata_handle(mcp_oauth_exchange_t *x,
                                                    mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = x->service;
    mcp_writer_t *w = mcp_writer_make(cx->pool);

    if (mcp_oauth_provider_metadata_is_meant(x))
        return mcp_oauth_provider_metadata_show(x, cx);
    if (!is_ours(x))
        return mcp_error_make(MCP_E_NOT_FOUND, cx,
                              "no issuer of this server has this path");
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "issuer", service->issuer);
    write_endpoints(w, service, cx->pool);
    write_scopes(w, service, cx->pool);
    write_lists(w, service);
    if (mcp_oauth_dpop_is_offered(service))
        mcp_oauth_dpop_write_algorithms(w);
    mcp_writer_member_boolean(
        w, "authorization_response_iss_parameter_supported", 1);
    mcp_writer_member_boolean(w, "client_id_metadata_document_supported",
                              mcp_oauth_cimd_is_supported(service));
    mcp_writer_close(w);
    mcp_oauth_exchange_public(x, mcp_writer_text(w, NULL));
    return NULL;
}
