/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/encode.h"
#include "oauth/about.h"
#include "oauth/authenticate.h"
#include "oauth/endpoint.h"
#include "oauth/refresh.h"
#include "oauth/relay.h"
#include "oauth/revoke.h"
#include "oauth/upstream.h"
#include "oauth/verify.h"

#define field mcp_oauth_exchange_field

/* A revocation request (RFC 7009 2.1) that a known client makes. A token says
 * itself of which kind it is: token_type_hint is not needed. */
typedef struct ask_t {
    const mcp_oauth_service_t *service;
    const mcp_oauth_client_t *client;
    const char *token;
} ask_t;

/* RFC 7009 2.1: refused, and the client is told. 2.2.1 lends the errors of RFC
 * 6749 5.2, where "issued to another client" is invalid_grant. */
static const mcp_error_t *owner_check(const ask_t *ask, const char *client_id,
                                      mcp_ctx_t *cx)
{
    if (!strcmp(client_id, ask->client->id))
        return NULL;
    return mcp_error_tell(MCP_E_INVALID_GRANT, cx,
                          "The token was issued to another client.");
}

static const char *loggable(const char *text, mcp_ctx_t *cx)
{
    return mcp_encode_log(text, 80, cx->pool);
}

/* Of an access token that was handed on: it cannot end without its grant, for
 * the provider gives only as much as it ends. */
static const mcp_error_t *relayed_find(mcp_oauth_grant_t **grant,
                                       const ask_t *ask, mcp_ctx_t *cx)
{
    unsigned char digest[MCP_DIGEST_SIZE];
    const char *id;

    mcp_digest_sha256_text(digest, ask->token);
    MCP_TRY(mcp_oauth_relay_find(&id, digest, ask->service->works, cx));
    return id ? mcp_oauth_grant_get(grant, id, ask->service->works, cx) : NULL;
}

/* RFC 7009 2.1: the access tokens that are based on the same grant end with
 * it. *done: it was a refresh token, or one of a provider's that was handed
 * on. */
static const mcp_error_t *grant_revoke(int *done, const ask_t *ask,
                                       mcp_ctx_t *cx)
{
    const char *what = "a refresh token";
    mcp_oauth_grant_t *grant;

    *done = 0;
    MCP_TRY(mcp_oauth_refresh_find(&grant, ask->token, ask->service, cx));
    if (!grant) {
        what = "an access token that was handed on";
        MCP_TRY(relayed_find(&grant, ask, cx));
    }
    if (!grant)
        return NULL;
    *done = 1;
    MCP_TRY(owner_check(ask, grant->client_id, cx));
    MCP_TRY(mcp_oauth_grant_revoke(grant, ask->service->works, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 160,
                "the client '%s' revoked %s of '%s' and with it the grant %s",
                loggable(ask->client->id, cx), what,
                loggable(grant->identity.user, cx),
                mcp_digest_text(grant->id, cx->pool));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, grant, "client", cx);
    mcp_oauth_upstream_revoke(grant, ask->service, cx);
    return NULL;
}

/* RFC 7009 2.1 leaves the grant to us: it lives on. */
static const mcp_error_t *access_token_revoke(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_principal_t *who;
    mcp_audit_about_t about;
    const mcp_error_t *e =
        mcp_oauth_verify_token(&who, ask->token, ask->service, cx);

    /* RFC 7009 2.2: what is good for nothing is as the client wants it */
    if (e && e->code == MCP_E_INVALID_TOKEN)
        return NULL;
    MCP_TRY(e);
    MCP_TRY(owner_check(ask, who->client, cx));
    MCP_TRY(mcp_oauth_revoke_token(who, ask->service->works, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 161,
                "the client '%s' revoked an access token of '%s'",
                loggable(ask->client->id, cx), loggable(who->user, cx));
    about = mcp_oauth_about_principal(who, NULL, cx->pool);
    about.reason = "client, one access token";
    mcp_audit(cx, MCP_AUDIT_REVOKED, &about);
    return NULL;
}

const mcp_error_t *mcp_oauth_revocation_handle(mcp_oauth_exchange_t *x,
                                               mcp_ctx_t *cx)
{
    ask_t ask = {x->service, NULL, NULL};
    apr_table_t *form;
    int done;

    mcp_oauth_exchange_private(x);
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    MCP_TRY(mcp_oauth_authenticate_client(&ask.client, x, form, cx));
    ask.token = field(form, "token");
    if (!ask.token)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx, "token is missing.");
    MCP_TRY(grant_revoke(&done, &ask, cx));
    return done ? NULL : access_token_revoke(&ask, cx);
}
