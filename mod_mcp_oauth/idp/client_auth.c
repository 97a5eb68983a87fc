/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/client_auth.h"

#include <apr_strings.h>
#include <string.h>

#include "base/encode.h"
#include "base/random.h"
#include "base/writer.h"
#include "idp/fault.h"
#include "jose/jws.h"

#define LIFE 60 /* seconds of an assertion; Keycloak allows no more */
#define JTI 16  /* bytes */
#define TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

static const char *const words[] = {
    [0] = "none",
    [MCP_IDP_BASIC] = "basic",
    [MCP_IDP_POST] = "post",
    [MCP_IDP_PRIVATE_KEY_JWT] = "private-key-jwt",
};

const char *mcp_idp_client_auth_word(int method)
{
    return words[method];
}

mcp_idp_client_auth_t
mcp_idp_client_auth_choose(const mcp_idp_metadata_t *metadata)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_client_auth_t auth = {idp, metadata->issuer, 0, 0};
    int can_post = metadata->methods & 1 << MCP_IDP_POST;
    int can_basic = metadata->methods & 1 << MCP_IDP_BASIC;

    if (!auth.issuer)
        auth.issuer = idp->issuer;
    if (!idp->client->secret)
        return auth;
    auth.method = idp->client->method;
    if (auth.method)
        return auth;
    auth.method = idp->preset->facts->method;
    if (!auth.method)
        auth.method = can_post && !can_basic ? MCP_IDP_POST : MCP_IDP_BASIC;
    auth.other = auth.method == MCP_IDP_BASIC ? MCP_IDP_POST : MCP_IDP_BASIC;
    return auth;
}

/* -- private_key_jwt -- */

/* The issuer is what OpenID Connect Core 9 wants (since its second errata) and
 * Keycloak and Auth0 take; Okta and Entra know their endpoints alone. One
 * string: Entra refuses a list. */
static const char *audience_of(const mcp_idp_client_auth_t *auth,
                               const char *url)
{
    return auth->idp->preset->facts->endpoint_audience ? url : auth->issuer;
}

static const mcp_error_t *claims_make(const char **claims, const char *url,
                                      const mcp_idp_client_auth_t *auth,
                                      mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    apr_int64_t now = mcp_ctx_seconds(cx);
    const char *jti;

    MCP_TRY(mcp_random_text(&jti, JTI, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "iss", auth->idp->client->id);
    mcp_writer_member(w, "sub", auth->idp->client->id);
    mcp_writer_member(w, "aud", audience_of(auth, url));
    mcp_writer_member(w, "jti", jti);
    mcp_writer_member_integer(w, "iat", now);
    mcp_writer_member_integer(w, "exp", now + LIFE);
    mcp_writer_close(w);
    *claims = mcp_writer_text(w, NULL);
    return NULL;
}

static const mcp_error_t *assertion_make(const char **text, const char *url,
                                         const mcp_idp_client_auth_t *auth,
                                         mcp_ctx_t *cx)
{
    const char *claims;

    MCP_TRY(claims_make(&claims, url, auth, cx));
    return mcp_jose_jws_sign(text, claims, "JWT", auth->idp->client_jwk, cx);
}

/* -- adding -- */

/* Each of the two is form-encoded first (RFC 6749 2.3.1). */
static const char *basic(const mcp_idp_client_setting_t *client,
                         apr_pool_t *pool)
{
    const char *pair =
        apr_pstrcat(pool, mcp_encode_percent(client->id, pool), ":",
                    mcp_encode_percent(client->secret->text, pool), NULL);

    return apr_pstrcat(pool, "Basic ",
                       mcp_encode_base64(pair, strlen(pair), pool), NULL);
}

const mcp_error_t *mcp_idp_client_auth_add(const char **authorization,
                                           apr_table_t *form, const char *url,
                                           const mcp_idp_client_auth_t *auth,
                                           mcp_ctx_t *cx)
{
    const mcp_idp_client_setting_t *client = auth->idp->client;
    const char *assertion;

    *authorization = NULL;
    if (auth->method == MCP_IDP_BASIC) {
        *authorization = basic(client, cx->pool);
        return NULL;
    }
    apr_table_set(form, "client_id", client->id);
    if (auth->method == MCP_IDP_POST)
        apr_table_set(form, "client_secret", client->secret->text);
    if (auth->method != MCP_IDP_PRIVATE_KEY_JWT)
        return NULL;
    MCP_TRY(assertion_make(&assertion, url, auth, cx));
    apr_table_set(form, "client_assertion_type", TYPE);
    apr_table_set(form, "client_assertion", assertion);
    return NULL;
}
