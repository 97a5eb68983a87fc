/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <string.h>

#include "base/scope.h"
#include "idp/jwt.h"
#include "oauth/judge.h"
#include "oauth/revoke.h"

/* Tokens that this server made (RFC 9068), and their grants. */

static const mcp_error_t *type_check(const mcp_jose_jws_t *jws, mcp_ctx_t *cx)
{
    const char *typ = jws->typ;

    /* RFC 9068 4, RFC 7515 4.1.9 */
    if (typ && !strncasecmp(typ, "application/", 12))
        typ += 12;
    if (!typ || strcasecmp(typ, "at+jwt") != 0)
        return mcp_oauth_judge_bad(cx, "its typ is not at+jwt");
    return NULL;
}

static const mcp_error_t *signature_check(const mcp_jose_jws_t *jws,
                                          const mcp_oauth_judging_t *judging,
                                          mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = judging->resource->service;
    const mcp_jose_jwk_t *jwk = NULL;

    if (jws->kid)
        jwk = mcp_jose_keyring_find(service->works->keys, service->issuer,
                                    jws->kid);
    if (!jwk)
        return mcp_oauth_judge_bad(cx, "it is not signed by a key of ours");
    return mcp_jose_jws_verify(jws, jwk, cx);
}

static const char *text_claim(const mcp_json_t *claims, const char *name)
{
    return mcp_json_string(mcp_json_get(claims, name));
}

static const mcp_error_t *times_check(const mcp_json_t *claims,
                                      apr_int64_t *exp, apr_int64_t now,
                                      mcp_ctx_t *cx)
{
    apr_int64_t iat, nbf;

    if (!mcp_json_integer(exp, mcp_json_get(claims, "exp")) ||
        !mcp_json_integer(&iat, mcp_json_get(claims, "iat")))
        return mcp_oauth_judge_bad(cx, "exp or iat is missing");
    if (*exp <= now)
        return mcp_oauth_judge_bad(cx, "it has expired");
    if (iat > now + MCP_JUDGE_SKEW)
        return mcp_oauth_judge_bad(cx, "it comes from the future");
    if (!mcp_json_get(claims, "nbf"))
        return NULL;
    if (!mcp_json_integer(&nbf, mcp_json_get(claims, "nbf")) ||
        nbf > now + MCP_JUDGE_SKEW)
        return mcp_oauth_judge_bad(cx, "it is not valid yet");
    return NULL;
}

static const mcp_error_t *claims_check(mcp_principal_t *who,
                                       const mcp_json_t *claims,
                                       const mcp_oauth_judging_t *judging,
                                       mcp_ctx_t *cx)
{
    const char *iss = text_claim(claims, "iss");
    const char *scope = text_claim(claims, "scope");
    apr_array_header_t *scopes;
    apr_int64_t exp;

    if (!iss || strcmp(iss, judging->resource->service->issuer) != 0)
        return mcp_oauth_judge_bad(cx, "another issuer made it");
    if (!mcp_idp_jwt_is_for(claims, judging->resource->url))
        return mcp_oauth_judge_bad(cx, "it is for another resource");
    MCP_TRY(times_check(claims, &exp, judging->now, cx));
    who->subject = text_claim(claims, "sub");
    who->issuer = text_claim(claims, "idp");
    who->client = text_claim(claims, "client_id");
    who->grant = text_claim(claims, "grant");
    who->jti = text_claim(claims, "jti");
    if (!who->subject || !who->issuer || !who->client || !who->grant ||
        !who->jti || !scope)
        return mcp_oauth_judge_bad(cx, "a claim is missing");
    if (mcp_scope_read(&scopes, scope, cx))
        return mcp_oauth_judge_bad(cx, "its scope is malformed");
    who->scopes = scopes;
    who->expires = apr_time_from_sec(exp);
    return NULL;
}

static const mcp_error_t *judge(mcp_oauth_finding_t *finding,
                                const mcp_oauth_judging_t *judging,
                                mcp_ctx_t *cx)
{
    mcp_principal_t *who = apr_pcalloc(cx->pool, sizeof(*who));
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_jose_jws_read(&jws, judging->text, judging->len, cx));
    MCP_TRY(type_check(jws, cx));
    MCP_TRY(signature_check(jws, judging, cx));
    MCP_TRY(claims_check(who, jws->claims, judging, cx));
    MCP_TRY(mcp_oauth_possession_read(&finding->possession, jws->claims, cx));
    finding->who = who;
    finding->until = apr_time_sec(who->expires);
    return NULL;
}

/* -- the grant -- */

/* D6: absence means no. */
static const mcp_error_t *confirm(mcp_oauth_finding_t *finding,
                                  const mcp_oauth_judging_t *judging,
                                  mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = judging->resource->service->works;
    int revoked;

    MCP_TRY(mcp_oauth_judge_confirm_grant(finding->who, judging, cx));
    MCP_TRY(mcp_oauth_revoke_has_token(&revoked, finding->who, works, cx));
    return revoked ? mcp_oauth_judge_bad(cx, "it was revoked") : NULL;
}

static apr_int64_t most(const mcp_oauth_resource_t *resource)
{
    return resource->settings->lifetime->access_token + MCP_JUDGE_SKEW;
}

const mcp_oauth_judge_t mcp_oauth_judge_own = {judge, confirm, most, NULL, 0};
