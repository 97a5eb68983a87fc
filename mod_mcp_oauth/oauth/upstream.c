/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/upstream.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "oauth/provider.h"
#include "store/seal.h"

/* -- sealing -- */

static const char *bound_to(const mcp_identity_t *identity,
                            const mcp_oauth_service_t *service,
                            apr_pool_t *pool)
{
    return apr_pstrcat(pool, service->issuer, " ",
                       mcp_oauth_identity_index(identity, pool), NULL);
}

const mcp_error_t *mcp_oauth_upstream_seal(const char **text,
                                           const mcp_idp_tokens_t *tokens,
                                           const mcp_identity_t *identity,
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
    mcp_writer_member(w, "scope", tokens->scope);
    mcp_writer_member_integer(w, "expires", tokens->expires);
    mcp_writer_close(w);
    if (!mcp_jose_keyring_derive(key, service->works->keys, id,
                                 MCP_KEY_UPSTREAM, service->issuer))
        return mcp_oauth_service_keyless(cx);
    MCP_TRY(mcp_store_seal_make(&sealed, key,
                                bound_to(identity, service, cx->pool),
                                mcp_writer_text(w, NULL), cx));
    *text = apr_psprintf(cx->pool, "%d.%s", id, sealed);
    return NULL;
}

const mcp_error_t *mcp_oauth_upstream_open(mcp_idp_tokens_t *tokens,
                                           const mcp_oauth_grant_t *grant,
                                           const mcp_oauth_service_t *service,
                                           mcp_ctx_t *cx)
{
    const char *dot = strchr(grant->upstream, '.'), *plain = NULL;
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_json_t *json;

    memset(tokens, 0, sizeof(*tokens));
    if (dot && mcp_jose_keyring_derive(key, service->works->keys,
                                       atoi(grant->upstream), MCP_KEY_UPSTREAM,
                                       service->issuer))
        MCP_TRY(mcp_store_seal_open(
            &plain, key, bound_to(&grant->identity, service, cx->pool),
            dot + 1, cx));
    if (!plain)
        return NULL;
    MCP_TRY(mcp_json_read(&json, plain, strlen(plain), cx));
    tokens->access_token = mcp_json_string(mcp_json_get(json, "access_token"));
    tokens->refresh_token =
        mcp_json_string(mcp_json_get(json, "refresh_token"));
    tokens->id_token = mcp_json_string(mcp_json_get(json, "id_token"));
    tokens->scope = mcp_json_string(mcp_json_get(json, "scope"));
    mcp_json_integer(&tokens->expires, mcp_json_get(json, "expires"));
    return NULL;
}

/* -- ending -- */

typedef struct sharing_t {
    const mcp_oauth_grant_t *grant;
    int is_any; /* whatever the session */
    int is_shared;
} sharing_t;

static int is_same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

static const mcp_error_t *look_at(sharing_t *sharing,
                                  const mcp_record_t *record, mcp_ctx_t *cx)
{
    const mcp_oauth_grant_t *grant = sharing->grant;
    mcp_oauth_grant_t *other;

    MCP_TRY(mcp_oauth_grant_read(&other, record, cx));
    if (other && other->upstream && strcmp(other->id, grant->id) != 0 &&
        (sharing->is_any ||
         is_same(other->identity.session, grant->identity.session)))
        sharing->is_shared = 1;
    return NULL;
}

/* There may be very many: each has memory of its own, which an error keeps. */
static const mcp_error_t *look(void *baton, const unsigned char *key,
                               const mcp_record_t *record, mcp_ctx_t *cx)
{
    mcp_ctx_t one = *cx;

    (void)key;
    apr_pool_create(&one.pool, cx->pool);
    MCP_TRY(look_at(baton, record, &one));
    apr_pool_destroy(one.pool);
    return NULL;
}

/* Some providers end more than the token: other grants would end too. */
static const mcp_error_t *shared_check(int *is_shared,
                                       const mcp_oauth_grant_t *grant,
                                       const mcp_idp_t *idp,
                                       const mcp_oauth_works_t *works,
                                       mcp_ctx_t *cx)
{
    sharing_t sharing = {grant, idp->preset->facts->revokes_all, 0};

    if (sharing.is_any || grant->identity.session)
        MCP_TRY(mcp_store_each(
            works->store, MCP_RECORD_GRANT,
            mcp_oauth_identity_index(&grant->identity, cx->pool), look,
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

    MCP_TRY(shared_check(&is_shared, grant, idp, service->works, cx));
    if (is_shared)
        return NULL;
    MCP_TRY(mcp_oauth_upstream_open(&tokens, grant, service, cx));
    return mcp_idp_tokens_revoke(&tokens, &remote, cx);
}

/* As the grant's location has it: another one may have another client there.
 * NULL: it is not configured any more. */
static const mcp_idp_t *provider_of(const mcp_oauth_grant_t *grant,
                                    const mcp_oauth_service_t *service)
{
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(service, grant->resource);

    return resource
               ? mcp_oauth_provider_remote_of(resource, grant->identity.issuer)
               : NULL;
}

void mcp_oauth_upstream_revoke(const mcp_oauth_grant_t *grant,
                               const mcp_oauth_service_t *service,
                               mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = grant->upstream ? provider_of(grant, service)
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
