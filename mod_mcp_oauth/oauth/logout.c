/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <apr_strings.h>
#include <string.h>

#include "idp/logout.h"
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
    mcp_idp_logout_t logout;
} ask_t;

static const mcp_error_t *unknown(mcp_ctx_t *cx)
{
    return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                          "The logout token is of no identity provider that "
                          "is known here.");
}

static int is_of(const ask_t *ask, const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    int i;

    if (!mcp_idp_preset_is_remote(idp))
        return 0;
    for (i = 0; idp->issuers && i < idp->issuers->nelts; i++)
        if (mcp_idp_logout_is_of(
                ask->text, APR_ARRAY_IDX(idp->issuers, i, const char *), cx))
            return 1;
    return !idp->issuers && mcp_idp_logout_is_of(ask->text, idp->issuer, cx);
}

/* The same issuer may be there with several clients of ours: the audience
 * tells which is meant. *e is what the last one said. */
static int read_for(const mcp_error_t **e, ask_t *ask,
                    const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    const apr_array_header_t *idps = resource->settings->idps;
    mcp_idp_remote_t remote;
    int i;

    for (i = 0; idps && i < idps->nelts; i++) {
        const mcp_idp_t *idp = APR_ARRAY_IDX(idps, i, const mcp_idp_t *);

        if (!is_of(ask, idp, cx))
            continue;
        remote = mcp_oauth_provider_remote(idp, ask->service);
        *e = mcp_idp_logout_read(&ask->logout, ask->text, &remote, cx);
        if (!*e)
            return 1;
    }
    return 0;
}

static const mcp_error_t *logout_read(ask_t *ask, mcp_ctx_t *cx)
{
    const apr_array_header_t *all = ask->service->resources;
    const mcp_error_t *e = unknown(cx);
    int i;

    for (i = 0; i < all->nelts; i++)
        if (read_for(&e, ask,
                     APR_ARRAY_IDX(all, i, const mcp_oauth_resource_t *), cx))
            return NULL;
    return e;
}

/* 2.6: one that comes again ends nothing of what has begun since. */
static const mcp_error_t *once(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_idp_logout_t *logout = &ask->logout;
    unsigned char key[MCP_DIGEST_SIZE];
    mcp_record_t record;
    const char *text;
    int added;

    text = apr_pstrcat(cx->pool, "logout:", logout->issuer, " ", logout->jti,
                       NULL);
    mcp_digest_sha256(key, text, strlen(text));
    memset(&record, 0, sizeof(record));
    record.value = "{}";
    record.len = 2;
    record.expires = logout->expires + SKEW;
    MCP_TRY(mcp_store_add(&added, ask->service->works->store, MCP_RECORD_USED,
                          key, &record, cx));
    return added ? NULL
                 : mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                                  "The logout token was used before.");
}

/* 2.4: the user is meant where no session is said; many say both. */
static const mcp_error_t *end(const ask_t *ask, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = ask->service->works;
    mcp_identity_t identity;
    int count;

    memset(&identity, 0, sizeof(identity));
    identity.issuer = ask->logout.issuer;
    identity.subject = ask->logout.subject;
    identity.session = ask->logout.session;
    return identity.session
               ? mcp_oauth_revoke_session(&count, &identity, works, cx)
               : mcp_oauth_revoke_user(&count, &identity, "logout", works, cx);
}

const mcp_error_t *mcp_oauth_logout_handle(mcp_oauth_exchange_t *x,
                                           mcp_ctx_t *cx)
{
    ask_t ask = {x->service, NULL, {NULL, NULL, NULL, NULL, 0}};
    apr_table_t *form;

    mcp_oauth_exchange_private(x);
    MCP_TRY(mcp_oauth_exchange_form(&form, x, cx));
    ask.text = mcp_oauth_exchange_field(form, "logout_token");
    if (!ask.text)
        return mcp_error_tell(MCP_E_INVALID_REQUEST, cx,
                              "logout_token is missing.");
    MCP_TRY(logout_read(&ask, cx));
    MCP_TRY(once(&ask, cx));
    return end(&ask, cx);
}
