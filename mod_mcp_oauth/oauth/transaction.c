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

/* KEY-NUMBER "." sealed */
const mcp_error_t *
mcp_oauth_transaction_make(const char **text,
                           const mcp_oauth_request_t *request,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    int id = mcp_jose_keyring_current(service->works->keys);
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    unsigned char key[MCP_DIGEST_SIZE];
    const char *sealed;

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "expires");
    mcp_writer_integer(w, mcp_ctx_seconds(cx) + mcp_oauth_transaction_lifetime(
                                                    request, service));
    mcp_writer_name(w, "request");
    mcp_oauth_request_write(w, request);
    mcp_writer_close(w);
    if (!mcp_jose_keyring_derive(key, service->works->keys, id,
                                 MCP_KEY_TRANSACTION, service->issuer))
        return mcp_oauth_service_keyless(cx);
    MCP_TRY(mcp_store_seal_make(&sealed, key, service->issuer,
                                mcp_writer_text(w, NULL), cx));
    *text = apr_psprintf(cx->pool, "%d.%s", id, sealed);
    return NULL;
}

/* The client has not been ended since the request. */
static const mcp_error_t *ended_check(const mcp_oauth_request_t **request,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_begun_t begun = {NULL, NULL, (*request)->client_id,
                                     (*request)->client_mark};
    int ended;

    MCP_TRY(mcp_oauth_ended_since(&ended, &begun, works, cx));
    if (ended)
        *request = NULL;
    return NULL;
}

const mcp_error_t *
mcp_oauth_transaction_open(const mcp_oauth_request_t **request,
                           const char *text,
                           const mcp_oauth_service_t *service, mcp_ctx_t *cx)
{
    apr_size_t digits = text ? strspn(text, "0123456789") : 0;
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_json_t *json;
    apr_int64_t expires;
    const char *plain;

    *request = NULL;
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
    if (!mcp_json_integer(&expires, mcp_json_get(json, "expires")) ||
        mcp_ctx_seconds(cx) >= expires)
        return NULL;
    *request = mcp_oauth_request_read(mcp_json_get(json, "request"), cx->pool);
    return *request ? ended_check(request, service->works, cx) : NULL;
}
