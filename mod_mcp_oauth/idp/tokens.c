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
                                "what it says now is about another user");
    if (!is_whole)
        fill(now, identity);
    if (!now->session)
        now->session = identity->session;
    *identity = *now;
    return NULL;
}

/* The claims of the id_token of before, where there is no other. */
static mcp_idp_gather_t from_make(const mcp_idp_tokens_t *got,
                                  const mcp_idp_tokens_t *had,
                                  const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    mcp_idp_gather_t from = {got, NULL, NULL, 0};

    if (!got->id_token && had->id_token)
        from.before = mcp_idp_jwt_peek(had->id_token, idp, cx);
    return from;
}

/* -- whether there is something to ask with -- */

const mcp_error_t *mcp_idp_tokens_can_renew(int *can,
                                            const mcp_idp_tokens_t *tokens,
                                            const mcp_idp_remote_t *remote,
                                            mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;

    *can = 0;
    if (!tokens->refresh_token &&
        (!tokens->access_token ||
         (tokens->expires && tokens->expires <= mcp_ctx_seconds(cx))))
        return NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    *can = tokens->refresh_token || mcp_idp_gather_can_ask(metadata);
    return NULL;
}

/* -- with a refresh token -- */

const mcp_error_t *mcp_idp_tokens_turn(mcp_idp_tokens_t *turned,
                                       const mcp_idp_tokens_t *before,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;
    apr_table_t *form;

    *turned = *before;
    turned->id_token = NULL;
    if (!before->refresh_token)
        return NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    form = apr_table_make(cx->pool, 8);
    apr_table_setn(form, "grant_type", "refresh_token");
    apr_table_setn(form, "refresh_token", before->refresh_token);
    MCP_TRY(mcp_idp_token_request_do(turned, form, metadata, cx));
    if (!turned->refresh_token)
        turned->refresh_token = before->refresh_token;
    return NULL;
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

static const mcp_error_t *hear(mcp_identity_t *identity,
                               mcp_idp_tokens_t *turned,
                               const mcp_idp_tokens_t *before,
                               const mcp_idp_metadata_t *metadata,
                               mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_gather_t from = from_make(turned, before, idp, cx);
    mcp_identity_t now;
    const mcp_error_t *e;
    int is_whole;

    e = mcp_idp_gather_identity(&now, &is_whole, &from, metadata, cx);
    if (e && e->code == MCP_E_INVALID_GRANT) /* Verify says no */
        return e;
    if (e)
        go_on(e, cx);
    if (e || !turned->id_token)
        turned->id_token = before->id_token;
    return e ? NULL : update(identity, &now, is_whole, idp, cx);
}

/* -- without -- */

static const mcp_error_t *ask(mcp_identity_t *identity,
                              const mcp_idp_tokens_t *tokens,
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

const mcp_error_t *mcp_idp_tokens_hear(mcp_identity_t *identity,
                                       mcp_idp_tokens_t *turned,
                                       const mcp_idp_tokens_t *before,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;

    if (before->refresh_token) {
        const mcp_error_t *e = mcp_idp_metadata_get(&metadata, remote, cx);

        if (!e)
            return hear(identity, turned, before, metadata, cx);
        go_on(e, cx);
        turned->id_token = before->id_token;
        return NULL;
    }
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    turned->id_token = before->id_token;
    return ask(identity, before, metadata, cx);
}
