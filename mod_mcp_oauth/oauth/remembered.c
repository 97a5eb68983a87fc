/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/remembered.h"

#include <string.h>

#include "base/scope.h"
#include "oauth/ended.h"

int mcp_oauth_remembered_can(const mcp_oauth_request_t *request,
                             const mcp_oauth_resource_t *resource,
                             mcp_ctx_t *cx)
{
    return resource->settings->lifetime->consent &&
           mcp_oauth_request_is_certain(request, cx);
}

/* JSON, so that no two can be spelt the same. */
static void key_of(unsigned char key[MCP_DIGEST_SIZE],
                   const mcp_oauth_remembered_t *whose, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    const char *text;
    apr_size_t len;

    mcp_writer_open(w, '[');
    mcp_writer_string(w, whose->resource->service->issuer);
    mcp_writer_string(w, whose->identity->issuer);
    mcp_writer_string(w, whose->identity->subject);
    mcp_writer_string(w, whose->request->client_id);
    mcp_writer_string(w, whose->request->redirect_uri);
    mcp_writer_string(w, whose->resource->url);
    mcp_writer_close(w);
    text = mcp_writer_text(w, &len);
    mcp_digest_sha256(key, text, len);
}

static mcp_store_t *store_of(const mcp_oauth_remembered_t *whose)
{
    return whose->resource->service->works->store;
}

static int has_mark(const mcp_json_t *json, const char *name, const char *mark)
{
    return mcp_oauth_ended_same(mcp_json_string(mcp_json_get(json, name)),
                                mark);
}

/* Whether the record covers the request. The lifetime is that of today. */
static const mcp_error_t *covers(int *is, const mcp_json_t *json,
                                 const mcp_oauth_remembered_t *whose,
                                 mcp_ctx_t *cx)
{
    apr_int64_t lifetime = whose->resource->settings->lifetime->consent;
    apr_int64_t when, age;
    apr_array_header_t *given, *asked;

    if (!mcp_json_integer(&when, mcp_json_get(json, "when")) ||
        !has_mark(json, "mark", whose->mark) ||
        !has_mark(json, "client_mark", whose->request->client_mark))
        return NULL;
    age = mcp_ctx_seconds(cx) - when;
    if (age < 0 || age >= lifetime)
        return NULL;
    MCP_TRY(mcp_scope_read(&given,
                           mcp_json_string(mcp_json_get(json, "scope")), cx));
    MCP_TRY(mcp_scope_read(&asked, whose->request->scope, cx));
    *is = mcp_scope_is_subset(asked, given);
    return NULL;
}

const mcp_error_t *mcp_oauth_remembered_is(int *is,
                                           const mcp_oauth_remembered_t *whose,
                                           mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;
    const mcp_json_t *json;

    *is = 0;
    if (!mcp_oauth_remembered_can(whose->request, whose->resource, cx))
        return NULL;
    key_of(key, whose, cx->pool);
    MCP_TRY(
        mcp_store_get(&record, store_of(whose), MCP_RECORD_CONSENT, key, cx));
    if (!record)
        return NULL;
    MCP_TRY(mcp_json_read(&json, record->value, record->len, cx));
    return covers(is, json, whose, cx);
}

static mcp_record_t record_of(const mcp_oauth_remembered_t *whose,
                              mcp_ctx_t *cx)
{
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    apr_int64_t now = mcp_ctx_seconds(cx);
    mcp_identity_t identity;
    mcp_record_t record;

    /* who it is, and nothing else that would lie there for so long */
    memset(&identity, 0, sizeof(identity));
    identity.issuer = whose->identity->issuer;
    identity.subject = whose->identity->subject;
    identity.user = whose->identity->user;
    mcp_writer_open(w, '{');
    mcp_writer_name(w, "identity");
    mcp_oauth_identity_write(w, &identity);
    mcp_writer_member(w, "client_id", whose->request->client_id);
    mcp_writer_member(w, "client_name", whose->request->client_name);
    mcp_writer_member(w, "mark", whose->mark);
    mcp_writer_member(w, "client_mark", whose->request->client_mark);
    mcp_writer_member(w, "redirect_uri", whose->request->redirect_uri);
    mcp_writer_member(w, "resource", whose->resource->url);
    mcp_writer_member(w, "scope", whose->request->scope);
    mcp_writer_member_integer(w, "when", now);
    mcp_writer_close(w);
    memset(&record, 0, sizeof(record));
    record.value = mcp_writer_text(w, &record.len);
    record.index = mcp_oauth_identity_index(whose->identity, cx->pool);
    record.expires = now + whose->resource->settings->lifetime->consent;
    return record;
}

/* Who was asked again for less, with prompt=consent, still agrees to the
 * rest. */
const mcp_error_t *
mcp_oauth_remembered_put(const mcp_oauth_remembered_t *whose, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;
    int is;

    if (!mcp_oauth_remembered_can(whose->request, whose->resource, cx))
        return NULL;
    MCP_TRY(mcp_oauth_remembered_is(&is, whose, cx));
    if (is)
        return NULL;
    record = record_of(whose, cx);
    key_of(key, whose, cx->pool);
    return mcp_store_put(store_of(whose), MCP_RECORD_CONSENT, key, &record,
                         cx);
}
