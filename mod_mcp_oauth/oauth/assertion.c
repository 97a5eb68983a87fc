/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/assertion.h"

#include <apr_strings.h>
#include <string.h>

#include "oauth/client_keys.h"

#define SKEW 30 /* seconds that the client's clock may be ahead */

static const mcp_error_t *refuse(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_CLIENT, cx, "client assertion: %s",
                          why);
}

/* -- reading -- */

/* RFC 8725 3.11: a JWT that is for something else says so. */
static int is_type(const char *typ)
{
    if (typ && !strncasecmp(typ, "application/", 12))
        typ += 12;
    return !typ || !strcasecmp(typ, "JWT") ||
           !strcasecmp(typ, "client-authentication+jwt");
}

/* The token endpoint at the path that is advertised or at an alias. */
static int is_token_endpoint(const char *url,
                             const mcp_oauth_service_t *service,
                             apr_pool_t *pool)
{
    const apr_array_header_t *aliases = service->aliases;
    int i;

    if (!strcmp(url, mcp_oauth_service_url(service, "token", pool)))
        return 1;
    for (i = 0; aliases && i < aliases->nelts; i++)
        if (!strcmp(url, apr_pstrcat(pool, service->origin,
                                     APR_ARRAY_IDX(aliases, i, const char *),
                                     "/token", NULL)))
            return 1;
    return 0;
}

/* One, and ours: an assertion that is for others too is one that they could
 * use here. */
static const mcp_error_t *audience_check(const mcp_json_t *aud,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx)
{
    const char *one;

    if (mcp_json_type(aud) == MCP_JSON_ARRAY)
        aud = mcp_json_size(aud) == 1 ? mcp_json_at(aud, 0) : NULL;
    one = mcp_json_string(aud);
    if (!one)
        return refuse(cx, "aud is not one string");
    if (strcmp(one, service->issuer) != 0 &&
        !is_token_endpoint(one, service, cx->pool))
        return refuse(cx, "aud is neither the issuer nor the token endpoint");
    return NULL;
}

/* The longest that any resource of the service allows. */
static apr_int64_t longest(const mcp_oauth_service_t *service)
{
    apr_int64_t most = 0, one;
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        one =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *)
                ->settings->lifetime->assertion;
        most = one > most ? one : most;
    }
    return most;
}

static const mcp_error_t *times_check(mcp_oauth_assertion_t *assertion,
                                      const mcp_oauth_service_t *service,
                                      mcp_ctx_t *cx)
{
    static const char *const starts[] = {"iat", "nbf"};
    const mcp_json_t *claims = assertion->jws->claims, *start;
    apr_int64_t now = mcp_ctx_seconds(cx), seconds;
    apr_size_t i;

    if (!mcp_json_date(&assertion->expires, mcp_json_get(claims, "exp")))
        return refuse(cx, "exp is missing or no time");
    if (assertion->expires <= now)
        return refuse(cx, "it has expired");
    if (assertion->expires - now > longest(service) + SKEW)
        return refuse(cx, "exp is too far ahead");
    for (i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        start = mcp_json_get(claims, starts[i]);
        if (start && (!mcp_json_date(&seconds, start) || seconds - now > SKEW))
            return refuse(cx, "iat or nbf lies ahead or is no time");
    }
    return NULL;
}

static const mcp_error_t *names_read(mcp_oauth_assertion_t *assertion,
                                     mcp_ctx_t *cx)
{
    const mcp_json_t *claims = assertion->jws->claims;
    const char *iss = mcp_json_string(mcp_json_get(claims, "iss"));
    const char *sub = mcp_json_string(mcp_json_get(claims, "sub"));

    if (!iss || !sub || !*sub || strcmp(iss, sub) != 0)
        return refuse(cx, "iss and sub are not both the client_id");
    assertion->client_id = sub;
    assertion->jti = mcp_json_string(mcp_json_get(claims, "jti"));
    if (!assertion->jti || !*assertion->jti ||
        strlen(assertion->jti) > MCP_ASSERTION_JTI_MAX)
        return refuse(cx, "jti is missing, empty or too long");
    return NULL;
}

const mcp_error_t *mcp_oauth_assertion_read(mcp_oauth_assertion_t *assertion,
                                            const char *text,
                                            const mcp_oauth_service_t *service,
                                            mcp_ctx_t *cx)
{
    const mcp_error_t *e;

    memset(assertion, 0, sizeof(*assertion));
    e = mcp_jose_jws_read(&assertion->jws, text, strlen(text), cx);
    if (e)
        return refuse(cx, e->detail);
    if (!is_type(assertion->jws->typ))
        return refuse(cx, "its typ is that of something else");
    MCP_TRY(names_read(assertion, cx));
    MCP_TRY(audience_check(mcp_json_get(assertion->jws->claims, "aud"),
                           service, cx));
    return times_check(assertion, service, cx);
}

/* -- the signature -- */

/* Whether the key may have made it, as far as names say. */
static int is_meant(const mcp_jose_jwk_t *jwk, const mcp_jose_jws_t *jws)
{
    const char *kid = mcp_jose_jwk_kid(jwk);

    return !kid || !jws->kid || !strcmp(kid, jws->kid);
}

/* *meant: how many keys of the set it can be by. */
static int is_signed(int *meant, const mcp_json_t *jwks,
                     const mcp_jose_jws_t *jws, mcp_ctx_t *cx)
{
    const mcp_json_t *keys = mcp_json_get(jwks, "keys");
    mcp_jose_jwk_t *jwk;
    apr_size_t i;

    *meant = 0;
    for (i = 0; i < mcp_json_size(keys); i++) {
        /* a set may hold keys for other uses, or of kinds unknown here */
        if (mcp_jose_jwk_read(&jwk, mcp_json_at(keys, i), cx) ||
            !is_meant(jwk, jws))
            continue;
        ++*meant;
        if (!mcp_jose_jws_verify(jws, jwk, cx))
            return 1;
    }
    return 0;
}

static const mcp_error_t *
signature_check(const mcp_oauth_assertion_t *assertion,
                const mcp_oauth_client_t *client,
                const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws = assertion->jws;
    const mcp_json_t *jwks;
    int meant;

    if (client->alg && strcmp(client->alg, jws->alg) != 0)
        return refuse(cx, "its alg is not the one that the client registered");
    MCP_TRY(mcp_oauth_client_keys_get(&jwks, client, service, 0, cx));
    if (is_signed(&meant, jwks, jws, cx))
        return NULL;
    if (meant || !client->jwks_uri)
        return refuse(cx, "no key of the client signed it");
    /* it may have a new one since */
    MCP_TRY(mcp_oauth_client_keys_get(&jwks, client, service, 1, cx));
    if (is_signed(&meant, jwks, jws, cx))
        return NULL;
    return refuse(cx, "no key of the client signed it");
}

/* -- once -- */

static const mcp_error_t *use(const mcp_oauth_assertion_t *assertion,
                              const mcp_oauth_service_t *service,
                              mcp_ctx_t *cx)
{
    const char *name = apr_pstrcat(cx->pool, "client_assertion\n",
                                   service->issuer, "\n", assertion->client_id,
                                   "\n", assertion->jti, NULL);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;
    int added;

    memset(&record, 0, sizeof(record));
    record.expires = assertion->expires;
    mcp_digest_sha256_text(key, name);
    MCP_TRY(mcp_store_add(&added, service->works->store, MCP_RECORD_USED, key,
                          &record, cx));
    return added ? NULL : refuse(cx, "its jti was used before");
}

const mcp_error_t *
mcp_oauth_assertion_verify(const mcp_oauth_assertion_t *assertion,
                           const mcp_oauth_client_t *client,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    if (client->method != MCP_CLIENT_KEY)
        return refuse(cx, "the client does not use private_key_jwt");
    MCP_TRY(signature_check(assertion, client, service, cx));
    return use(assertion, service, cx);
}
