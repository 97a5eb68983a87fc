/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/verify.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/jwt.h"
#include "net/exchange.h"
#include "oauth/verified.h"

/* -- what came -- */

/* RFC 6750 2.1, RFC 9449 7.1. What follows the scheme, or NULL. */
static const char *after_scheme(const char *authorization, const char *scheme)
{
    apr_size_t len = strlen(scheme);

    if (strncasecmp(authorization, scheme, len) != 0 ||
        (authorization[len] && authorization[len] != ' '))
        return NULL;
    return authorization + len + strspn(authorization + len, " ");
}

/* brought->text is NULL where there is no access token. */
static void brought_read(mcp_oauth_brought_t *brought,
                         const char *authorization, apr_pool_t *pool)
{
    memset(brought, 0, sizeof(*brought));
    if (!authorization)
        return;
    brought->text = after_scheme(authorization, "Bearer");
    if (!brought->text) {
        brought->text = after_scheme(authorization, "DPoP");
        brought->is_dpop = brought->text != NULL;
    }
    if (!brought->text)
        return;
    brought->len = strlen(brought->text);
    while (brought->len && brought->text[brought->len - 1] == ' ')
        brought->len--;
    if (brought->text[brought->len])
        brought->text = apr_pstrmemdup(pool, brought->text, brought->len);
}

int mcp_oauth_verify_is_dpop(const char *authorization)
{
    return authorization && after_scheme(authorization, "DPoP");
}

int mcp_oauth_verify_is_token(const char *authorization)
{
    return after_scheme(authorization, "Bearer") ||
           after_scheme(authorization, "DPoP");
}

/* -- judging -- */

#define LOOK_EVERY APR_TIME_C(50000)
#define BUSY_RETRY 5

/* Also what is remembered of it. */
static const mcp_error_t *judge_it(mcp_oauth_finding_t *finding,
                                   const mcp_oauth_judging_t *judging,
                                   const mcp_oauth_judge_t *judge,
                                   mcp_ctx_t *cx)
{
    const mcp_error_t *e = judge->judge(finding, judging, cx);

    if (e && e->code == MCP_E_INVALID_TOKEN && finding->was_asked)
        mcp_oauth_verified_put_refusal(judging, judge->refusals);
    if (!e && judge->confirm)
        e = judge->confirm(finding, judging, cx);
    if (!e)
        mcp_oauth_verified_put(finding, judging, cx->pool);
    return e;
}

/* Until nobody else is finding out about this token. Waiting counts with
 * asking. */
static const mcp_error_t *turn_await(const mcp_oauth_judging_t *judging,
                                     mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = judging->resource->service;
    const mcp_oauth_works_t *works = service->works;
    apr_int64_t looks = apr_time_from_sec(service->settings->fetch->timeout) /
                        LOOK_EVERY;
    mcp_error_t *e;

    while (!mcp_live_flight_begin(works->asking, judging->place)) {
        if (looks-- && works->exchanges &&
            mcp_net_exchange_wait(works->exchanges, LOOK_EVERY))
            continue;
        e = mcp_error_make(MCP_E_UNAVAILABLE, cx,
                           "too many requests wait for what somebody says of "
                           "one access token");
        e->retry_after = BUSY_RETRY;
        return e;
    }
    return NULL;
}

/* What is remembered; *is_known: and is enough. */
static const mcp_error_t *recall(int *is_known, mcp_oauth_finding_t *finding,
                                 const mcp_oauth_judging_t *judging,
                                 mcp_ctx_t *cx)
{
    const mcp_oauth_judge_t *judge = mcp_oauth_judge_of(judging->resource);
    mcp_oauth_verified_t known =
        mcp_oauth_verified_get(finding, judging, judge, cx->pool);

    *is_known = known != MCP_VERIFIED_UNKNOWN;
    if (known == MCP_VERIFIED_REFUSED)
        return mcp_oauth_judge_bad(cx, "it was refused a moment ago");
    if (known != MCP_VERIFIED_STALE)
        return NULL;
    MCP_TRY(judge->confirm(finding, judging, cx));
    mcp_oauth_verified_put(finding, judging, cx->pool);
    return NULL;
}

/* Of what many ask at once, one finds it out. */
static const mcp_error_t *find_out(mcp_oauth_finding_t *finding,
                                   const mcp_oauth_judging_t *judging,
                                   mcp_ctx_t *cx)
{
    const mcp_oauth_judge_t *judge = mcp_oauth_judge_of(judging->resource);
    const mcp_error_t *e;
    int is_known;

    if (!judge->asks || !judge->asks(judging->resource))
        return judge_it(finding, judging, judge, cx);
    MCP_TRY(turn_await(judging, cx));
    e = recall(&is_known, finding, judging, cx);
    if (!e && !is_known)
        e = judge_it(finding, judging, judge, cx);
    mcp_live_flight_end(judging->resource->service->works->asking,
                        judging->place);
    return e;
}

/* What is remembered of it at a resource: no two tokens are known whose
 * digests differ by any given bits. */
static void place_make(mcp_oauth_judging_t *judging)
{
    apr_uintptr_t resource = (apr_uintptr_t)judging->resource;
    apr_size_t i;

    memcpy(judging->place, judging->digest, MCP_DIGEST_SIZE);
    for (i = 0; i < sizeof(resource); i++)
        judging->place[i] ^= (unsigned char)(resource >> 8 * i);
}

/* judging has the text and the resource. */
static const mcp_error_t *verify(mcp_oauth_finding_t *finding,
                                 mcp_oauth_judging_t *judging, mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = judging->resource->service->works;
    int is_known;

    memset(finding, 0, sizeof(*finding));
    if (!judging->len || judging->len > MCP_JWS_LONG_MAX)
        return mcp_oauth_judge_bad(cx, "it is empty or too long");
    judging->keys = mcp_jose_keyring_serial(works->keys);
    judging->now = mcp_ctx_seconds(cx);
    judging->sequence = mcp_store_sequence_get(works->revocations);
    mcp_oauth_last_digest(judging->digest, judging->last, judging->text,
                          judging->len);
    place_make(judging);
    MCP_TRY(recall(&is_known, finding, judging, cx));
    return is_known ? NULL : find_out(finding, judging, cx);
}

const mcp_error_t *
mcp_oauth_verify_bearer(const mcp_principal_t **who,
                        const mcp_oauth_presented_t *presented,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    mcp_oauth_brought_t brought;
    mcp_oauth_finding_t finding;
    mcp_oauth_judging_t judging;

    *who = NULL;
    brought_read(&brought, presented->authorization, cx->pool);
    if (!brought.text)
        return NULL;
    judging.text = brought.text;
    judging.len = brought.len;
    judging.last = presented->last;
    judging.resource = resource;
    judging.address = presented->address;
    MCP_TRY(verify(&finding, &judging, cx));
    MCP_TRY(mcp_oauth_possession_check(&finding.possession, &brought,
                                       presented, resource, cx));
    *who = finding.who;
    return NULL;
}

/* -- without a request -- */

const mcp_error_t *mcp_oauth_verify_alone(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_finding_t finding;
    mcp_oauth_judging_t judging;

    *who = NULL;
    judging.text = token;
    judging.len = strlen(token);
    judging.last = NULL;
    judging.resource = resource;
    judging.address = NULL;
    MCP_TRY(verify(&finding, &judging, cx));
    *who = finding.who;
    return NULL;
}

const mcp_error_t *mcp_oauth_verify_again(const mcp_principal_t **who,
                                          const char *authorization,
                                          const mcp_oauth_resource_t *resource,
                                          mcp_ctx_t *cx)
{
    mcp_oauth_brought_t brought;

    *who = NULL;
    brought_read(&brought, authorization, cx->pool);
    return brought.text
               ? mcp_oauth_verify_alone(who, brought.text, resource, cx)
               : NULL;
}

static const mcp_oauth_resource_t *
resource_of(const mcp_json_t *claims, const mcp_oauth_service_t *service)
{
    const mcp_oauth_resource_t *resource;
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        resource =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);
        if (mcp_oauth_service_issues(resource) &&
            mcp_idp_jwt_is_for(claims, resource->url))
            return resource;
    }
    return NULL;
}

const mcp_error_t *mcp_oauth_verify_token(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource;
    const mcp_jose_jws_t *jws;

    *who = NULL;
    /* nothing of it is believed yet: aud is judged again */
    MCP_TRY(mcp_jose_jws_read(&jws, token, strlen(token), cx));
    resource = resource_of(jws->claims, service);
    if (!resource)
        return mcp_oauth_judge_bad(cx, "it is for no resource of this server");
    return mcp_oauth_verify_alone(who, token, resource, cx);
}
