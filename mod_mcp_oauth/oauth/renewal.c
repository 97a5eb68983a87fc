/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/renewal.h"

#include <string.h>

#include "base/encode.h"
#include "oauth/about.h"
#include "oauth/provider.h"
#include "oauth/upstream.h"

#define ASK_EVERY 60 /* seconds */
#define PAUSE 30     /* seconds after it did not answer */
#define SLACK 5      /* seconds past the timeout of a request */
#define SKEW 60      /* seconds that another node's clock may be ahead */
#define LOOK_EVERY APR_TIME_C(50000)
#define SETTLE_TRIES 32
#define KEEP_TRIES 20 /* while the store fails */
#define KEEP_EVERY APR_TIME_C(250000)

/* The question to a provider about one grant. */
typedef struct renewal_t {
    const mcp_oauth_resource_t *resource;
    const mcp_idp_t *idp;
    mcp_idp_remote_t remote;
    mcp_idp_tokens_t before, now;
    mcp_identity_t identity; /* as the provider says now */
    const char *upstream;    /* in the record, as far as we know */
    apr_int64_t lease;       /* ours; 0: we have none (any more) */
    apr_int64_t looks;       /* that are left while somebody else asks */
} renewal_t;

/* -- when it is asked; a clock that went back keeps nothing waiting -- */

/* most: seconds that it can be away, but for another node's clock */
static int is_within(apr_int64_t until, apr_int64_t now, apr_int64_t most)
{
    return now < until && until <= now + most + SKEW;
}

static int is_due(const mcp_oauth_grant_t *grant, apr_int64_t now)
{
    return !is_within(grant->confirmed + ASK_EVERY, now, ASK_EVERY) &&
           !is_within(grant->pause, now, PAUSE);
}

/* Seconds that one request takes at most, and who else comes waits. */
static apr_int64_t patience(const renewal_t *r)
{
    return r->resource->service->settings->fetch->timeout + SLACK;
}

/* Seconds that nobody else asks. A provider may end what it gave when it sees
 * a refresh token twice, so it is longer than the two requests that the token
 * endpoint gets at most, whatever the clocks of other nodes say. Who holds it
 * may be dead: that costs no more than that the provider is asked later. */
static apr_int64_t lease_of(const renewal_t *r)
{
    return 2 * patience(r) + SKEW;
}

/* Whether it goes without the provider's word for a little longer. */
static int is_trusted(const mcp_oauth_grant_t *grant, const renewal_t *r,
                      mcp_ctx_t *cx)
{
    return mcp_ctx_seconds(cx) - grant->confirmed <
           r->resource->settings->lifetime->unconfirmed;
}

static const mcp_error_t *refused(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_GRANT, cx, "identity provider: %s",
                          why);
}

/* Without having asked: NULL, or UNAVAILABLE. */
static const mcp_error_t *go_on(const mcp_oauth_grant_t *grant,
                                const renewal_t *r, mcp_ctx_t *cx)
{
    apr_int64_t rest = grant->pause - mcp_ctx_seconds(cx);
    mcp_error_t *e;

    if (is_trusted(grant, r, cx))
        return NULL;
    e = mcp_error_make(MCP_E_UNAVAILABLE, cx,
                       "%s has not said for too long whether '%s' is still "
                       "welcome",
                       r->idp->label,
                       mcp_encode_log(grant->identity.user, 80, cx->pool));
    if (rest > 0 && rest <= PAUSE + SKEW)
        e->retry_after = (int)rest;
    return e;
}

/* -- the record -- */

/* What is new in it; NULL, 0: nothing. */
typedef struct note_t {
    const char *upstream; /* the provider said yes */
    const char *instead;  /* of this, or not at all; NULL: whatever is there */
    const mcp_identity_t *identity;
    apr_int64_t pause;
} note_t;

static void apply(mcp_oauth_grant_t *grant, const note_t *note,
                  const renewal_t *r, apr_int64_t now)
{
    if (grant->lease == r->lease)
        grant->lease = 0;
    /* a clock that was ahead has no say */
    if (grant->confirmed > now)
        grant->confirmed = now;
    grant->pause = note->pause;
    if (note->instead && strcmp(grant->upstream, note->instead) != 0)
        return;
    if (note->upstream) {
        grant->upstream = note->upstream;
        grant->confirmed = now;
    }
    if (note->identity)
        grant->identity = *note->identity;
}

/* Writes it down, whoever else has written meanwhile; the lease is given
 * back. */
static const mcp_error_t *settle(mcp_oauth_grant_t **grant, const note_t *note,
                                 const renewal_t *r, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = r->resource->service->works;
    const char *id = (*grant)->id;
    int done = 0, i;

    for (i = 0; i < SETTLE_TRIES && !done; i++) {
        MCP_TRY(mcp_oauth_grant_get(grant, id, works, cx));
        if (!*grant)
            return NULL;
        apply(*grant, note, r, mcp_ctx_seconds(cx));
        MCP_TRY(mcp_oauth_grant_replace(&done, *grant, works, cx));
    }
    if (!done)
        return mcp_error_make(MCP_E_UNAVAILABLE, cx,
                              "too many changes of one grant at once");
    return mcp_oauth_grant_get(grant, id, works, cx);
}

/* -- it said yes -- */

/* Somebody ended the grant while we asked, and gave back what the provider has
 * replaced since. */
static void give_back(mcp_oauth_grant_t *ended, const renewal_t *r,
                      mcp_ctx_t *cx)
{
    ended->upstream = r->upstream;
    mcp_oauth_upstream_revoke(ended, r->resource->service, cx);
}

/* Keeps the refresh token before anything else is asked: that of before may be
 * good no more. A store that fails for a moment costs nothing. */
static const mcp_error_t *keep(mcp_oauth_grant_t **grant, renewal_t *r,
                               mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *before = *grant;
    const char *user = mcp_encode_log(before->identity.user, 80, cx->pool);
    mcp_idp_tokens_t kept = r->now;
    note_t note = {NULL, NULL, NULL, 0};
    const mcp_error_t *e;
    int i = 0;

    kept.id_token = r->before.id_token;
    MCP_TRY(mcp_oauth_upstream_seal(&note.upstream, &kept, &before->identity,
                                    r->resource->service, cx));
    r->upstream = note.upstream;
    while ((e = settle(grant, &note, r, cx)) != NULL && ++i < KEEP_TRIES) {
        if (i == 1)
            mcp_ctx_log(cx, MCP_LOG_INFO, 167,
                        "%s has renewed what it gave for '%s'; the store does "
                        "not take it yet: %s",
                        r->idp->label, user, e->detail);
        *grant = before;
        apr_sleep(KEEP_EVERY);
    }
    if (e)
        mcp_ctx_log(cx, MCP_LOG_ERR, 165,
                    "%s has renewed what it gave for '%s', and the store does "
                    "not take it (%s): the user may have to sign in again. "
                    "See what is logged of the store.",
                    r->idp->label, user, e->detail);
    else if (!*grant)
        give_back(before, r, cx);
    return e;
}

static int is_same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static const char *identity_text(const mcp_identity_t *identity,
                                 apr_pool_t *pool)
{
    mcp_writer_t *w = mcp_writer_make(pool);

    mcp_oauth_identity_write(w, identity);
    return mcp_writer_text(w, NULL);
}

/* What it says of the user may be something else than before: then those who
 * remember the user have to look again. Without a lease all else was kept. */
static const mcp_error_t *confirm(mcp_oauth_grant_t **grant, renewal_t *r,
                                  mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = r->resource->service;
    const char *before = identity_text(&(*grant)->identity, cx->pool);
    int is_news = strcmp(before, identity_text(&r->identity, cx->pool)) != 0;
    note_t note = {NULL, r->upstream, &r->identity, 0};

    if (!r->lease && !is_news && is_same(r->now.id_token, r->before.id_token))
        return NULL;
    MCP_TRY(mcp_oauth_upstream_seal(&note.upstream, &r->now, &r->identity,
                                    service, cx));
    MCP_TRY(settle(grant, &note, r, cx));
    return is_news ? mcp_oauth_service_announce(service->works, cx) : NULL;
}

/* -- it said no -- */

static const mcp_error_t *end(mcp_oauth_grant_t **grant, const renewal_t *r,
                              const mcp_error_t *e, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = r->resource->service->works;

    MCP_TRY(mcp_oauth_grant_get(grant, (*grant)->id, works, cx));
    /* to somebody else, whose clock took our lease for over, it said yes */
    if (!*grant || strcmp((*grant)->upstream, r->upstream) != 0)
        return NULL;
    MCP_TRY(mcp_oauth_grant_revoke(*grant, works, cx));
    mcp_ctx_log(cx, MCP_LOG_INFO, 156, "%s; the grant %s of '%s' has ended",
                e->detail, mcp_digest_text((*grant)->id, cx->pool),
                mcp_encode_log((*grant)->identity.user, 80, cx->pool));
    mcp_oauth_about_grant_tell(MCP_AUDIT_REVOKED, *grant, "identity-provider",
                               cx);
    return refused(cx, "it refused to renew what it gave");
}

/* -- it said nothing, or would not have us -- */

static void log_silence(const mcp_oauth_grant_t *grant, const mcp_error_t *e,
                        mcp_ctx_t *cx)
{
    const char *user = mcp_encode_log(grant->identity.user, 80, cx->pool);

    if (e->remedy)
        mcp_ctx_log(
            cx, e->code == MCP_E_UNAVAILABLE ? MCP_LOG_WARNING : MCP_LOG_ERR,
            157, "%s; '%s' goes on for now. %s", e->detail, user, e->remedy);
    else
        mcp_ctx_log(cx, MCP_LOG_INFO, 158, "%s; '%s' goes on for now",
                    e->detail, user);
}

static const mcp_error_t *go_without(mcp_oauth_grant_t **grant,
                                     const renewal_t *r, const mcp_error_t *e,
                                     mcp_ctx_t *cx)
{
    const note_t note = {NULL, NULL, NULL, mcp_ctx_seconds(cx) + PAUSE};
    mcp_error_t *late;

    MCP_TRY(settle(grant, &note, r, cx));
    if (!*grant)
        return NULL;
    if (is_trusted(*grant, r, cx)) {
        log_silence(*grant, e, cx);
        return NULL;
    }
    late = mcp_error_fault(MCP_E_UNAVAILABLE, cx, e->remedy, "%s", e->detail);
    late->retry_after = PAUSE;
    return late;
}

/* -- asking -- */

/* The lease is ours. */
static const mcp_error_t *ask(mcp_oauth_grant_t **grant, renewal_t *r,
                              mcp_ctx_t *cx)
{
    const mcp_error_t *e =
        mcp_idp_tokens_turn(&r->now, &r->before, &r->remote, cx);

    if (!e && !is_same(r->now.refresh_token, r->before.refresh_token)) {
        MCP_TRY(keep(grant, r, cx));
        if (!*grant)
            return NULL;
        r->lease = 0;
    }
    if (!e)
        e = mcp_idp_tokens_hear(&r->identity, &r->now, &r->before, &r->remote,
                                cx);
    if (!e)
        return confirm(grant, r, cx);
    return e->code == MCP_E_INVALID_GRANT ? end(grant, r, e, cx)
                                          : go_without(grant, r, e, cx);
}

/* Nothing is asked that could not be kept: the key may be gone. */
static const mcp_error_t *seal_check(const renewal_t *r, mcp_ctx_t *cx)
{
    const char *text;

    return mcp_oauth_upstream_seal(&text, &r->before, &r->identity,
                                   r->resource->service, cx);
}

/* *done is 0 when somebody else was faster. */
static const mcp_error_t *begin(int *done, mcp_oauth_grant_t **grant,
                                renewal_t *r, mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = r->resource->service;
    const mcp_error_t *e;
    int can;

    r->identity = (*grant)->identity;
    r->upstream = (*grant)->upstream;
    MCP_TRY(mcp_oauth_upstream_open(&r->before, *grant, service, cx));
    if (!r->before.access_token)
        mcp_ctx_log(cx, MCP_LOG_INFO, 166,
                    "what %s gave for '%s' cannot be opened: the key that "
                    "sealed it is gone",
                    r->idp->label,
                    mcp_encode_log((*grant)->identity.user, 80, cx->pool));
    e = mcp_idp_tokens_can_renew(&can, &r->before, &r->remote, cx);
    if (e)
        return go_without(grant, r, e, cx);
    if (!can)
        return is_trusted(*grant, r, cx)
                   ? NULL
                   : refused(cx, "it gave nothing to ask it with again, and "
                                 "signed the user in too long ago");
    MCP_TRY(seal_check(r, cx));
    (*grant)->lease = mcp_ctx_seconds(cx) + lease_of(r);
    MCP_TRY(mcp_oauth_grant_replace(done, *grant, service->works, cx));
    if (!*done)
        return NULL;
    r->lease = (*grant)->lease;
    return ask(grant, r, cx);
}

/* While somebody else asks. *done is 0 when there is time to look again. */
static const mcp_error_t *await(int *done, const mcp_oauth_grant_t *grant,
                                renewal_t *r, mcp_ctx_t *cx)
{
    apr_int64_t begun = grant->lease - lease_of(r);

    *done = !r->looks-- || mcp_ctx_seconds(cx) - begun >= patience(r) ||
            !r->remote.exchanges ||
            !mcp_net_exchange_wait(r->remote.exchanges, LOOK_EVERY);
    return *done ? go_on(grant, r, cx) : NULL;
}

/* One round: *done is 0 when the grant has to be looked at again. */
static const mcp_error_t *renew_once(int *done, mcp_oauth_grant_t **grant,
                                     renewal_t *r, mcp_ctx_t *cx)
{
    apr_int64_t now = mcp_ctx_seconds(cx);

    *done = 1;
    if (!is_due(*grant, now))
        return go_on(*grant, r, cx);
    if (is_within((*grant)->lease, now, lease_of(r)))
        return await(done, *grant, r, cx);
    return begin(done, grant, r, cx);
}

const mcp_error_t *mcp_oauth_renewal_ask(mcp_oauth_grant_t **grant,
                                         const mcp_oauth_resource_t *resource,
                                         mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = resource->service;
    const char *id = (*grant)->id;
    renewal_t r;
    int done = 0;

    if (!(*grant)->upstream)
        return NULL;
    memset(&r, 0, sizeof(r));
    r.resource = resource;
    r.idp = mcp_oauth_provider_remote_of(resource, (*grant)->identity.issuer);
    if (!r.idp)
        return refused(cx, "it is not configured any more");
    r.remote = mcp_oauth_provider_remote_for(r.idp, resource);
    r.looks = apr_time_from_sec(patience(&r)) / LOOK_EVERY;
    while (*grant) {
        MCP_TRY(renew_once(&done, grant, &r, cx));
        if (done)
            return NULL;
        MCP_TRY(mcp_oauth_grant_get(grant, id, service->works, cx));
    }
    return NULL;
}
