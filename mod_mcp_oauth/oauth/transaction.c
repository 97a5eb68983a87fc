/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/transaction.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "oauth/ended.h"
#include "store/seal.h"

#define MAX_TEXT 32768

apr_int64_t mcp_oauth_transaction_lifetime(const mcp_oauth_request_t *request,
                                           const mcp_oauth_service_t *service)
{
    const mcp_oauth_resource_t *resource =
        mcp_oauth_service_resource(service, request->resource);

    return resource ? resource->settings->lifetime->sign_in : 0;
}

static const char *text_of(const mcp_oauth_transaction_t *transaction,
                           apr_int64_t expires, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_writer_open(w, '{');
    mcp_writer_member_integer(w, "expires", expires);
    mcp_writer_name(w, "request");
    mcp_oauth_request_write(w, transaction->request);
    mcp_writer_member(w, "browser", transaction->browser);
    mcp_writer_member_boolean(w, "is_approved", transaction->is_approved);
    mcp_writer_member_boolean(w, "asks_sign_in", transaction->asks_sign_in);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

/* KEY-NUMBER "." sealed */
const mcp_error_t *
mcp_oauth_transaction_make(const char **text,
                           const mcp_oauth_transaction_t *transaction,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    int id = mcp_jose_keyring_current(service->works->keys);
    apr_int64_t expires =
        mcp_ctx_seconds(cx) +
        mcp_oauth_transaction_lifetime(transaction->request, service);
    unsigned char key[MCP_DIGEST_SIZE];
    const char *sealed;

    if (!mcp_jose_keyring_derive(key, service->works->keys, id,
                                 MCP_KEY_TRANSACTION, service->issuer))
        return mcp_oauth_service_keyless(cx);
    MCP_TRY(mcp_store_seal_make(&sealed, key, service->issuer,
                                text_of(transaction, expires, cx->pool), cx));
    *text = apr_psprintf(cx->pool, "%d.%s", id, sealed);
    return NULL;
}

/* The client has not been ended since the request. */
static const mcp_error_t *
ended_check(const mcp_oauth_transaction_t **transaction,
            const mcp_oauth_works_t *works, mcp_ctx_t *cx)
{
    const mcp_oauth_request_t *request = (*transaction)->request;
    const mcp_oauth_begun_t begun = {NULL, NULL, request->client_id,
                                     request->client_mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    if (ended)
        *transaction = NULL;
    return NULL;
}

/* NULL when it is none, or too old. */
static const mcp_oauth_transaction_t *transaction_read(const mcp_json_t *json,
                                                       mcp_ctx_t *cx)
{
    mcp_oauth_transaction_t *t = apr_pcalloc(cx->pool, sizeof(*t));
    apr_int64_t expires;

    if (!mcp_json_integer(&expires, mcp_json_get(json, "expires")) ||
        mcp_ctx_seconds(cx) >= expires)
        return NULL;
    t->request =
        mcp_oauth_request_read(mcp_json_get(json, "request"), cx->pool);
    t->browser = mcp_json_string(mcp_json_get(json, "browser"));
    t->is_approved = mcp_json_is_true(mcp_json_get(json, "is_approved"));
    t->asks_sign_in = mcp_json_is_true(mcp_json_get(json, "asks_sign_in"));
    return t->request ? t : NULL;
}

const mcp_error_t *
mcp_oauth_transaction_open(const mcp_oauth_transaction_t **transaction,
                           const char *text,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    apr_size_t digits = text ? strspn(text, "0123456789") : 0;
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_json_t *json;
    const char *plain;

    *transaction = NULL;
    if (!digits || digits > 6 || text[digits] != '.' ||
        strlen(text) > MAX_TEXT)
        return NULL;
    if (!mcp_jose_keyring_derive(key, service->works->keys, atoi(text),
                                 MCP_KEY_TRANSACTION, service->issuer))
        return NULL;
    MCP_TRY(mcp_store_seal_open(&plain, key, service->issuer,
                                text + digits + 1, cx));
    if (!plain)
        return NULL;
    MCP_TRY(mcp_json_read(&json, plain, strlen(plain), cx));
    *transaction = transaction_read(json, cx);
    return *transaction ? ended_check(transaction, service->works, cx) : NULL;
}
