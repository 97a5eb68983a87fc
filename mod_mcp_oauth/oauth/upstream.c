/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/upstream.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "oauth/provider.h"
#include "store/seal.h"

/* -- sealing -- */

const mcp_error_t *mcp_oauth_upstream_seal(const char **text,
                                           const mcp_idp_tokens_t *tokens,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx)
{
    int id = mcp_jose_keyring_current(service->works->keys);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    const char *sealed;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "access_token", tokens->access_token);
    mcp_writer_member(w, "refresh_token", tokens->refresh_token);
    mcp_writer_member(w, "id_token", tokens->id_token);
    mcp_writer_name(w, "expires");
    mcp_writer_integer(w, tokens->expires);
    mcp_writer_close(w);
    if (!mcp_jose_keyring_derive(key, service->works->keys, id,
                                 MCP_KEY_UPSTREAM, service->issuer))
        return mcp_oauth_service_keyless(cx);
    MCP_TRY(mcp_store_seal_make(&sealed, key, service->issuer,
                                mcp_writer_text(w, NULL), cx));
    *text = apr_psprintf(cx->pool, "%d.%s", id, sealed);
    return NULL;
}

const mcp_error_t *mcp_oauth_upstream_open(mcp_idp_tokens_t *tokens,
                                           const char *text,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx)
{
    const char *dot = strchr(text, '.'), *plain = NULL;
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_json_t *json;

    memset(tokens, 0, sizeof(*tokens));
    if (dot && mcp_jose_keyring_derive(key, service->works->keys, atoi(text),
                                       MCP_KEY_UPSTREAM, service->issuer))
        MCP_TRY(
            mcp_store_seal_open(&plain, key, service->issuer, dot + 1, cx));
    if (!plain)
        return NULL;
    MCP_TRY(mcp_json_read(&json, plain, strlen(plain), cx));
    tokens->access_token = mcp_json_string(mcp_json_get(json, "access_token"));
    tokens->refresh_token =
        mcp_json_string(mcp_json_get(json, "refresh_token"));
    tokens->id_token = mcp_json_string(mcp_json_get(json, "id_token"));
    mcp_json_integer(&tokens->expires, mcp_json_get(json, "expires"));
    return NULL;
}

/* -- ending -- */

typedef struct sharing_t {
    const mcp_oauth_grant_t *grant;
    int is_shared;
} sharing_t;

static const mcp_error_t *look_at(void *baton, const unsigned char *key,
                                  const mcp_record_t *record, mcp_ctx_t *cx)
{
    sharing_t *sharing = baton;
    const char *session = sharing->grant->identity.session;
    mcp_oauth_grant_t *other;

    (void)key;
    MCP_TRY(mcp_oauth_grant_read(&other, record, cx));
    if (other && strcmp(other->id, sharing->grant->id) != 0 &&
        other->identity.session && !strcmp(other->identity.session, session))
        sharing->is_shared = 1;
    return NULL;
}

/* Some providers end the session of the user with the token: other grants
 * that began in it would end too. */
static const mcp_error_t *shared_check(int *is_shared,
                                       const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx)
{
    sharing_t sharing = {grant, 0};

    if (grant->identity.session)
        MCP_TRY(mcp_store_each(
            works->store, MCP_RECORD_GRANT,
            mcp_oauth_identity_index(&grant->identity, cx->pool), look_at,
            &sharing, cx));
    *is_shared = sharing.is_shared;
    return NULL;
}

static const mcp_error_t *tokens_revoke(const mcp_oauth_grant_t *grant,
                                        const mcp_idp_t *idp,
                                        const mcp_oauth_service_t *service,
                                        mcp_ctx_t *cx)
{
    const mcp_idp_remote_t remote = mcp_oauth_provider_remote(idp, service);
    mcp_idp_tokens_t tokens;
    int is_shared;

    MCP_TRY(shared_check(&is_shared, grant, service->works, cx));
    if (is_shared)
        return NULL;
    MCP_TRY(mcp_oauth_upstream_open(&tokens, grant->upstream, service, cx));
    return tokens.access_token ? mcp_idp_tokens_revoke(&tokens, &remote, cx)
                               : NULL;
}

void mcp_oauth_upstream_revoke(const mcp_oauth_grant_t *grant,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx)
{
    const mcp_idp_t *idp =
        grant->upstream ? mcp_oauth_provider_of_service(
                              service, grant->resource, grant->identity.issuer)
                        : NULL;
    const mcp_error_t *e = idp ? tokens_revoke(grant, idp, service, cx) : NULL;

    if (e)
        mcp_ctx_log(cx, MCP_LOG_INFO, 159,
                    "%s could not be asked to revoke what it gave for '%s': "
                    "%s",
                    idp->label,
                    mcp_encode_log(grant->identity.user, 80, cx->pool),
                    e->detail);
}
