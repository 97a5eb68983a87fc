/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/client.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/random.h"
#include "base/writer.h"
#include "oauth/cimd.h"
#include "oauth/registered.h"

/* A client_id: VERSION KEY-NUMBER "." base64url(registration MAC). All of it
 * is unreserved, so it goes through Basic with and without percent-encoding.
 * The registration is a JSON object with names of one letter. */
#define VERSION "c1-"
#define VERSION_LENGTH (sizeof(VERSION) - 1)
#define READ_MAX 1536
#define MAC_SIZE 16
#define NONCE_BYTES 12
#define HOUR 3600
#define BRIEF_BEGIN 20

static const char *const methods[] = {"none", "client_secret_basic",
                                      "client_secret_post", "private_key_jwt"};

const char *mcp_oauth_client_method_word(mcp_oauth_client_method_t method)
{
    return methods[method];
}

int mcp_oauth_client_method_read(const char *word)
{
    int i;

    for (i = 0; i <= MCP_CLIENT_KEY; i++)
        if (!strcmp(methods[i], word))
            return i;
    return -1;
}

const char *mcp_oauth_client_brief(const char *id, apr_pool_t *pool)
{
    if (!id || strlen(id) <= MCP_CLIENT_BRIEF_MAX)
        return id;
    return apr_psprintf(pool, "%.*s~%s", BRIEF_BEGIN, id,
                        mcp_digest_text(id, pool));
}

/* -- writing -- */

/* MAC over the prefix too, so that neither version nor number moves. */
static void mac_make(unsigned char mac[MCP_DIGEST_SIZE],
                     const unsigned char key[MCP_DIGEST_SIZE],
                     const char *prefix, const char *json, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, prefix, json, NULL);

    mcp_digest_hmac(mac, key, text, strlen(text));
}

static const char *prefix_of(int key, apr_pool_t *pool)
{
    return apr_psprintf(pool, VERSION "%d.", key);
}

static const char *registration_text(const mcp_oauth_client_t *client,
                                     const char *nonce, apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);
    int i;

    mcp_writer_open(w, '{');
    mcp_writer_member_integer(w, "t", client->issued / HOUR);
    mcp_writer_member_integer(w, "m", client->method);
    mcp_writer_member_integer(w, "r", client->may_refresh != 0);
    if (client->has_dpop)
        mcp_writer_member_integer(w, "d", 1);
    mcp_writer_name(w, "u");
    mcp_writer_open(w, '[');
    for (i = 0; i < client->redirect_uris->nelts; i++)
        mcp_writer_string(w, APR_ARRAY_IDX(client->redirect_uris, i, char *));
    mcp_writer_close(w);
    mcp_writer_member(w, "n", client->name);
    mcp_writer_member(w, "s", client->scope);
    if (client->jwks) {
        mcp_writer_name(w, "k");
        mcp_writer_json(w, client->jwks);
    }
    mcp_writer_member(w, "l", client->jwks_uri);
    mcp_writer_member(w, "a", client->alg);
    mcp_writer_member(w, "x", nonce);
    mcp_writer_close(w);
    return mcp_writer_text(w, NULL);
}

const mcp_error_t *mcp_oauth_client_make(mcp_oauth_client_t *client,
                                         const mcp_oauth_service_t *service,
                                         mcp_ctx_t *cx)
{
    mcp_jose_keyring_t *keys = service->works->keys;
    int id = mcp_jose_keyring_current(keys);
    unsigned char key[MCP_DIGEST_SIZE], mac[MCP_DIGEST_SIZE];
    const char *prefix = prefix_of(id, cx->pool), *json, *nonce = NULL;
    apr_size_t len;
    char *blob;

    client->issued = mcp_ctx_seconds(cx) / HOUR * HOUR;
    if (client->method == MCP_CLIENT_BASIC ||
        client->method == MCP_CLIENT_POST)
        MCP_TRY(mcp_random_text(&nonce, NONCE_BYTES, cx));
    json = registration_text(client, nonce, cx->pool);
    if (!mcp_jose_keyring_derive(key, keys, id, MCP_KEY_CLIENT_ID,
                                 service->issuer))
        return mcp_oauth_service_keyless(cx);
    mac_make(mac, key, prefix, json, cx->pool);

    len = strlen(json);
    blob = apr_palloc(cx->pool, len + MAC_SIZE);
    memcpy(blob, json, len);
    memcpy(blob + len, mac, MAC_SIZE);
    client->id = apr_pstrcat(
        cx->pool, prefix, mcp_encode_base64url(blob, len + MAC_SIZE, cx->pool),
        NULL);
    if (strlen(client->id) > MCP_CLIENT_ID_MAX)
        return mcp_error_tell(MCP_E_INVALID_METADATA, cx,
                              "The registration is too large: a client_id "
                              "holds it and may have %d bytes. Register fewer "
                              "or shorter redirect_uris, or a shorter name.",
                              MCP_CLIENT_ID_MAX);
    return NULL;
}

/* -- reading -- */

/* 0 when id does not begin as ours do */
static int key_read(int *key, const char **body, const char *id)
{
    const char *number = id + VERSION_LENGTH;
    apr_size_t digits;

    if (strlen(id) > READ_MAX || strncmp(id, VERSION, VERSION_LENGTH) != 0)
        return 0;
    digits = strspn(number, "0123456789");
    if (!digits || digits > 6 || number[digits] != '.')
        return 0;
    *key = atoi(number);
    *body = number + digits + 1;
    return 1;
}

/* The registration in the body of an id, and the MAC behind it; NULL where
 * there is neither. */
static const char *body_read(const unsigned char **mac, const char *body,
                             apr_pool_t *pool)
{
    apr_size_t len;
    unsigned char *blob =
        mcp_encode_base64url_read(&len, body, strlen(body), pool);

    if (!blob || len <= MAC_SIZE || memchr(blob, '\0', len - MAC_SIZE))
        return NULL;
    *mac = blob + len - MAC_SIZE;
    return apr_pstrmemdup(pool, (char *)blob, len - MAC_SIZE);
}

/* The registration in an id that is ours, else NULL. */
static const char *open_id(const mcp_oauth_service_t *service, const char *id,
                           apr_pool_t *pool)
{
    unsigned char key[MCP_DIGEST_SIZE], mac[MCP_DIGEST_SIZE];
    const unsigned char *given;
    const char *body, *json;
    int number;

    if (!key_read(&number, &body, id))
        return NULL;
    if (!mcp_jose_keyring_derive(key, service->works->keys, number,
                                 MCP_KEY_CLIENT_ID, service->issuer))
        return NULL;
    json = body_read(&given, body, pool);
    if (!json)
        return NULL;
    mac_make(mac, key, apr_pstrmemdup(pool, id, (apr_size_t)(body - id)), json,
             pool);
    if (!mcp_digest_equal_bytes(mac, given, MAC_SIZE))
        return NULL;
    return json;
}

const char *mcp_oauth_client_name(const char *id, mcp_ctx_t *cx)
{
    const unsigned char *mac;
    const mcp_json_t *json;
    const char *body, *text;
    int number;

    if (!key_read(&number, &body, id))
        return NULL;
    text = body_read(&mac, body, cx->pool);
    if (!text || mcp_json_read(&json, text, strlen(text), cx))
        return NULL;
    return mcp_json_string(mcp_json_get(json, "n"));
}

static int integer_of(const mcp_json_t *json, const char *name)
{
    apr_int64_t value = 0;

    mcp_json_integer(&value, mcp_json_get(json, name));
    return (int)value;
}

/* Judged and written by us: only the MAC was in doubt. */
static mcp_oauth_client_t *registration_read(const mcp_json_t *json,
                                             const char *id, apr_pool_t *pool)
{
    mcp_oauth_client_t *client = apr_pcalloc(pool, sizeof(*client));
    const mcp_json_t *uris = mcp_json_get(json, "u");
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(char *));
    apr_size_t i;

    for (i = 0; i < mcp_json_size(uris); i++)
        APR_ARRAY_PUSH(list, const char *) =
            mcp_json_string(mcp_json_at(uris, i));
    client->id = apr_pstrdup(pool, id);
    client->issued = (apr_int64_t)integer_of(json, "t") * HOUR;
    client->method = (mcp_oauth_client_method_t)integer_of(json, "m");
    client->may_refresh = integer_of(json, "r");
    client->has_dpop = integer_of(json, "d");
    client->redirect_uris = list;
    client->name = mcp_json_string(mcp_json_get(json, "n"));
    client->scope = mcp_json_string(mcp_json_get(json, "s"));
    client->jwks = mcp_json_get(json, "k");
    client->jwks_uri = mcp_json_string(mcp_json_get(json, "l"));
    client->alg = mcp_json_string(mcp_json_get(json, "a"));
    return client;
}

/* The longest that any resource of the service allows. */
static apr_int64_t lifetime(const mcp_oauth_service_t *service)
{
    apr_int64_t longest = 0, one;
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        one =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *)
                ->settings->lifetime->registration;
        if (one > longest)
            longest = one;
    }
    return longest;
}

/* -- finding -- */

/* One that registered itself. */
static mcp_oauth_client_t *issued_find(const mcp_oauth_service_t *service,
                                       const char *id, mcp_ctx_t *cx)
{
    const char *text = open_id(service, id, cx->pool);
    mcp_oauth_client_t *found;
    const mcp_json_t *json;

    if (!text || mcp_json_read(&json, text, strlen(text), cx))
        return NULL;
    found = registration_read(json, id, cx->pool);
    return mcp_ctx_seconds(cx) - found->issued <= lifetime(service) ? found
                                                                    : NULL;
}

const mcp_error_t *mcp_oauth_client_find(const mcp_oauth_client_t **client,
                                         const mcp_oauth_service_t *service,
                                         const char *id, mcp_ctx_t *cx)
{
    mcp_oauth_client_t *found = NULL;
    int is_url = id && mcp_oauth_cimd_is_url(id), denied;

    *client = NULL;
    if (id && !is_url)
        found = mcp_oauth_registered_find(service, id, cx->pool);
    if (id && !is_url && !found)
        found = issued_find(service, id, cx);
    if (!found && !is_url)
        return NULL;
    /* before anything is fetched for it */
    MCP_TRY(mcp_oauth_client_is_denied(&denied, id, service->works, cx));
    if (denied)
        return NULL;
    if (is_url)
        return mcp_oauth_cimd_find(client, service, id, cx);
    *client = found;
    return NULL;
}

int mcp_oauth_client_may(const mcp_oauth_client_t *client, int grant)
{
    if (client->setting)
        return (client->setting->grants & grant) != 0;
    return grant != MCP_GRANTS_CLIENT;
}

const char *mcp_oauth_client_secret(const mcp_oauth_client_t *client,
                                    const mcp_oauth_service_t *service,
                                    apr_pool_t *pool)
{
    unsigned char key[MCP_DIGEST_SIZE], secret[MCP_DIGEST_SIZE];
    const char *body;
    int number;

    if (client->method == MCP_CLIENT_NONE || client->method == MCP_CLIENT_KEY)
        return NULL;
    if (client->setting)
        return client->setting->secret->text;
    if (!key_read(&number, &body, client->id) ||
        !mcp_jose_keyring_derive(key, service->works->keys, number,
                                 MCP_KEY_CLIENT_SECRET, service->issuer))
        return NULL;
    mcp_digest_hmac(secret, key, client->id, strlen(client->id));
    return mcp_encode_base64url(secret, sizeof(secret), pool);
}
