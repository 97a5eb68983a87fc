/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/writer.h"
#include "oauth/endpoint.h"
#include "oauth/metadata.h"

/* RFC 7591 2: absent means client_secret_basic. */
static const mcp_error_t *method_read(mcp_oauth_client_t *client,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *word;
    int method;

    MCP_TRY(mcp_oauth_metadata_string(&word, json,
                                      "token_endpoint_auth_method", cx));
    method = mcp_oauth_client_method_read(word ? word : "client_secret_basic");
    if (method < 0 || method == MCP_CLIENT_KEY)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "token_endpoint_auth_method has to be none, "
                              "client_secret_basic or client_secret_post.");
    client->method = (mcp_oauth_client_method_t)method;
    return NULL;
}

static const mcp_error_t *body_read(const mcp_json_t **json,
                                    const mcp_oauth_exchange_t *x,
                                    mcp_ctx_t *cx)
{
    if (!x->content_type || strcmp(x->content_type, "application/json") != 0)
        return mcp_error_tell(MCP_E_MEDIA_TYPE, cx,
                              "Registrations are application/json.");
    if (mcp_json_read(json, x->body ? x->body : "", x->body_len, cx) ||
        mcp_json_type(*json) != MCP_JSON_OBJECT)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "The body is not a JSON object.");
    return NULL;
}

/* -- the answer -- */

static void write_list(mcp_writer_t *w, const char *name, const char *first,
                       const char *second)
{
    mcp_writer_name(w, name);
    mcp_writer_open(w, '[');
    mcp_writer_string(w, first);
    if (second)
        mcp_writer_string(w, second);
    mcp_writer_close(w);
}

/* RFC 7591 3.2.1: what was registered. No nulls: clients refuse them. */
static const char *answer(const mcp_oauth_client_t *client, const char *secret,
                          apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_member(w, "client_id", client->id);
    mcp_writer_name(w, "client_id_issued_at");
    mcp_writer_integer(w, client->issued);
    if (secret) {
        mcp_writer_member(w, "client_secret", secret);
        mcp_writer_name(w, "client_secret_expires_at");
        mcp_writer_integer(w, 0);
    }
    mcp_writer_member(w, "client_name", client->name);
    mcp_writer_name(w, "redirect_uris");
    mcp_writer_open(w, '[');
    for (i = 0; i < client->redirect_uris->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(client->redirect_uris, i, char *));
    mcp_writer_close(w);
    mcp_writer_member(w, "token_endpoint_auth_method",
                      mcp_oauth_client_method_word(client->method));
    write_list(w, "grant_types", "authorization_code",
               client->may_refresh ? "refresh_token" : NULL);
    write_list(w, "response_types", "code", NULL);
    mcp_writer_member(w, "scope", client->scope);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

/* Dynamic client registration (RFC 7591 3) */
const mcp_error_t *mcp_oauth_register_handle(mcp_oauth_exchange_t *x,
                                             mcp_ctx_t *cx)
{
    mcp_oauth_client_t client;
    const mcp_json_t *json;

    memset(&client, 0, sizeof(client));
    mcp_oauth_exchange_private(x);
    MCP_TRY(body_read(&json, x, cx));
    MCP_TRY(mcp_oauth_metadata_read(&client, json, x->service, cx));
    MCP_TRY(method_read(&client, json, cx));
    MCP_TRY(mcp_oauth_client_make(&client, x->service, cx));
    x->status = 201;
    x->json = answer(&client,
                     mcp_oauth_client_secret(&client, x->service, cx->pool),
                     cx->pool);
    return NULL;
}
