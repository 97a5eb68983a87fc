/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/tokens.h"

#include <string.h>

#include "idp/fault.h"
#include "idp/gather.h"
#include "idp/jwt.h"
#include "idp/token_request.h"

/* -- who it is now -- */

static int is_same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* A word that somebody did not say whom we could not hear stays. */
static void fill(mcp_identity_t *now, const mcp_identity_t *before)
{
#define MCP_IDENTITY(word, kind, variable, header, claim, help)               \
    if (!now->word)                                                           \
        now->word = before->word;
#define MCP_IDENTITY_GRANTED(word, kind, variable, header, claim, help)
#include "base/identity.def"
}

/* OpenID Connect Core 12.2 */
static const mcp_error_t *update(mcp_identity_t *identity, mcp_identity_t *now,
                                 int is_whole, const mcp_idp_t *idp,
                                 mcp_ctx_t *cx)
{
    if (!is_same(now->subject, identity->subject) ||
        !is_same(now->issuer, identity->issuer))
        return mcp_idp_fault_no(idp, cx, MCP_E_INVALID_GRANT,
                                "what it gave for a refresh token is about "
                                "another user");
    if (!is_whole)
        fill(now, identity);
    if (!now->session)
        now->session = identity->session;
    *identity = *now;
    return NULL;
}

/* -- with a refresh token -- */

static mcp_idp_gather_t from_make(const mcp_idp_tokens_t *got,
                                  const mcp_idp_tokens_t *had,
                                  const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    mcp_idp_gather_t from = {got, NULL, NULL, 0};

    if (!got->id_token && had->id_token)
        from.before = mcp_idp_jwt_peek(had->id_token, idp, cx);
    return from;
}

/* The provider has said yes, and may take the old refresh token no more: that
 * it now cannot say who the user is, or says it in a way that cannot be
 * believed, loses neither. */
static void go_on(const mcp_error_t *e, mcp_ctx_t *cx)
{
    if (e->code == MCP_E_SERVER_ERROR)
        mcp_ctx_log(cx, MCP_LOG_WARNING, 184,
                    "%s: what is known of a user was not brought up to date. "
                    "%s",
                    e->detail, e->remedy);
    else
        mcp_ctx_log(cx, MCP_LOG_INFO, 185,
                    "%s: what is known of a user was not brought up to date",
                    e->detail);
}

static const mcp_error_t *refresh(mcp_idp_tokens_t *tokens,
                                  mcp_identity_t *identity,
                                  const mcp_idp_metadata_t *metadata,
                                  mcp_ctx_t *cx)
{
    apr_table_t *form = apr_table_make(cx->pool, 8);
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_tokens_t got;
    mcp_idp_gather_t from;
    mcp_identity_t now;
    const mcp_error_t *e;
    int is_whole;

    apr_table_setn(form, "grant_type", "refresh_token");
    apr_table_setn(form, "refresh_token", tokens->refresh_token);
    MCP_TRY(mcp_idp_token_request_do(&got, form, metadata, cx));
    from = from_make(&got, tokens, idp, cx);
    e = mcp_idp_gather_identity(&now, &is_whole, &from, metadata, cx);
    if (e)
        go_on(e, cx);
    else
        MCP_TRY(update(identity, &now, is_whole, idp, cx));
    tokens->access_token = got.access_token;
    tokens->expires = got.expires;
    if (got.refresh_token)
        tokens->refresh_token = got.refresh_token;
    if (got.id_token && !e)
        tokens->id_token = got.id_token;
    return NULL;
}

/* -- without -- */

static const mcp_error_t *ask(const mcp_idp_tokens_t *tokens,
                              mcp_identity_t *identity,
                              const mcp_idp_metadata_t *metadata,
                              mcp_ctx_t *cx)
{
    const mcp_idp_tokens_t alone = {tokens->access_token, NULL, NULL, 0};
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_gather_t from = from_make(&alone, tokens, idp, cx);
    mcp_identity_t now;
    int is_whole;

    from.is_question = 1;
    MCP_TRY(mcp_idp_gather_identity(&now, &is_whole, &from, metadata, cx));
    return update(identity, &now, is_whole, idp, cx);
}

const mcp_error_t *mcp_idp_tokens_renew(int *is_known,
                                        mcp_idp_tokens_t *tokens,
                                        mcp_identity_t *identity,
                                        const mcp_idp_remote_t *remote,
                                        mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;

    *is_known = 0;
    if (!tokens->refresh_token &&
        (!tokens->access_token ||
         (tokens->expires && tokens->expires <= mcp_ctx_seconds(cx))))
        return NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    if (!tokens->refresh_token && !mcp_idp_gather_can_ask(metadata))
        return NULL;
    *is_known = 1;
    if (tokens->refresh_token)
        return refresh(tokens, identity, metadata, cx);
    return ask(tokens, identity, metadata, cx);
}
