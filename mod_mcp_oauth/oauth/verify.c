/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/verify.h"

#include <apr_strings.h>
#include <string.h>

#include "idp/jwt.h"
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

static const mcp_error_t *judge_it(mcp_oauth_finding_t *finding,
                                   const mcp_oauth_judging_t *judging,
                                   const mcp_oauth_judge_t *judge,
                                   mcp_ctx_t *cx)
{
    const mcp_error_t *e = judge->judge(finding, judging, cx);

    if (e && e->code == MCP_E_INVALID_TOKEN && finding->was_asked)
        mcp_oauth_verified_put_refusal(judging, judge->refusals);
    return e;
}

/* judging has the text and the resource. */
static const mcp_error_t *verify(mcp_oauth_finding_t *finding,
                                 mcp_oauth_judging_t *judging, mcp_ctx_t *cx)
{
    const mcp_oauth_judge_t *judge = mcp_oauth_judge_of(judging->resource);
    const mcp_oauth_works_t *works = judging->resource->service->works;
    mcp_oauth_verified_t known;

    memset(finding, 0, sizeof(*finding));
    if (!judging->len || judging->len > MCP_JWS_LONG_MAX)
        return mcp_oauth_judge_bad(cx, "it is empty or too long");
    judging->keys = mcp_jose_keyring_serial(works->keys);
    judging->now = mcp_ctx_seconds(cx);
    judging->sequence = mcp_store_sequence_get(works->revocations);
    mcp_digest_sha256(judging->digest, judging->text, judging->len);
    known = mcp_oauth_verified_get(finding, judging, judge, cx->pool);
    if (known == MCP_VERIFIED_GOOD)
        return NULL;
    if (known == MCP_VERIFIED_REFUSED)
        return mcp_oauth_judge_bad(cx, "it was refused a moment ago");
    if (known == MCP_VERIFIED_UNKNOWN)
        MCP_TRY(judge_it(finding, judging, judge, cx));
    if (judge->confirm)
        MCP_TRY(judge->confirm(finding, judging, cx));
    mcp_oauth_verified_put(finding, judging, cx->pool);
    return NULL;
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
    judging.resource = resource;
    judging.address = NULL;
    MCP_TRY(verify(&finding, &judging, cx));
    *who = finding.who;
    return NULL;
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
