/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "base/audit.h"
#include "base/writer.h"
#include "oauth/budget.h"
#include "oauth/client_keys.h"
#include "oauth/endpoint.h"
#include "oauth/metadata.h"

#define BEARER "Bearer "
#define BEARER_LENGTH (sizeof(BEARER) - 1)

/* The client_id holds them: of each key what is needed, and of the set those
 * that can be used. */
static const mcp_error_t *keys_shorten(mcp_oauth_client_t *client,
                                       mcp_ctx_t *cx)
{
    const mcp_json_t *keys = mcp_json_get(client->jwks, "keys");
    mcp_writer_t *w = mcp_writer_make(cx->pool);
    mcp_jose_jwk_t *jwk;
    const char *text;
    apr_size_t i, len;
    int count = 0;

    mcp_writer_open(w, '{');
    mcp_writer_name(w, "keys");
    mcp_writer_open(w, '[');
    for (i = 0; i < mcp_json_size(keys); i++) {
        if (mcp_jose_jwk_read(&jwk, mcp_json_at(keys, i), cx))
            continue;
        mcp_writer_raw(w, mcp_jose_jwk_text(jwk, 0, cx->pool));
        count++;
    }
    mcp_writer_close(w);
    mcp_writer_close(w);
    if (!count)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "jwks has no key for signatures: RSA of 2048 "
                              "bits or more, EC, or Ed25519.");
    text = mcp_writer_text(w, &len);
    return mcp_json_read(&client->jwks, text, len, cx);
}

/* RFC 7591 2: absent means client_secret_basic. */
static const mcp_error_t *method_read(mcp_oauth_client_t *client,
                                      const mcp_json_t *json, mcp_ctx_t *cx)
{
    const char *word;
    int method;

    MCP_TRY(mcp_oauth_metadata_string(&word, json,
                                      "token_endpoint_auth_method", cx));
    method = mcp_oauth_client_method_read(word ? word : "client_secret_basic");
    if (method < 0)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "token_endpoint_auth_method has to be none, "
                              "client_secret_basic, client_secret_post or "
                              "private_key_jwt.");
    client->method = (mcp_oauth_client_method_t)method;
    if (client->method != MCP_CLIENT_KEY)
        return NULL;
    MCP_TRY(mcp_oauth_client_keys_read(client, json, cx));
    return client->jwks ? keys_shorten(client, cx) : NULL;
}

/* -- who may -- */

/* RFC 7591 3: an initial access token, as RFC 6750 2.1 sends it */
static const mcp_error_t *token_check(mcp_oauth_exchange_t *x,
                                      const mcp_secret_setting_t *token,
                                      mcp_ctx_t *cx)
{
    const char *sent = x->authorization;
    int has_one = sent && !strncasecmp(sent, BEARER, BEARER_LENGTH);

    if (has_one &&
        mcp_digest_equal(token->text, sent + BEARER_LENGTH +
                                          strspn(sent + BEARER_LENGTH, " ")))
        return NULL;
    apr_table_setn(x->headers, "WWW-Authenticate",
                   has_one ? "Bearer realm=\"registration\", "
                             "error=\"invalid_token\""
                           : "Bearer realm=\"registration\"");
    return mcp_error_tell(MCP_E_INVALID_TOKEN, cx,
                          "Registration needs the initial access token of "
                          "this server.");
}

static const mcp_error_t *policy_check(mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const mcp_server_settings_t *settings = x->service->settings;

    if (!mcp_oauth_service_registers(x->service))
        return mcp_error_tell(MCP_E_NOT_FOUND, cx,
                              "There is no registration here. Ask the "
                              "administrator for a client_id.");
    MCP_TRY(mcp_oauth_budget_spend(x, "registration",
                                   &settings->limit->registrations, cx));
    return settings->registration && settings->registration->token
               ? token_check(x, settings->registration->token, cx)
               : NULL;
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
    mcp_writer_member_integer(w, "client_id_issued_at", client->issued);
    if (secret) {
        mcp_writer_member(w, "client_secret", secret);
        mcp_writer_member_integer(w, "client_secret_expires_at", 0);
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
    if (client->has_dpop)
        mcp_writer_member_boolean(w, "dpop_bound_access_tokens", 1);
    mcp_writer_member(w, "scope", client->scope);
    if (client->jwks) {
        mcp_writer_name(w, "jwks");
        mcp_writer_json(w, client->jwks);
    }
    mcp_writer_member(w, "jwks_uri", client->jwks_uri);
    mcp_writer_member(w, "token_endpoint_auth_signing_alg", client->alg);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

/* -- the endpoint -- */

static const mcp_error_t *client_read(mcp_oauth_client_t *client,
                                      mcp_oauth_exchange_t *x, mcp_ctx_t *cx)
{
    const mcp_json_t *json;

    MCP_TRY(policy_check(x, cx));
    MCP_TRY(body_read(&json, x, cx));
    MCP_TRY(mcp_oauth_metadata_read(client, json, x->service, cx));
    MCP_TRY(method_read(client, json, cx));
    return mcp_oauth_client_make(client, x->service, cx);
}

static const char *reason_of(const mcp_error_t *e)
{
    switch (e->code) {
    case MCP_E_NOT_FOUND:
        return "closed";
    case MCP_E_TOO_MANY_REQUESTS:
        return "limit";
    case MCP_E_INVALID_TOKEN:
        return "initial-access-token";
    default:
        return mcp_error_text(e);
    }
}

static void tell(const mcp_oauth_client_t *client, const mcp_error_t *e,
                 mcp_ctx_t *cx)
{
    mcp_audit_about_t about;

    memset(&about, 0, sizeof(about));
    if (e)
        about.reason = reason_of(e);
    else {
        about.client = mcp_oauth_client_brief(client->id, cx->pool);
        about.scope = client->scope;
    }
    mcp_audit(cx, e ? MCP_AUDIT_REGISTRATION_REFUSED : MCP_AUDIT_REGISTERED,
              &about);
}

/* Dynamic client registration (RFC 7591 3) */
const mcp_error_t *mcp_oauth_register_handle(mcp_oauth_exchange_t *x,
                                             mcp_ctx_t *cx)
{
    mcp_oauth_client_t client;
    const mcp_error_t *e;

    memset(&client, 0, sizeof(client));
    mcp_oauth_exchange_private(x);
    e = client_read(&client, x, cx);
    tell(&client, e, cx);
    if (e)
        return e;
    x->status = 201;
    x->json = answer(&client,
                     mcp_oauth_client_secret(&client, x->service, cx->pool),
                     cx->pool);
    return NULL;
}
