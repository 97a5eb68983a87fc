/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/encode.h"
#include "base/scope.h"
#include "idp/bearer.h"
#include "idp/fault.h"
#include "idp/jwt.h"
#include "oauth/budget.h"
#include "oauth/identity.h"
#include "oauth/judge.h"
#include "oauth/provider.h"
#include "oauth/relay.h"

/* Tokens that an identity provider issued: MCPAuthMode resource-server, and
 * relay, where most of them were handed on here. */

/* Seconds that one is remembered without looking at the provider's keys. */
#define MOST 300
/* Seconds that a provider is not asked again about what it refused. */
#define REFUSALS 30

#define IDP(idps, i) APR_ARRAY_IDX(idps, i, const mcp_idp_t *)

/* -- whose it is -- */

/* Nothing of it is believed: who it says it is by will judge it. */
static const char *issuer_of(const char *text, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    if (!mcp_idp_jwt_is_like(text) ||
        mcp_jose_jws_read_long(&jws, text, strlen(text), cx))
        return NULL;
    return mcp_json_string(mcp_json_get(jws->claims, "iss"));
}

/* An opaque one can be of who is asked about such: config/ sees to it that it
 * is one provider at most, for a token of one is none of another's business.
 */
static const mcp_idp_t *opaque_of(const apr_array_header_t *idps)
{
    int i;

    for (i = 0; i < idps->nelts; i++)
        if (mcp_idp_bearer_takes_opaque(IDP(idps, i)))
            return IDP(idps, i);
    return NULL;
}

/* A module may know issuers that are not written down. */
static int is_judge_of_all(const mcp_idp_t *idp)
{
    return idp->bearer == MCP_IDP_VERIFY_MODULE;
}

static const mcp_error_t *provider_find(const mcp_idp_t **idp,
                                        const mcp_oauth_judging_t *judging,
                                        mcp_ctx_t *cx)
{
    const mcp_idp_t *only = mcp_oauth_provider_only(judging->resource);
    const char *iss;

    /* who asks nobody says himself what is wrong with it */
    *idp = only;
    if (only && !mcp_idp_bearer_takes_opaque(only))
        return NULL;
    iss = issuer_of(judging->text, cx);
    if (only && (!iss || is_judge_of_all(only) ||
                 mcp_idp_metadata_may_be_issuer(only, iss)))
        return NULL;
    *idp = iss ? mcp_oauth_provider_remote_of(judging->resource, iss)
               : opaque_of(judging->resource->settings->idps);
    if (*idp)
        return NULL;
    if (!iss)
        return mcp_oauth_judge_bad(cx,
                                   "it is opaque, and no identity provider "
                                   "of this location is asked about such");
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx,
                          "access token: iss is \"%s\", which is no identity "
                          "provider of this location",
                          mcp_idp_fault_quote(iss, cx));
}

/* -- what it says -- */

static void principal_fill(mcp_principal_t *who,
                           const mcp_idp_bearer_t *bearer, apr_int64_t until,
                           apr_pool_t *pool)
{
    mcp_oauth_identity_tell(who, &bearer->mapped.identity);
    who->client = bearer->mapped.client;
    who->scopes = bearer->mapped.scopes;
    if (!who->scopes)
        who->scopes = apr_array_make(pool, 1, sizeof(const char *));
    who->jti = mcp_json_string(mcp_json_get(bearer->claims, "jti"));
    who->expires =
        apr_time_from_sec(bearer->expires ? bearer->expires : until);
}

/* Whoever is asked may say something else tomorrow. */
static apr_int64_t last_of(const mcp_idp_bearer_t *bearer,
                           const mcp_oauth_judging_t *judging)
{
    apr_int64_t introspection =
        judging->resource->settings->lifetime->introspection;
    apr_int64_t last = judging->now + MOST;

    if (bearer->was_asked)
        last = judging->now + introspection;
    return bearer->expires && bearer->expires < last ? bearer->expires : last;
}

/* -- where somebody has to be asked -- */

/* Whoever makes tokens up would have the provider asked about each, until it
 * answers us no more. */
static const mcp_error_t *ask(mcp_idp_bearer_t *bearer,
                              const mcp_oauth_judging_t *judging,
                              const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource = judging->resource;
    const mcp_oauth_budget_t budget = {
        "token-failures", judging->address,
        &resource->service->settings->limit->token_failures,
        resource->service->works};
    const mcp_error_t *e;

    MCP_TRY(mcp_oauth_budget_check(&budget, cx));
    e = mcp_idp_bearer_read(bearer, judging->text, resource->url, remote, cx);
    if (e && e->code == MCP_E_INVALID_TOKEN)
        mcp_oauth_budget_count(&budget, cx);
    return e;
}

/* -- without verifying it -- */

static int is_believed(const mcp_oauth_resource_t *resource)
{
    return resource->service->settings->unverified_tokens == MCP_ON;
}

/* It is not remembered, so that the log hears of each. */
static const mcp_error_t *believe(mcp_oauth_finding_t *finding,
                                  const mcp_oauth_judging_t *judging,
                                  const mcp_idp_remote_t *remote,
                                  mcp_ctx_t *cx)
{
    mcp_principal_t *who = apr_pcalloc(cx->pool, sizeof(*who));
    mcp_idp_bearer_t bearer;

    MCP_TRY(mcp_idp_bearer_believe(&bearer, judging->text, remote, cx));
    finding->until = judging->now;
    principal_fill(who, &bearer, judging->now, cx->pool);
    finding->who = who;
    mcp_ctx_log(cx, MCP_LOG_WARNING, 168,
                "an access token of '%s' is believed, and was not verified. "
                "Drop MCPUnsafeAcceptUnverifiedTokens.",
                mcp_encode_log(who->user, 80, cx->pool));
    return NULL;
}

static const mcp_error_t *judge(mcp_oauth_finding_t *finding,
                                const mcp_oauth_judging_t *judging,
                                mcp_ctx_t *cx)
{
    const mcp_oauth_resource_t *resource = judging->resource;
    mcp_principal_t *who = apr_pcalloc(cx->pool, sizeof(*who));
    mcp_idp_bearer_t bearer;
    mcp_idp_remote_t remote;
    const mcp_idp_t *idp;

    MCP_TRY(provider_find(&idp, judging, cx));
    remote = mcp_oauth_provider_remote(idp, resource->service);
    if (is_believed(resource))
        return believe(finding, judging, &remote, cx);
    finding->was_asked = mcp_idp_bearer_takes_opaque(idp);
    MCP_TRY(finding->was_asked
                ? ask(&bearer, judging, &remote, cx)
                : mcp_idp_bearer_read(&bearer, judging->text, resource->url,
                                      &remote, cx));
    MCP_TRY(
        mcp_oauth_possession_read(&finding->possession, bearer.claims, cx));
    finding->until = last_of(&bearer, judging);
    principal_fill(who, &bearer, finding->until, cx->pool);
    finding->who = who;
    return NULL;
}

/* -- one that was handed on here -- */

/* D6: absence means no. Nobody else is asked about a token whose grant has
 * ended, or that is none of ours. */
static const mcp_error_t *grant_find(mcp_oauth_grant_t **grant,
                                     const mcp_oauth_judging_t *judging,
                                     mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = judging->resource->service->works;
    const char *id;

    *grant = NULL;
    MCP_TRY(mcp_oauth_relay_find(&id, judging->digest, works, cx));
    if (id)
        MCP_TRY(mcp_oauth_grant_get(grant, id, works, cx));
    return *grant
               ? NULL
               : mcp_oauth_judge_bad(cx, "it was not handed on here, or its "
                                         "grant has ended");
}

/* Whoever wrote Client is the provider's client of them all; whom this server
 * gave it to is the one that acts. */
static const mcp_error_t *relayed_judge(mcp_oauth_finding_t *finding,
                                        const mcp_oauth_judging_t *judging,
                                        mcp_ctx_t *cx)
{
    mcp_oauth_grant_t *grant = NULL;
    mcp_principal_t *who;

    if (is_believed(judging->resource))
        return judge(finding, judging, cx);
    MCP_TRY(grant_find(&grant, judging, cx));
    MCP_TRY(judge(finding, judging, cx));
    who = finding->who;
    who->grant = grant->id;
    who->client = grant->client_id;
    who->scopes = mcp_oauth_relay_scopes(who->scopes, grant->scope,
                                         judging->resource, cx);
    return NULL;
}

static const mcp_error_t *relayed_confirm(mcp_oauth_finding_t *finding,
                                          const mcp_oauth_judging_t *judging,
                                          mcp_ctx_t *cx)
{
    mcp_principal_t *who = finding->who;

    return is_believed(judging->resource)
               ? NULL
               : mcp_oauth_judge_confirm_grant(who, judging, cx);
}

static apr_int64_t most(const mcp_oauth_resource_t *resource)
{
    apr_int64_t introspection = resource->settings->lifetime->introspection;

    return introspection > MOST ? introspection : MOST;
}

static int asks(const mcp_oauth_resource_t *resource)
{
    return resource->settings->lifetime->introspection &&
           opaque_of(resource->settings->idps);
}

const mcp_oauth_judge_t mcp_oauth_judge_issued = {judge, NULL, most, asks,
                                                  REFUSALS};
const mcp_oauth_judge_t mcp_oauth_judge_issued_relayed = {
    relayed_judge, relayed_confirm, most, asks, REFUSALS};
