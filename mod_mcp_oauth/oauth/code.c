/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/code.h"

#include <string.h>

#include "base/random.h"
#include "oauth/grant.h"

#define CODE_BYTES 32
#define MAX_CODE 128

static const char *record_text(const mcp_oauth_code_t *code, apr_size_t *len,
                               apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "request");
    mcp_oauth_request_write(w, code->request);
    mcp_writer_name(w, "identity");
    mcp_oauth_identity_write(w, &code->identity);
    mcp_writer_member(w, "mark", code->mark);
    mcp_writer_member(w, "upstream", code->upstream);
    mcp_writer_member(w, "grant", code->grant);
    mcp_writer_close(w);
    return mcp_writer_text(w, len);
}

const mcp_error_t *mcp_oauth_code_make(const char **code,
                                       mcp_oauth_code_t *record,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(service, record->request->resource);
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t stored;

    if (!resource)
        return mcp_error_make(MCP_E_INVALID_TARGET, cx,
                              "the resource is not protected any more");
    record->spent = 0;
    MCP_TRY(mcp_oauth_grant_make_id(&record->grant, cx));
    MCP_TRY(mcp_random_text(code, CODE_BYTES, cx));
    mcp_digest_sha256_text(key, *code);
    memset(&stored, 0, sizeof(stored));
    stored.value = record_text(record, &stored.len, cx->pool);
    stored.index = record->grant;
    stored.expires = mcp_ctx_seconds(cx) + resource->settings->lifetime->code;
    return mcp_store_put(service->works->store, MCP_RECORD_CODE, key, &stored,
                         cx);
}

const mcp_error_t *mcp_oauth_code_find(mcp_oauth_code_t **record,
                                       const char *code,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    mcp_oauth_code_t *found = apr_pcalloc(cx->pool, sizeof(*found));
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *stored;
    const mcp_json_t *json;

    *record = NULL;
    if (strlen(code) > MAX_CODE)
        return NULL;
    mcp_digest_sha256_text(key, code);
    MCP_TRY(mcp_store_get(&stored, service->works->store, MCP_RECORD_CODE, key,
                          cx));
    if (!stored)
        return NULL;
    MCP_TRY(mcp_json_read(&json, stored->value, stored->len, cx));
    found->request =
        mcp_oauth_request_read(mcp_json_get(json, "request"), cx->pool);
    found->mark = mcp_json_string(mcp_json_get(json, "mark"));
    found->upstream = mcp_json_string(mcp_json_get(json, "upstream"));
    found->grant = mcp_json_string(mcp_json_get(json, "grant"));
    found->spent = stored->spent;
    if (!found->request || !found->grant ||
        !mcp_oauth_identity_read(&found->identity,
                                 mcp_json_get(json, "identity"), cx->pool))
        return NULL;
    *record = found;
    return NULL;
}

const mcp_error_t *mcp_oauth_code_take(int *won, const char *code,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *stored;

    mcp_digest_sha256_text(key, code);
    MCP_TRY(mcp_store_take(&stored, service->works->store, MCP_RECORD_CODE,
                           key, cx));
    *won = stored && !stored->spent;
    return NULL;
}
