/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/visit.h"

#include <string.h>

#include "oauth/ended.h"
#include "oauth/transaction.h"

#define MAX_STATE 128

static const mcp_error_t *unknown(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This sign-in is not known here, or it took too "
                          "long. Start again from your app.");
}

static const mcp_error_t *used(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "This sign-in was used already.");
}

static const char *text_of(const mcp_oauth_visit_t *visit, apr_size_t *len,
                           apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "request");
    mcp_oauth_request_write(w, visit->request);
    mcp_writer_member(w, "idp", visit->idp);
    mcp_writer_member(w, "browser", visit->browser);
    mcp_writer_member_boolean(w, "is_approved", visit->is_approved);
    mcp_writer_member(w, "callback", visit->begun.callback);
    mcp_writer_member(w, "nonce", visit->begun.nonce);
    mcp_writer_member(w, "verifier", visit->begun.verifier);
    mcp_writer_close(w);
    return mcp_writer_text(w, len);
}

const mcp_error_t *mcp_oauth_visit_put(const char *state,
                                       const mcp_oauth_visit_t *visit,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;

    mcp_digest_sha256_text(key, state);
    memset(&record, 0, sizeof(record));
    record.value = text_of(visit, &record.len, cx->pool);
    record.expires = mcp_ctx_seconds(cx) +
                     mcp_oauth_transaction_lifetime(visit->request, service);
    return mcp_store_put(service->works->store, MCP_RECORD_VISIT, key, &record,
                         cx);
}

static const mcp_oauth_visit_t *visit_read(const mcp_json_t *json,
                                           apr_pool_t *pool)
{
    mcp_oauth_visit_t *v = apr_pcalloc(pool, sizeof(*v));

    v->request = mcp_oauth_request_read(mcp_json_get(json, "request"), pool);
    v->idp = mcp_json_string(mcp_json_get(json, "idp"));
    v->browser = mcp_json_string(mcp_json_get(json, "browser"));
    v->is_approved = mcp_json_is_true(mcp_json_get(json, "is_approved"));
    v->begun.callback = mcp_json_string(mcp_json_get(json, "callback"));
    v->begun.nonce = mcp_json_string(mcp_json_get(json, "nonce"));
    v->begun.verifier = mcp_json_string(mcp_json_get(json, "verifier"));
    return v->request && v->idp && v->browser && v->begun.callback &&
                   v->begun.verifier
               ? v
               : NULL;
}

static const mcp_error_t *ended_check(const mcp_oauth_visit_t *visit,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_begun_t begun = {NULL, NULL, visit->request->client_id,
                                     visit->request->client_mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    return ended ? unknown(cx) : NULL;
}

const mcp_error_t *mcp_oauth_visit_get(const mcp_oauth_visit_t **visit,
                                       const char *state,
                                       const mcp_oauth_service_t *service,
                                       mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    const mcp_json_t *json;

    if (!state || strlen(state) > MAX_STATE)
        return unknown(cx);
    mcp_digest_sha256_text(key, state);
    MCP_TRY(mcp_store_get(&record, service->works->store, MCP_RECORD_VISIT,
                          key, cx));
    if (!record)
        return unknown(cx);
    if (record->spent)
        return used(cx);
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    *visit = visit_read(json, cx->pool);
    return *visit ? ended_check(*visit, service->works, cx) : unknown(cx);
}

const mcp_error_t *mcp_oauth_visit_take(const char *state,
                                        const mcp_oauth_service_t *service,
                                        mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;

    mcp_digest_sha256_text(key, state);
    MCP_TRY(mcp_store_take(&record, service->works->store, MCP_RECORD_VISIT,
                           key, cx));
    if (!record)
        return unknown(cx);
    return record->spent ? used(cx) : NULL;
}
