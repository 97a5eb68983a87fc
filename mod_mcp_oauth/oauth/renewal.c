/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/renewal.h"

#include <string.h>

#include "base/encode.h"
#include "oauth/about.h"
#include "oauth/provider.h"
#include "oauth/upstream.h"

#define ASK_EVERY 60 /* seconds */
#define PAUSE 30     /* seconds after it did not answer */
#define LEASE_MORE 5 /* seconds past the deadline of who asks */
#define LOOK_EVERY APR_TIME_C(50000)
#define SETTLE_TRIES 32

/* -- when it is asked; a clock that went back keeps nothing waiting -- */

static int is_within(apr_int64_t until, apr_int64_t now, apr_int64_t most)
{
    return now < until && until <= now + most;
}

static int is_due(const mcp_oauth_grant_t *grant, apr_int64_t now)
{
    return !is_within(grant->confirmed + ASK_EVERY, now, ASK_EVERY) &&
           !is_within(grant->pause, now, PAUSE);
}

static apr_int64_t longest(const mcp_oauth_resource_t *resource)
{
    return resource->service->settings->fetch->timeout + LEASE_MORE;
}

/* Whether it goes without the provider's word for a little longer. */
static int is_trusted(const mcp_oauth_grant_t *grant,
                      const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    return mcp_ctx_seconds(cx) - grant->confirmed <
           resource->settings->lifetime->unconfirmed;
}

static const mcp_error_t *refused(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_GRANT, cx, "identity provider: %s",
                          why);
}

/* -- what came of it -- */

typedef struct renewal_t {
    const mcp_oauth_resource_t *resource;
    const mcp_idp_t *idp;
    mcp_idp_tokens_t tokens;
    mcp_identity_t identity;
    const char *sealed; /* NULL: nothing new */
    apr_int64_t pause;  /* 0: none */
} renewal_t;

static const char *identity_text(const mcp_identity_t *identity,
                                 apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_oauth_identity_write(w, identity);
    return mcp_writer_text(w, NULL);
}

/* Writes it down, whoever else has written meanwhile. */
static const mcp_error_t *settle(mcp_oauth_grant_t **grant, const renewal_t *r,
                                 mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = r->resource->service->works;
    const char *id = (*grant)->id;
    int done = 0, i;

    for (i = 0; i < SETTLE_TRIES && !done; i++) {
        MCP_TRY(mcp_oauth_grant_get(grant, id, works, cx));
        if (!*grant)
            return NULL;
        (*grant)->lease = 0;
        (*grant)->pause = r->pause;
        if (r->sealed) {
            (*grant)->upstream = r->sealed;
            (*grant)->identity = r->identity;
            (*grant)->confirmed = mcp_ctx_seconds(cx);
        }
        MCP_TRY(mcp_oauth_grant_replace(&done, *grant, works, cx));
    }
    if (!done)
        return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                              "too many changes of one grant at once");
    return mcp_oauth_grant_get(grant, id, works, cx);
}

/* It said yes. What it says of the user may be something else than before:
 * then those who remember the user have to look again. */
static const mcp_error_t *confirm(mcp_oauth_grant_t **grant, renewal_t *r,
                                  mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = r->resource->service;
    const char *before = identity_text(&(*grant)->identity, cx->pool);

    MCP_TRY(mcp_oauth_upstream_seal(&r->sealed, &r->tokens, service, cx));
    MCP_TRY(settle(grant, r, cx));
    if (!strcmp(before, identity_text(&r->identity, cx->pool)))
        return NULL;
    return mcp_oauth_service_announce(service->works, cx);
}

/* It said no. */
static const mcp_error_t *end(mcp_oauth_grant_t **grant, const renewal_t *r,
                              const mcp_error_t *e, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_oauth_grant_revoke(*grant, r->resource->service->works, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 156,
                "%s does not renew what it gave for '%s' (%s); the grant %s "
                "has ended",
                r->idp->label,
                mcp_encode_log((*grant)->identity.user, 80, cx->pool),
                e->detail, mcp_digest_text((*grant)->id, cx->pool));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, *grant, "identity-provider",
                               cx);
    return refused(cx, "it refused to renew what it gave");
}

/* It said nothing. */
static const mcp_error_t *wait_for_it(mcp_oauth_grant_t **grant, renewal_t *r,
                                      const mcp_error_t *e, mcp_ctx_t *cx)
{
    r->pause = mcp_ctx_seconds(cx) + PAUSE;
    MCP_TRY(settle(grant, r, cx));
    if (!*grant)
        return NULL;
    if (!is_trusted(*grant, r->resource, cx))
        return e;
    if (e->remedy)
        mcp_ctx_log(cx, MCP_LOG_ERR, 157, "%s: %s. %s", r->idp->label,
                    e->detail, e->remedy);
    else
        mcp_ctx_log(cx, MCP_LOG_INFO, 158,
                    "%s could not be asked about '%s', who goes on for now: "
                    "%s",
                    r->idp->label,
                    mcp_encode_log((*grant)->identity.user, 80, cx->pool),
                    e->detail);
    return NULL;
}

/* -- asking; the lease is ours -- */

static const mcp_error_t *ask(mcp_oauth_grant_t **grant,
                              const mcp_oauth_resource_t *resource,
                              mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = resource->service;
    renewal_t r = {resource,           NULL, {NULL, NULL, NULL, 0},
                   (*grant)->identity, NULL, 0};
    mcp_idp_remote_t remote;
    const mcp_error_t *e;
    int is_known = 0;

    r.idp = mcp_oauth_provider_remote_of(resource, r.identity.issuer);
    if (!r.idp)
        return refused(cx, "it is not configured any more");
    MCP_TRY(
        mcp_oauth_upstream_open(&r.tokens, (*grant)->upstream, service, cx));
    remote = mcp_oauth_provider_remote(r.idp, service);
    e = r.tokens.access_token ? mcp_idp_tokens_renew(&is_known, &r.tokens,
                                                     &r.identity, &remote, cx)
                              : NULL;
    if (e && e->code == MCP_E_INVALID_GRANT)
        return end(grant, &r, e, cx);
    if (e)
        return wait_for_it(grant, &r, e, cx);
    if (is_known)
        return confirm(grant, &r, cx);
    MCP_TRY(settle(grant, &r, cx));
    if (!*grant || is_trusted(*grant, resource, cx))
        return NULL;
    return refused(cx, "it gave nothing to ask it with again, and signed the "
                       "user in too long ago");
}

/* One round: *done is 0 when the grant has to be looked at again. */
static const mcp_error_t *renew_once(int *done, mcp_oauth_grant_t **grant,
                                     const mcp_oauth_resource_t *resource,
                                     mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);
    int is_ours;

    *done = 1;
    if (!is_due(*grant, now)) {
        if (is_trusted(*grant, resource, cx))
            return NULL;
        return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                              "the identity provider does not answer");
    }
    if (is_within((*grant)->lease, now, longest(resource))) {
        *done = 0;
        apr_sleep(LOOK_EVERY);
        return NULL;
    }
    (*grant)->lease = now + longest(resource);
    MCP_TRY(mcp_oauth_grant_replace(&is_ours, *grant, resource->service->works,
                                    cx));
    if (is_ours)
        return ask(grant, resource, cx);
    *done = 0;
    return NULL;
}

const mcp_error_t *mcp_oauth_renewal_ask(mcp_oauth_grant_t **grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx)
{
    const char *id = (*grant)->id;
    apr_int64_t looks;
    int done = 0;

    if (!(*grant)->upstream)
        return NULL;
    looks = apr_time_from_sec(longest(resource)) / LOOK_EVERY;
    for (; looks; looks--) {
        MCP_TRY(renew_once(&done, grant, resource, cx));
        if (done)
            return NULL;
        MCP_TRY(mcp_oauth_grant_get(grant, id, resource->service->works, cx));
        if (!*grant)
            return NULL;
    }
    return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                          "another request is asking the identity provider");
}
