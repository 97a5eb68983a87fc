/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/relay.h"

#include <string.h>

#include "base/writer.h"
#include "oauth/upstream.h"

/* -- which grant it belongs to -- */

/* A token whose end is not known is forgotten with its grant. */
static const mcp_error_t *note(const mcp_idp_tokens_t *tokens,
                               const mcp_oauth_grant_t *grant,
                               const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "grant", grant->id);
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.expires = tokens->expires ? tokens->expires : grant->expires;
    mcp_digest_sha256_text(key, tokens->access_token);
    return mcp_store_put(works->store, MCP_RECORD_RELAYED, key, &record, cx);
}

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

/* -- handing it on -- */

static const mcp_error_t *unavailable(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_UNAVAILABLE, cx, "relay: %s", why);
}

const mcp_error_t *mcp_oauth_relay_get(mcp_oauth_relayed_t *relayed,
                                       const mcp_oauth_grant_t *grant,
                                       const mcp_oauth_resource_t *resource,
                                       mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = resource->service;
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_idp_tokens_t tokens;

    memset(relayed, 0, sizeof(*relayed));
    if (!grant->upstream)
        return unavailable(cx, "the grant is one of another MCPAuthMode");
    MCP_TRY(mcp_oauth_upstream_open(&tokens, grant, service, cx));
    if (!tokens.access_token)
        return unavailable(cx, "the key is gone that sealed the token");
    if (tokens.expires && tokens.expires <= now)
        return unavailable(cx, "the token has expired, and the provider gave "
                               "no other");
    MCP_TRY(note(&tokens, grant, service->works, cx));
    relayed->access_token = tokens.access_token;
    relayed->expires_in = tokens.expires ? tokens.expires - now : 0;
    relayed->scope = tokens.scope;
    relayed->may_refresh = tokens.refresh_token != NULL;
    return NULL;
}
