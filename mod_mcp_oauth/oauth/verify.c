/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/verify.h"

#include <string.h>

#include "base/principal.h"
#include "base/scope.h"
#include "jose/jws.h"
#include "oauth/client.h"
#include "oauth/grant.h"
#include "oauth/revoke.h"

#define BEARER "Bearer"
#define BEARER_LENGTH (sizeof(BEARER) - 1)
#define SKEW 60 /* seconds that another node's clock may be ahead */

/* What a token is judged for and by. */
typedef struct tag_t {
    const mcp_oauth_resource_t *resource;
    apr_uint64_t keys; /* the keyring's serial */
} tag_t;

/* A token on its way to a principal. */
typedef struct judging_t {
    const char *text;
    apr_size_t len;
    unsigned char digest[MCP_DIGEST_SIZE];
    const mcp_oauth_resource_t *resource;
    tag_t tag;
    apr_uint64_t sequence; /* of revocations, read before anything is asked */
    apr_int64_t now;
} judging_t;

static const mcp_error_t *bad(mcp_ctx_t *cx, const char *why)
{
    return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "access token: %s", why);
}

/* RFC 6750 2.1. NULL where there is no Bearer token. */
static const char *token_read(apr_size_t *len, const char *authorization)
{
    const char *text;

    if (!authorization ||
        strncasecmp(authorization, BEARER, BEARER_LENGTH) != 0 ||
        (authorization[BEARER_LENGTH] && authorization[BEARER_LENGTH] != ' '))
        return NULL;
    text = authorization + BEARER_LENGTH;
    text += strspn(text, " ");
    *len = strlen(text);
    while (*len && text[*len - 1] == ' ')
        (*len)--;
    return text;
}

/* -- the memory of good tokens -- */

/* Seconds that nobody looks at the store for a token where nothing was
 * revoked: whoever revokes may be killed before all hear of it. */
#define UNASKED 60

/* What stands before the principal. */
typedef struct head_t {
    tag_t tag;
    apr_int64_t asked; /* the store, in seconds */
} head_t;

static void remember(const judging_t *j, const mcp_principal_t *who,
                     apr_pool_t *pool)
{
    const mcp_oauth_works_t *works = j->resource->service->works;
    mcp_live_fact_t fact;
    apr_size_t len;
    const void *packed = mcp_principal_pack(&len, who, pool);
    char *block = apr_palloc(pool, sizeof(head_t) + len);
    head_t head = {j->tag, j->now};

    memcpy(block, &head, sizeof(head));
    memcpy(block + sizeof(head), packed, len);
    fact.block = block;
    fact.len = sizeof(head) + len;
    fact.expires = apr_time_sec(who->expires);
    fact.sequence = j->sequence;
    mcp_live_seen_put(works->verified, j->digest, &fact);
}

/* Remembered when the clock was ahead: times_check refuses it, and so do the
 * children that never saw it. */
static int is_from_future(const mcp_live_fact_t *fact, const judging_t *j)
{
    return fact->expires - j->now >
           j->resource->settings->lifetime->access_token + SKEW;
}

static int is_fresh_still(const mcp_live_fact_t *fact, const head_t *head,
                          const judging_t *j)
{
    return fact->sequence == j->sequence && head->asked <= j->now &&
           j->now - head->asked < UNASKED &&
           mcp_store_is_hearing(j->resource->service->works->store);
}

/* NULL when it is not remembered for this resource. *is_fresh: nothing was
 * revoked since. */
static mcp_principal_t *recall(int *is_fresh, const judging_t *j,
                               apr_pool_t *pool)
{
    mcp_principal_t *who;
    mcp_live_fact_t fact;
    head_t head;

    if (!mcp_live_seen_get(&fact, j->resource->service->works->verified,
                           j->digest, j->now, pool) ||
        fact.len < sizeof(head))
        return NULL;
    memcpy(&head, fact.block, sizeof(head));
    if (memcmp(&head.tag, &j->tag, sizeof(tag_t)) != 0 ||
        is_from_future(&fact, j))
        return NULL;
    who = mcp_principal_unpack((const char *)fact.block + sizeof(head),
                               fact.len - sizeof(head), pool);
    *is_fresh = who && is_fresh_still(&fact, &head, j);
    return who;
}

/* -- judging -- */

static const mcp_error_t *type_check(const mcp_jose_jws_t *jws, mcp_ctx_t *cx)
{
    const char *typ = jws->typ;

    /* RFC 9068 4, RFC 7515 4.1.9 */
    if (typ && !strncasecmp(typ, "application/", 12))
        typ += 12;
    if (!typ || strcasecmp(typ, "at+jwt") != 0)
        return bad(cx, "its typ is not at+jwt");
    return NULL;
}

static const mcp_error_t *signature_check(const mcp_jose_jws_t *jws,
                                          const judging_t *j, mcp_ctx_t *cx)
{
    const mcp_oauth_service_t *service = j->resource->service;
    const mcp_jose_jwk_t *jwk = NULL;

    if (jws->kid)
        jwk = mcp_jose_keyring_find(service->works->keys, service->issuer,
                                    jws->kid);
    if (!jwk)
        return bad(cx, "it is not signed by a key of ours");
    return mcp_jose_jws_verify(jws, jwk, cx);
}

static int is_for(const mcp_json_t *aud, const char *url)
{
    const char *one = mcp_json_string(aud);
    apr_size_t i;

    if (one)
        return !strcmp(one, url);
    if (mcp_json_type(aud) != MCP_JSON_ARRAY)
        return 0;
    for (i = 0; i < mcp_json_size(aud); i++) {
        one = mcp_json_string(mcp_json_at(aud, i));
        if (one && !strcmp(one, url))
            return 1;
    }
    return 0;
}

static const char *text_claim(const mcp_json_t *claims, const char *name)
{
    return mcp_json_string(mcp_json_get(claims, name));
}

static const mcp_error_t *times_check(const mcp_json_t *claims,
                                      apr_int64_t *exp, const judging_t *j,
                                      mcp_ctx_t *cx)
{
    apr_int64_t iat, nbf;

    if (!mcp_json_integer(exp, mcp_json_get(claims, "exp")) ||
        !mcp_json_integer(&iat, mcp_json_get(claims, "iat")))
        return bad(cx, "exp or iat is missing");
    if (*exp <= j->now)
        return bad(cx, "it has expired");
    if (iat > j->now + SKEW)
        return bad(cx, "it comes from the future");
    if (!mcp_json_get(claims, "nbf"))
        return NULL;
    if (!mcp_json_integer(&nbf, mcp_json_get(claims, "nbf")) ||
        nbf > j->now + SKEW)
        return bad(cx, "it is not valid yet");
    return NULL;
}

static const mcp_error_t *claims_check(mcp_principal_t *who,
                                       const mcp_jose_jws_t *jws,
                                       const judging_t *j, mcp_ctx_t *cx)
{
    const mcp_json_t *claims = jws->claims;
    const char *iss = text_claim(claims, "iss");
    const char *scope = text_claim(claims, "scope");
    apr_array_header_t *scopes;
    apr_int64_t exp;

    if (!iss || strcmp(iss, j->resource->service->issuer) != 0)
        return bad(cx, "another issuer made it");
    if (!is_for(mcp_json_get(claims, "aud"), j->resource->url))
        return bad(cx, "it is for another resource");
    MCP_TRY(times_check(claims, &exp, j, cx));
    who->subject = text_claim(claims, "sub");
    who->issuer = text_claim(claims, "idp");
    who->client = text_claim(claims, "client_id");
    who->grant = text_claim(claims, "grant");
    who->jti = text_claim(claims, "jti");
    if (!who->subject || !who->issuer || !who->client || !who->grant ||
        !who->jti || !scope)
        return bad(cx, "a claim is missing");
    if (mcp_scope_read(&scopes, scope, cx))
        return bad(cx, "its scope is malformed");
    who->scopes = scopes;
    who->expires = apr_time_from_sec(exp);
    return NULL;
}

static int is_of(const mcp_oauth_grant_t *grant, const mcp_principal_t *who)
{
    return !strcmp(grant->identity.issuer, who->issuer) &&
           !strcmp(grant->identity.subject, who->subject) &&
           !strcmp(grant->client_id, who->client);
}

/* D6: absence means no. The grant also has what is known of the user now,
 * which may be more, or something else, than when the token was made. */
static const mcp_error_t *grant_check(mcp_principal_t *who, const judging_t *j,
                                      mcp_ctx_t *cx)
{
    const mcp_oauth_works_t *works = j->resource->service->works;
    mcp_oauth_grant_t *grant;
    int denied, revoked;

    MCP_TRY(mcp_oauth_grant_get(&grant, who->grant, works, cx));
    if (!grant)
        return bad(cx, "its grant has ended or was revoked");
    if (!is_of(grant, who))
        return bad(cx, "its grant is somebody else's");
    MCP_TRY(mcp_oauth_client_is_denied(&denied, who->client, works, cx));
    if (denied)
        return bad(cx, "its client is denied");
    MCP_TRY(mcp_oauth_revoke_has_token(&revoked, who, works, cx));
    if (revoked)
        return bad(cx, "it was revoked");
    mcp_oauth_identity_tell(who, &grant->identity);
    return NULL;
}

static const mcp_error_t *judge(mcp_principal_t **who, const judging_t *j,
                                mcp_ctx_t *cx)
{
    mcp_principal_t *found = apr_pcalloc(cx->pool, sizeof(*found));
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_jose_jws_read(&jws, j->text, j->len, cx));
    MCP_TRY(type_check(jws, cx));
    MCP_TRY(signature_check(jws, j, cx));
    MCP_TRY(claims_check(found, jws, j, cx));
    *who = found;
    return NULL;
}

/* j has the text and the resource. */
static const mcp_error_t *verify(const mcp_principal_t **who, judging_t *j,
                                 mcp_ctx_t *cx)
{
    mcp_principal_t *found;
    int is_fresh = 0;

    j->tag.resource = j->resource;
    j->tag.keys = mcp_jose_keyring_serial(j->resource->service->works->keys);
    j->now = mcp_ctx_seconds(cx);
    j->sequence =
        mcp_store_sequence_get(j->resource->service->works->revocations);
    mcp_digest_sha256(j->digest, j->text, j->len);
    found = recall(&is_fresh, j, cx->pool);
    if (!is_fresh) {
        if (!found)
            MCP_TRY(judge(&found, j, cx));
        MCP_TRY(grant_check(found, j, cx));
        remember(j, found, cx->pool);
    }
    *who = found;
    return NULL;
}

static const mcp_error_t *length_check(const judging_t *j, mcp_ctx_t *cx)
{
    return j->len && j->len <= MCP_JWS_MAX
               ? NULL
               : bad(cx, "it is empty or too long");
}

const mcp_error_t *
mcp_oauth_verify_bearer(const mcp_principal_t **who, const char *authorization,
                        const mcp_oauth_resource_t *resource, mcp_ctx_t *cx)
{
    judging_t j;

    *who = NULL;
    j.text = token_read(&j.len, authorization);
    if (!j.text)
        return NULL;
    MCP_TRY(length_check(&j, cx));
    j.resource = resource;
    return verify(who, &j, cx);
}

/* -- wherever it is used -- */

static const mcp_oauth_resource_t *
resource_of(const mcp_json_t *aud, const mcp_oauth_service_t *service)
{
    const mcp_oauth_resource_t *resource;
    int i;

    for (i = 0; i < service->resources->nelts; i++) {
        resource =
            APR_ARRAY_IDX(service->resources, i, const mcp_oauth_resource_t *);
        if (is_for(aud, resource->url))
            return resource;
    }
    return NULL;
}

const mcp_error_t *mcp_oauth_verify_token(const mcp_principal_t **who,
                                          const char *token,
                                          const mcp_oauth_service_t *service,
                                          mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;
    judging_t j;

    *who = NULL;
    j.text = token;
    j.len = strlen(token);
    MCP_TRY(length_check(&j, cx));
    /* nothing of it is believed yet: aud is judged again */
    MCP_TRY(mcp_jose_jws_read(&jws, j.text, j.len, cx));
    j.resource = resource_of(mcp_json_get(jws->claims, "aud"), service);
    if (!j.resource)
        return bad(cx, "it is for no resource of this server");
    return verify(who, &j, cx);
}
