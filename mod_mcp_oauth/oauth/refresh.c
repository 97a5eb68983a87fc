/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/refresh.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "oauth/about.h"
#include "oauth/relay.h"
#include "oauth/renewal.h"
#include "oauth/upstream.h"

/* A refresh token: VERSION KEY-NUMBER "." grant "." generation "." MAC */
#define VERSION "r1-"
#define VERSION_LENGTH (sizeof(VERSION) - 1)
#define MAX_TEXT 256
#define TURN_TRIES 32

typedef struct token_t {
    int key;
    const char *grant;
    apr_int64_t generation;
    const char *mac;
} token_t;

/* The client is in the MAC only: it has to say itself who it is. */
static const char *mac_of(const token_t *token, const char *client_id,
                          const mcp_oauth_service_t *service, apr_pool_t *pool)
{
    unsigned char key[MCP_DIGEST_SIZE], mac[MCP_DIGEST_SIZE];
    const char *text;

    if (!mcp_jose_keyring_derive(key, service->works->keys, token->key,
                                 MCP_KEY_REFRESH_TOKEN, service->issuer))
        return NULL;
    text = apr_psprintf(pool, VERSION "%d.%s.%" APR_INT64_T_FMT " %s",
                        token->key, token->grant, token->generation,
                        client_id);
    mcp_digest_hmac(mac, key, text, strlen(text));
    return mcp_encode_base64url(mac, sizeof(mac), pool);
}

const char *mcp_oauth_refresh_text(const mcp_oauth_grant_t *grant,
                                   const mcp_oauth_service_t *service,
                                   apr_pool_t *pool)
{
    token_t token = {0, grant->id, grant->generation, NULL};

    token.key = mcp_jose_keyring_current(service->works->keys);
    return apr_psprintf(pool, VERSION "%d.%s.%" APR_INT64_T_FMT ".%s",
                        token.key, token.grant, token.generation,
                        mac_of(&token, grant->client_id, service, pool));
}

/* -- reading -- */

/* The number at *text, behind which stands a dot; -1 when there is none. One
 * spelling of each, so that a token has only one. */
static apr_int64_t number_read(const char **text)
{
    apr_size_t digits = strspn(*text, "0123456789");
    apr_int64_t number;

    if (!digits || digits > 9 || (*text)[digits] != '.' ||
        (digits > 1 && **text == '0'))
        return -1;
    number = atoi(*text);
    *text += digits + 1;
    return number;
}

static int token_read(token_t *token, const char *text, apr_pool_t *pool)
{
    const char *dot;

    if (strlen(text) > MAX_TEXT || strncmp(text, VERSION, VERSION_LENGTH) != 0)
        return 0;
    text += VERSION_LENGTH;
    token->key = (int)number_read(&text);
    dot = strchr(text, '.');
    if (token->key < 0 || !dot)
        return 0;
    token->grant = apr_pstrmemdup(pool, text, (apr_size_t)(dot - text));
    text = dot + 1;
    token->generation = number_read(&text);
    token->mac = text;
    return token->generation > 0;
}

const mcp_error_t *mcp_oauth_refresh_find(mcp_oauth_grant_t **grant,
                                          const char *text,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *found;
    token_t token;

    *grant = NULL;
    if (!token_read(&token, text, cx->pool))
        return NULL;
    MCP_TRY(mcp_oauth_grant_get(&found, token.grant, service->works, cx));
    if (found &&
        mcp_digest_equal(mac_of(&token, found->client_id, service, cx->pool),
                         token.mac))
        *grant = found;
    return NULL;
}

static const mcp_error_t *refused(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_GRANT, cx, "refresh token: %s", why);
}

/* -- turning -- */

/* Before anything is turned: a request that fails must not cost the token. */
static const mcp_error_t *ask_check(const mcp_oauth_refresh_ask_t *ask,
                                    const mcp_oauth_grant_t *grant,
                                    const mcp_oauth_resource_t *resource,
                                    mcp_ctx_t *cx)
{
    apr_array_header_t *asked, *granted;

    if (ask->resource && ask->resource != resource)
        return mcp_error_tell(MCP_E_INVALID_TARGET, cx,
                              "The grant is for another resource.");
    MCP_TRY(mcp_scope_read(&asked, ask->scope, cx));
    /* the access token is the provider's, whatever is asked for, and so is its
     * scope, which the answer tells (RFC 6749 3.3) and clients repeat here */
    if (mcp_oauth_service_relays(resource))
        return NULL;
    MCP_TRY(mcp_scope_read(&granted, grant->scope, cx));
    if (!mcp_scope_is_subset(asked, granted))
        return mcp_error_tell(MCP_E_INVALID_SCOPE, cx,
                              "The scope exceeds what was granted.");
    return NULL;
}

/* RFC 9700 4.14.2: the thief or the client came second; nobody knows which. */
static const mcp_error_t *reused(const mcp_oauth_grant_t *grant,
                                 const token_t *token,
                                 const mcp_oauth_service_t *service,
                                 mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_grant_revoke(grant, service->works, cx));
    mcp_ctx_log(
        cx, MCP_LOG_NOTICE, 151,
        "a refresh token of '%s' was used again: generation %" APR_INT64_T_FMT
        " of %" APR_INT64_T_FMT "; the grant %s is revoked",
        mcp_encode_log(grant->identity.user, 80, cx->pool), token->generation,
        grant->generation, mcp_digest_text(grant->id, cx->pool));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REFRESH_REUSED, grant, NULL, cx);
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, grant, "refresh-reused", cx);
    mcp_oauth_upstream_revoke(grant, service, cx);
    return refused(cx, "was used before, its family is revoked");
}

/* The clock may have gone back: that is no reuse. */
static int in_grace(const mcp_oauth_grant_t *grant,
                    const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);

    return now < grant->turned ||
           now - grant->turned <= resource->settings->lifetime->refresh_grace;
}

/* A lost answer, or one of those who came at once. */
static int is_repeat(const mcp_oauth_grant_t *grant, const token_t *token,
                     const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    return token->generation == grant->generation - 1 &&
           in_grace(grant, resource, cx);
}

/* The proof is good once, however often this is tried; the family may have got
 * its key meanwhile. */
static const mcp_error_t *key_check(const mcp_oauth_refresh_ask_t *ask,
                                    const mcp_oauth_grant_t *grant,
                                    const mcp_oauth_resource_t *resource,
                                    int is_first, mcp_ctx_t *cx)
{
    return is_first
               ? mcp_oauth_binding_make(ask->binding, resource, grant->jkt, cx)
               : mcp_oauth_binding_check(ask->binding, grant->jkt, cx);
}

/* One attempt; *done is 0 when somebody else turned the family meanwhile. */
static const mcp_error_t *turn_once(int *done, mcp_oauth_grant_t *grant,
                                    const token_t *token,
                                    const mcp_oauth_resource_t *resource,
                                    mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = resource->service;

    *done = 1;
    if (is_repeat(grant, token, resource, cx)) {
        mcp_oauth_about_grant_tell(MCP_AUDIT_REFRESH_REPEATED, grant, NULL,
                                   cx);
        return NULL;
    }
    if (token->generation < grant->generation)
        return reused(grant, token, service, cx);
    /* A later generation than the store knows is one that it lost: the MAC
     * says that we issued it. */
    grant->generation = token->generation + 1;
    grant->turned = mcp_ctx_seconds(cx);
    mcp_oauth_grant_extend(grant, resource, grant->turned);
    MCP_TRY(mcp_oauth_grant_replace(done, grant, service->works, cx));
    if (*done)
        mcp_oauth_about_grant_tell(MCP_AUDIT_REFRESHED, grant, NULL, cx);
    return NULL;
}

/* Nothing is turned that could not be answered. */
static const mcp_error_t *renew(mcp_oauth_grant_t **grant,
                                const mcp_oauth_resource_t *resource,
                                mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_renewal_ask(grant, resource, cx));
    return *grant ? mcp_oauth_relay_check(*grant, resource, cx) : NULL;
}

const mcp_error_t *mcp_oauth_refresh_turn(mcp_oauth_grant_t **grant,
                                          const mcp_oauth_refresh_ask_t *ask,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource;
    apr_int64_t now = mcp_ctx_seconds(cx);
    token_t token;
    int i, done = 0;

    if (!token_read(&token, ask->token, cx->pool) ||
        !mcp_digest_equal(mac_of(&token, ask->client->id, service, cx->pool),
                          token.mac))
        return refused(cx, "is not one of ours, or of another client");
    for (i = 0; i < TURN_TRIES && !done; i++) {
        MCP_TRY(mcp_oauth_grant_get(grant, token.grant, service->works, cx));
        if (!*grant)
            return refused(cx, "the grant has ended");
        resource = mcp_oauth_service_resource(service, (*grant)->resource);
        if (!resource || now >= mcp_oauth_grant_end(*grant, resource))
            return refused(cx, "the grant has ended");
        if (mcp_oauth_grant_is_idle(*grant, resource, now))
            return refused(cx, "was not used for too long");
        MCP_TRY(ask_check(ask, *grant, resource, cx));
        MCP_TRY(key_check(ask, *grant, resource, !i, cx));
        if (token.generation >= (*grant)->generation ||
            is_repeat(*grant, &token, resource, cx))
            MCP_TRY(renew(grant, resource, cx));
        if (!*grant)
            return refused(cx, "the grant has ended");
        if (!(*grant)->jkt)
            (*grant)->jkt = mcp_oauth_binding_refresh(ask->binding);
        MCP_TRY(turn_once(&done, *grant, &token, resource, cx));
    }
    if (!done)
        return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                              "too many refreshes of one grant at once");
    return NULL;
}
