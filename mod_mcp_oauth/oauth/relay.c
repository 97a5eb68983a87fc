/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/relay.h"

#include <string.h>

#include "base/scope.h"
#include "base/writer.h"
#include "idp/jwt.h"
#include "oauth/upstream.h"

static const mcp_error_t *unavailable(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_UNAVAILABLE, cx, "relay: %s", why);
}

/* -- which grant it belongs to -- */

const mcp_error_t *
mcp_oauth_relay_find(const char **grant,
                     const unsigned char digest[MCP_DIGEST_SIZE],
                     const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_record_t *record;
    const mcp_json_t *json;

    *grant = NULL;
    MCP_TRY(
        mcp_store_get(&record, works->store, MCP_RECORD_RELAYED, digest, cx));
    if (!record)
        return NULL;
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    *grant = mcp_json_string(mcp_json_get(json, "grant"));
    return NULL;
}

/* A provider that gives one token for two sign-ins leaves nobody to say whose
 * it is. */
static const mcp_error_t *
sole_check(const unsigned char digest[MCP_DIGEST_SIZE],
           const mcp_oauth_grant_t *grant, const mcp_oauth_works_t *works,
           mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *other;
    const char *id;

    MCP_TRY(mcp_oauth_relay_find(&id, digest, works, cx));
    if (!id || !strcmp(id, grant->id))
        return NULL;
    MCP_TRY(mcp_oauth_grant_get(&other, id, works, cx));
    return other ? unavailable(cx, "another grant has the same token") : NULL;
}

/* As long as the token lasts, which is good for nothing without it; where the
 * provider does not say how long that is, as long as the grant. */
static const mcp_error_t *note(const mcp_idp_tokens_t *tokens,
                               const mcp_oauth_grant_t *grant,
                               const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char digest[MCP_DIGEST_SIZE];
    mcp_record_t record;

    mcp_digest_sha256_text(digest, tokens->access_token);
    MCP_TRY(sole_check(digest, grant, works, cx));
    mcp_writer_open(w, '{');
    mcp_writer_member(w, "grant", grant->id);
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.expires = tokens->expires ? tokens->expires + MCP_IDP_JWT_SKEW
                                     : grant->expires;
    return mcp_store_put(works->store, MCP_RECORD_RELAYED, digest, &record,
                         cx);
}

/* -- what it allows -- */

apr_array_header_t *
mcp_oauth_relay_scopes(const apr_array_header_t *said, const char *granted,
                       const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    apr_array_header_t *kept =
        apr_array_make(cx->pool, 4, sizeof(const char *));
    apr_array_header_t *mine;
    int i;

    if (mcp_scope_read(&mine, granted, cx))
        mine = apr_array_make(cx->pool, 1, sizeof(const char *));
    for (i = 0; said && i < said->nelts; i++) {
        const char *scope = APR_ARRAY_IDX(said, i, const char *);

        if (mcp_scope_has(mine, scope) ||
            !mcp_scope_has(resource->scopes, scope))
            mcp_scope_add(kept, scope);
    }
    return kept;
}

static const char *scope_of(const mcp_idp_tokens_t *tokens,
                            const mcp_oauth_grant_t *grant,
                            const mcp_oauth_resource_t *resource,
                            mcp_ctx_t *cx)
{
    apr_array_header_t *said;

    if (!tokens->scope || mcp_scope_read(&said, tokens->scope, cx))
        return grant->scope;
    return mcp_scope_text(
        mcp_oauth_relay_scopes(said, grant->scope, resource, cx), cx->pool);
}

/* -- handing it on -- */

static const mcp_error_t *tokens_get(mcp_idp_tokens_t *tokens,
                                     const mcp_oauth_grant_t *grant,
                                     const mcp_oauth_resource_t *resource,
                                     mcp_ctx_t *cx)
{
    if (!grant->upstream)
        return unavailable(cx, "the grant is one of another MCPAuthMode");
    MCP_TRY(mcp_oauth_upstream_open(tokens, grant, resource->service, cx));
    if (!tokens->access_token)
        return unavailable(cx, "the key is gone that sealed the token");
    if (tokens->expires && tokens->expires <= mcp_ctx_seconds(cx))
        return unavailable(cx, "the token has expired, and the provider gave "
                               "no other");
    return NULL;
}

const mcp_error_t *mcp_oauth_relay_check(const mcp_oauth_grant_t *grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx)
{
    mcp_idp_tokens_t tokens;

    return mcp_oauth_service_relays(resource)
               ? tokens_get(&tokens, grant, resource, cx)
               : NULL;
}

const mcp_error_t *mcp_oauth_relay_get(mcp_oauth_relayed_t *relayed,
                                       const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_resource_t *resource,
                                       mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_idp_tokens_t tokens;

    memset(relayed, 0, sizeof(*relayed));
    MCP_TRY(tokens_get(&tokens, grant, resource, cx));
    MCP_TRY(note(&tokens, grant, resource->service->works, cx));
    relayed->access_token = tokens.access_token;
    relayed->expires_in = tokens.expires > now ? tokens.expires - now : 0;
    relayed->scope = scope_of(&tokens, grant, resource, cx);
    relayed->may_refresh = tokens.refresh_token != NULL;
    return NULL;
}
