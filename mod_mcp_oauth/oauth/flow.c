/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/flow.h"

#include <string.h>

#include "base/random.h"
#include "oauth/ended.h"
#include "oauth/transaction.h"

#define NAME_BYTES 32
#define MAX_NAME 128

static const mcp_error_t *too_old(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This page is too old. Start again from your app.");
}

static const mcp_error_t *used(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This page was used already.");
}

static const char *flow_text(const mcp_oauth_flow_t *flow, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "request");
    mcp_oauth_request_write(w, flow->request);
    mcp_writer_name(w, "login");
    mcp_oauth_session_login_write(w, flow->login);
    mcp_writer_member(w, "upstream", flow->login->upstream);
    mcp_writer_member(w, "binding", flow->binding);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

const mcp_error_t *mcp_oauth_flow_make(const char **name,
                                       const mcp_oauth_flow_t *flow,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;

    MCP_TRY(mcp_random_text(name, NAME_BYTES, cx));
    mcp_digest_sha256_text(key, *name);
    memset(&record, 0, sizeof(record));
    record.value = flow_text(flow, cx->pool);
    record.len = strlen(record.value);
    record.index = mcp_oauth_identity_index(&flow->login->identity, cx->pool);
    record.expires = mcp_ctx_seconds(cx) +
                     mcp_oauth_transaction_lifetime(flow->request, service);
    return mcp_store_put(service->works->store, MCP_RECORD_FLOW, key, &record,
                         cx);
}

static const mcp_error_t *ended_check(const mcp_oauth_flow_t *flow,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_begun_t begun = {&flow->login->identity, flow->login->mark,
                                     flow->request->client_id,
                                     flow->request->client_mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    return ended ? too_old(cx) : NULL;
}

const mcp_error_t *mcp_oauth_flow_get(const mcp_oauth_flow_t **flow,
                                      const char *name,
                                      const mcp_oauth_service_t *service,
                                      mcp_ctx_t *cx)
{
    mcp_oauth_flow_t *found = apr_pcalloc(cx->pool, sizeof(*found));
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    mcp_oauth_login_t *login;
    const mcp_json_t *json;

    if (!name || strlen(name) > MAX_NAME)
        return too_old(cx);
    mcp_digest_sha256_text(key, name);
    MCP_TRY(mcp_store_get(&record, service->works->store, MCP_RECORD_FLOW, key,
                          cx));
    if (!record)
        return too_old(cx);
    if (record->spent)
        return used(cx);
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    found->request =
        mcp_oauth_request_read(mcp_json_get(json, "request"), cx->pool);
    login =
        mcp_oauth_session_login_read(mcp_json_get(json, "login"), cx->pool);
    if (!found->request || !login)
        return too_old(cx);
    login->upstream = mcp_json_string(mcp_json_get(json, "upstream"));
    found->login = login;
    found->binding = mcp_json_string(mcp_json_get(json, "binding"));
    *flow = found;
    return ended_check(found, service->works, cx);
}

const mcp_error_t *mcp_oauth_flow_take(const char *name,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;

    mcp_digest_sha256_text(key, name);
    MCP_TRY(mcp_store_take(&record, service->works->store, MCP_RECORD_FLOW,
                           key, cx));
    if (!record)
        return too_old(cx);
    return record->spent ? used(cx) : NULL;
}
