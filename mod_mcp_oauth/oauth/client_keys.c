/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/client_keys.h"

#include <string.h>

#include "base/uri.h"
#include "net/guard.h"
#include "oauth/metadata.h"

/* RFC 7518 6: what only the owner of a key has. A key that is published with
 * it is everybody's. */
static const char *const private_members[] = {"d",  "p",  "q",   "dp",
                                              "dq", "qi", "oth", "k"};

/* NULL when it is a set of public keys. */
static const char *set_fault(const mcp_json_t *jwks)
{
    const mcp_json_t *keys = mcp_json_get(jwks, "keys"), *key;
    apr_size_t i, k, count = mcp_json_size(keys);

    if (mcp_json_type(keys) != MCP_JSON_ARRAY || !count ||
        count > MCP_CLIENT_KEYS_MOST)
        return "is not a set of keys.";
    for (i = 0; i < count; i++) {
        key = mcp_json_at(keys, i);
        if (!mcp_json_string(mcp_json_get(key, "kty")))
            return "holds something other than keys.";
        for (k = 0; k < sizeof(private_members) / sizeof(*private_members);
             k++)
            if (mcp_json_get(key, private_members[k]))
                return "holds a private or symmetric key.";
    }
    return NULL;
}

static int is_fetchable(const char *url, mcp_ctx_t *cx)
{
    const mcp_uri_t *uri;

    return !mcp_uri_read(&uri, url, cx) && !strcmp(uri->scheme, "https") &&
           !uri->userinfo && !uri->fragment &&
           !mcp_net_guard_name_fault(uri->host);
}

/* Neither none nor one with a shared secret: there is none to share. */
static const mcp_error_t *alg_read(mcp_oauth_client_t *client,
                                   const mcp_json_t *metadata, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_metadata_string(&client->alg, metadata,
                                      "token_endpoint_auth_signing_alg", cx));
    if (client->alg &&
        (!strcmp(client->alg, "none") || !strncmp(client->alg, "HS", 2)))
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "token_endpoint_auth_signing_alg has to be one "
                              "with a private key.");
    return NULL;
}

const mcp_error_t *mcp_oauth_client_keys_read(mcp_oauth_client_t *client,
                                              const mcp_json_t *metadata,
                                              mcp_ctx_t *cx)
{
    const char *fault;

    client->jwks = mcp_oauth_metadata_member(metadata, "jwks");
    MCP_TRY(mcp_oauth_metadata_string(&client->jwks_uri, metadata, "jwks_uri",
                                      cx));
    if (!client->jwks == !client->jwks_uri)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "private_key_jwt needs either jwks or "
                              "jwks_uri.");
    if (client->jwks_uri && !is_fetchable(client->jwks_uri, cx))
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "jwks_uri is not a public https URL.");
    fault = client->jwks ? set_fault(client->jwks) : NULL;
    if (fault)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx, "jwks %s", fault);
    return alg_read(client, metadata, cx);
}

static const mcp_error_t *no_keys(const mcp_net_document_t *document,
                                  mcp_ctx_t *cx)
{
    mcp_error_t *e;

    if (document->outcome == MCP_NET_REFUSED)
        return mcp_error_make(MCP_E_INVALID_CLIENT, cx,
                              "there is nothing at the client's jwks_uri");
    e = mcp_error_tell(MCP_E_UNAVAILABLE, cx,
                       "The keys at the client's jwks_uri cannot be fetched "
                       "at the moment.");
    e->retry_after = document->retry_after;
    return e;
}

const mcp_error_t *mcp_oauth_client_keys_get(
    const mcp_json_t **jwks, const mcp_oauth_client_t *client,
    const mcp_oauth_service_t *service, int want_new, mcp_ctx_t *cx)
{
    const mcp_net_request_t request = {
        client->jwks_uri, 0, MCP_CLIENT_KEYS_MAX, service->settings->fetch};
    mcp_net_documents_t *documents = service->works->documents;
    mcp_net_document_t document;

    *jwks = client->jwks;
    if (*jwks)
        return NULL;
    if (!documents)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "See what this child logged when it started.",
                               "nothing can be fetched in this child");
    MCP_TRY((want_new ? mcp_net_document_renew : mcp_net_document_get)(
        &document, documents, &request, cx));
    if (document.outcome != MCP_NET_OK)
        return no_keys(&document, cx);
    if (!mcp_json_read(jwks, document.body, document.len, cx) &&
        !set_fault(*jwks))
        return NULL;
    mcp_net_document_blame(documents, &request, cx);
    return mcp_error_make(MCP_E_INVALID_CLIENT, cx,
                          "what is at the client's jwks_uri is not a set of "
                          "public keys");
}
