/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/logout.h"
#include "jose/jwe.h"
#include "oauth/endpoint.h"
#include "oauth/provider.h"
#include "oauth/revoke.h"

/* OpenID Connect Back-Channel Logout 1.0: an identity provider says that a
 * user, or one of his sessions there, has ended. So does here what began with
 * it. */

#define SKEW 60 /* seconds that another node's clock may be behind */

typedef struct ask_t {
    const mcp_oauth_service_t *service;
    const char *text;
    apr_array_header_t *tried; /* of const char *: mcp_idp_t.key */
    const mcp_idp_t *idp;      /* that sent it */
    mcp_idp_logout_t logout;
} ask_t;

/* -- whose it is -- */

/* Of one that is encrypted only who can decrypt it knows. */
static int is_of(const ask_t *ask, const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (!mcp_idp_preset_is_remote(idp))
        return 0;
    if (mcp_jose_jwe_is_like(ask->text, strlen(ask->text)))
        return idp->decryption_jwk != NULL;
    return mcp_idp_logout_is_of(ask->text, idp, cx);
}

/* Several locations may have the same provider. */
static int is_new(ask_t *ask, const mcp_idp_t *idp)
{
    int i;

    for (i = 0; i < ask->tried->nelts; i++)
        if (!strcmp(APR_ARRAY_IDX(ask->tried, i, const char *), idp->key))
            return 0;
    APR_ARRAY_PUSH(ask->tried, const char *) = idp->key;
    return 1;
}

/* *e is the last word. That one of them could not be asked is remembered: it
 * may be the one. */
static int read_as(const mcp_error_t **e, ask_t *ask, const mcp_idp_t *idp,
                   mcp_ctx_t *cx)
{
    const mcp_idp_remote_t remote =
        mcp_oauth_provider_remote(idp, ask->service);
    const mcp_error_t *said =
        mcp_idp_logout_read(&ask->logout, ask->text, &remote, cx);

    if (!said)
        ask->idp = idp;
    else if (!*e || (*e)->code != MCP_E_UNAVAILABLE)
        *e = said;
    return !said;
}

/* The same issuer may be there with several clients of ours: the audience
 * tells which is meant. */
static int read_at(const mcp_error_t **e, ask_t *ask,
                   const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    const apr_array_header_t *idps = resource->settings->idps;
    int i;

    for (i = 0; idps && i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        if (is_of(ask, idp, cx) && is_new(ask, idp) &&
            read_as(e, ask, idp, cx))
            return 1;
    }
    return 0;
}

static const mcp_error_t *logout_read(ask_t *ask, mcp_ctx_t *cx)
{
    const apr_array_header_t *all = ask->service->resources;
    const mcp_error_t *e = NULL;
    int i;

    for (i = 0; i < all->nelts; i++)
        if (read_at(&e, ask,
                    APR_ARRAY_IDX(all, i, const mcp_oauth_resource_t *), cx))
            return NULL;
    return e ? e
             : mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "The logout token is of no identity provider "
                              "that is known here.");
}

/* -- 2.6: one that comes again ends nothing of what has begun since -- */

static void key_of(unsigned char key[MCP_DIGEST_SIZE],
                   const mcp_idp_logout_t *logout, apr_pool_t *pool)
{
    const char *text =
        apr_pstrcat(pool, "logout:", logout->issuer, " ", logout->jti, NULL);

    mcp_digest_sha256_text(key, text);
}

static const mcp_error_t *used_check(const ask_t *ask, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    const mcp_record_t *record;

    key_of(key, &ask->logout, cx->pool);
    MCP_TRY(mcp_store_get(&record, ask->service->works->store, MCP_RECORD_USED,
                          key, cx));
    return record ? mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                                   "The logout token was used before.")
                  : NULL;
}

/* After all has ended, and not before: else a store that fails in between
 * would have the provider come in vain the next time. */
static const mcp_error_t *use(const ask_t *ask, mcp_ctx_t *cx)
{
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;
    int added;

    key_of(key, &ask->logout, cx->pool);
    memset(&record, 0, sizeof(record));
    record.value = "{}";
    record.len = 2;
    record.expires = ask->logout.expires + SKEW;
    return mcp_store_add(&added, ask->service->works->store, MCP_RECORD_USED,
                         key, &record, cx);
}

/* -- what ends -- */

/* Whether the users of this provider are known by sub. */
static int has_sub(const mcp_idp_t *idp)
{
    int i;

    for (i = 0; idp->claims && i < idp->claims->nelts; i++)
        if (!strcmp(
                APR_ARRAY_IDX(idp->claims, i, mcp_idp_claim_setting_t).word,
                "subject"))
            return 0;
    return 1;
}

/* 2.4: a token with sid is about that session alone. */
static const mcp_error_t *end(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = ask->service->works;
    mcp_identity_t identity;
    int count;

    memset(&identity, 0, sizeof(identity));
    identity.issuer = ask->logout.issuer;
    identity.session = ask->logout.session;
    if (has_sub(ask->idp))
        identity.subject = ask->logout.subject;
    if (identity.session)
        return mcp_oauth_revoke_session(&count, &identity, works, cx);
    if (identity.subject)
        return mcp_oauth_revoke_user(&count, &identity, "logout", works, cx);
    return mcp_error_fault(
        MCP_E_SERVER_ERROR, cx,
        "Have it send sid (backchannel_logout_session_required), or drop "
        "\"Claim subject\" inside <MCPIdentityProvider>.",
        "%s says by sub who has signed out, and its users are known here by "
        "another claim",
        ask->idp->label);
}

const mcp_error_t *mcp_oauth_logout_handle(mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx)
{
    ask_t ask;
    apr_table_t *form;

    memset(&ask, 0, sizeof(ask));
    mcp_oauth_exchange_private(x);
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    ask.service = x->service;
    ask.text = mcp_oauth_exchange_field(form, "logout_token");
    ask.tried = apr_array_make(cx->pool, 4, sizeof(const char *));
    if (!ask.text)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "logout_token is missing.");
    MCP_TRY(logout_read(&ask, cx));
    MCP_TRY(used_check(&ask, cx));
    MCP_TRY(end(&ask, cx));
    return use(&ask, cx);
}
