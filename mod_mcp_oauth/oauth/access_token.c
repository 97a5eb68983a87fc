/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/access_token.h"

#include <string.h>

#include "base/random.h"
#include "jose/jws.h"
#include "oauth/words.h"

#define JTI_BYTES 16
/* bytes: a token of 6 KiB fits where headers of 8 KiB do */
#define MAX_CLAIMS 4600

/* RFC 9068 2.2, and of ours: grant (what it belongs to), idp (who vouches for
 * sub), username (REMOTE_USER where that is not sub, or is asked for). */
static void write_subject(mcp_writer_t *w, const mcp_oauth_grant_t *grant,
                          const mcp_oauth_resource_t *resource)
{
    const mcp_identity_t *identity = &grant->identity;

    mcp_writer_member(w, "sub", identity->subject);
    mcp_writer_member(w, "idp", identity->issuer);
    if (mcp_oauth_words_has(resource->settings->token_claims, "user") ||
        strcmp(identity->user, identity->subject) != 0)
        mcp_writer_member(w, "username", identity->user);
    mcp_writer_member(w, "client_id", grant->client_id);
    mcp_writer_member(w, "grant", grant->id);
}

/* MCPTokenClaims: for those who verify it themselves. We read the grant. */
static void write_words(mcp_writer_t *w, const mcp_oauth_grant_t *grant,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    static const char *const written[] = {"subject", "user",   "client",
                                          "scopes",  "issuer", NULL};
    const mcp_oauth_words_t words = {resource->settings->token_claims, written,
                                     MAX_CLAIMS, "an access token"};
    mcp_principal_t who;

    memset(&who, 0, sizeof(who));
    mcp_oauth_identity_tell(&who, &grant->identity);
    mcp_oauth_words_write(w, &who, &words, cx);
}

/* RFC 9449 6.1 */
static void write_key(mcp_writer_t *w, const char *jkt)
{
    if (!jkt)
        return;
    mcp_writer_name(w, "cnf");
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "jkt", jkt);
    mcp_writer_close(w);
}

const char *mcp_oauth_access_token_type(const char *jkt)
{
    return jkt ? "DPoP" : "Bearer";
}

const mcp_error_t *
mcp_oauth_access_token_make(mcp_oauth_access_token_t *token,
                            const mcp_oauth_access_token_ask_t *ask,
                            mcp_ctx_t *cx)
{
    const mcp_oauth_grant_t *grant = ask->grant;
    const mcp_oauth_resource_t *resource = ask->resource;
    const mcp_oauth_service_t *service = resource->service;
    const mcp_jose_jwk_t *signer =
        mcp_jose_keyring_signer(service->works->keys, service->issuer);
    apr_int64_t now = mcp_ctx_seconds(cx);
    apr_int64_t end = mcp_oauth_grant_end(grant, resource);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    const char *jti;

    if (!signer)
        return mcp_oauth_service_keyless(cx);
    token->expires_in = resource->settings->lifetime->access_token;
    if (now + token->expires_in > end)
        token->expires_in = end - now;
    MCP_TRY(mcp_random_text(&jti, JTI_BYTES, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "iss", service->issuer);
    mcp_writer_member(w, "aud", resource->url);
    write_subject(w, grant, resource);
    mcp_writer_member(w, "scope", ask->scope);
    mcp_writer_member_integer(w, "iat", now);
    mcp_writer_member_integer(w, "exp", now + token->expires_in);
    mcp_writer_member(w, "jti", jti);
    write_key(w, ask->jkt);
    write_words(w, grant, resource, cx);
    mcp_writer_close(w);
    return mcp_jose_jws_sign(&token->text, mcp_writer_text(w, NULL),
                             MCP_ACCESS_TOKEN_TYPE, signer, cx);
}
