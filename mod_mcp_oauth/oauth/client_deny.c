/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/audit.h"
#include "base/writer.h"
#include "oauth/client.h"

const mcp_error_t *mcp_oauth_client_deny(const char *id,
                                         const mcp_oauth_works_t *works,
                                         mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_audit_about_t about;
    mcp_record_t record;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "client_id", id);
    mcp_writer_member_integer(w, "denied", mcp_ctx_seconds(cx));
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.expires = MCP_UNLIMITED;
    mcp_digest_sha256_text(key, id);
    MCP_TRY(mcp_store_put(works->store, MCP_RECORD_DENIED, key, &record, cx));
    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(id, cx->pool);
    mcp_audit(cx, MCP_AUDIT_CLIENT_DENIED, &about);
    return mcp_oauth_service_announce(works, cx);
}

const mcp_error_t *mcp_oauth_client_allow(int *was, const char *id,
                                          const mcp_oauth_works_t *works,
                                          mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_audit_about_t about;

    MCP_TRY(mcp_oauth_client_is_denied(was, id, works, cx));
    if (!*was)
        return NULL;
    mcp_digest_sha256_text(key, id);
    MCP_TRY(mcp_store_drop(works->store, MCP_RECORD_DENIED, key, cx));
    memset(&about, 0, sizeof(about));
    about.client = mcp_oauth_client_brief(id, cx->pool);
    mcp_audit(cx, MCP_AUDIT_CLIENT_ALLOWED, &about);
    return mcp_oauth_service_announce(works, cx);
}

const mcp_error_t *mcp_oauth_client_is_denied(int *denied, const char *id,
                                              const mcp_oauth_works_t *works,
                                              mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;

    *denied = 1;
    mcp_digest_sha256_text(key, id);
    MCP_TRY(mcp_store_get(&record, works->store, MCP_RECORD_DENIED, key, cx));
    *denied = record != NULL;
    return NULL;
}
