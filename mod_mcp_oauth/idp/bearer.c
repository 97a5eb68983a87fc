/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/bearer.h"

#include <string.h>
#include <strings.h>

#include "idp/access_token.h"
#include "idp/audience.h"
#include "idp/fault.h"
#include "idp/introspection.h"
#include "idp/userinfo.h"

static const char *const types[] = {"JWT", NULL};
static const mcp_idp_jwt_use_t id_token_use = {"id_token", types, 1, 1, 0};

/* One token on its way. */
typedef struct judging_t {
    const char *text;
    const char *resource;
    const mcp_idp_metadata_t *metadata;
    const mcp_idp_t *idp;
} judging_t;

typedef const mcp_error_t *judge_t(const mcp_json_t **claims,
                                   const judging_t *judging, mcp_ctx_t *cx);

/* -- what it is -- */

/* Members that say what a token is, and what they say of an access token:
 * Keycloak has typ, Cognito token_use, others token_type. */
static const char *const kinds[] = {"typ", "token_use", "token_type"};
static const char *const of_access[] = {"Bearer",       "DPoP",   "access",
                                        "access_token", "at+jwt", "JWT"};

/* What id_tokens have and access tokens never (OpenID Connect Core 3.3.2.11),
 * and logout tokens. */
static const char *const others[] = {"at_hash", "c_hash", "s_hash", "events"};

static int is_access(const char *kind)
{
    apr_size_t i;

    for (i = 0; i < sizeof(of_access) / sizeof(*of_access); i++)
        if (!strcasecmp(of_access[i], kind))
            return 1;
    return 0;
}

static int has_scopes(const mcp_json_t *claims)
{
    return mcp_json_get(claims, "scope") || mcp_json_get(claims, "scp");
}

/* RFC 8725 2.8: a JWT of one kind must not pass for another. */
static const mcp_error_t *kind_check(const mcp_json_t *claims, mcp_ctx_t *cx)
{
    const mcp_idp_jwt_use_t *use = mcp_idp_access_token_use;
    apr_size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const mcp_json_t *said = mcp_json_get(claims, kinds[i]);
        const char *kind = mcp_json_string(said);

        if (!kind && mcp_json_type(said) > MCP_JSON_NULL)
            return mcp_idp_jwt_refuse(use, NULL, cx, "%s is no string",
                                      kinds[i]);
        if (kind && !is_access(kind))
            return mcp_idp_jwt_refuse(use, NULL, cx,
                                      "%s is \"%s\": it is something else",
                                      kinds[i], mcp_idp_fault_quote(kind, cx));
    }
    for (i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (mcp_json_get(claims, others[i]))
            return mcp_idp_jwt_refuse(
                use, NULL, cx, "it has %s: it is something else", others[i]);
    if (mcp_json_get(claims, "nonce") && !has_scopes(claims))
        return mcp_idp_jwt_refuse(use, NULL, cx,
                                  "it has nonce and no scope, as an id_token "
                                  "has");
    return NULL;
}

/* -- who judges it -- */

static const mcp_error_t *jwt_judge(const mcp_json_t **claims,
                                    const judging_t *judging, mcp_ctx_t *cx)
{
    MCP_TRY(mcp_idp_access_token_read_jwt(claims, judging->text,
                                          judging->metadata, cx));
    MCP_TRY(kind_check(*claims, cx));
    return mcp_idp_audience_check_bearer(*claims, mcp_idp_access_token_use,
                                         judging->resource, judging->idp, cx);
}

static const mcp_error_t *introspection_judge(const mcp_json_t **claims,
                                              const judging_t *judging,
                                              mcp_ctx_t *cx)
{
    MCP_TRY(mcp_idp_introspection_ask(claims, judging->text, judging->metadata,
                                      cx));
    MCP_TRY(kind_check(*claims, cx));
    return mcp_idp_audience_check_bearer(*claims, mcp_idp_access_token_use,
                                         judging->resource, judging->idp, cx);
}

/* It does not say whom the token was given to: whoever wrote Verify so was
 * told. */
static const mcp_error_t *userinfo_judge(const mcp_json_t **claims,
                                         const judging_t *judging,
                                         mcp_ctx_t *cx)
{
    return mcp_idp_userinfo_judge(claims, judging->text, judging->metadata,
                                  cx);
}

/* Where nothing else can be verified of a provider. */
static const mcp_error_t *id_token_judge(const mcp_json_t **claims,
                                         const judging_t *judging,
                                         mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_idp_jwt_read(&jws, judging->text, &id_token_use,
                             judging->metadata, cx));
    *claims = jws->claims;
    if (mcp_json_get(*claims, "events"))
        return mcp_idp_jwt_refuse(&id_token_use, NULL, cx,
                                  "it has events, as a logout token has");
    return mcp_idp_audience_check_bearer(*claims, &id_token_use,
                                         judging->resource, judging->idp, cx);
}

static const mcp_error_t *module_judge(const mcp_json_t **claims,
                                       const judging_t *judging, mcp_ctx_t *cx)
{
    return mcp_idp_access_token_ask(claims, judging->text, judging->idp, cx);
}

/* By mcp_idp_verify_t. */
static const struct {
    judge_t *judge;
    int asks;       /* somebody, about any token */
    int is_offline; /* without what the provider says of itself */
} verifies[] = {
    [MCP_IDP_VERIFY_JWT] = {jwt_judge, 0, 0},
    [MCP_IDP_VERIFY_INTROSPECTION] = {introspection_judge, 1, 0},
    [MCP_IDP_VERIFY_USERINFO] = {userinfo_judge, 1, 0},
    [MCP_IDP_VERIFY_ID_TOKEN] = {id_token_judge, 0, 0},
    [MCP_IDP_VERIFY_MODULE] = {module_judge, 1, 1},
};

int mcp_idp_bearer_takes_opaque(const mcp_idp_t *idp)
{
    return verifies[idp->bearer].asks;
}

/* -- what it says -- */

static const mcp_error_t *judge(const mcp_json_t **claims, judging_t *judging,
                                const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    int how = judging->idp->bearer;
    const mcp_error_t *e;

    if (!verifies[how].is_offline)
        MCP_TRY(mcp_idp_metadata_get(&judging->metadata, remote, cx));
    e = verifies[how].judge(claims, judging, cx);
    /* the provider's word for it, where we are its client */
    if (e && e->code == MCP_E_INVALID_GRANT)
        return mcp_error_make(MCP_E_INVALID_TOKEN, cx, "%s", e->detail);
    return e;
}

static const mcp_error_t *said(mcp_idp_bearer_t *bearer,
                               const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    bearer->expires = mcp_idp_jwt_expires(bearer->claims);
    mcp_idp_mapping_read(&bearer->mapped, remote->idp, &bearer->claims, 1, cx);
    if (bearer->mapped.identity.subject && *bearer->mapped.identity.subject)
        return NULL;
    return mcp_error_fault(MCP_E_INVALID_TOKEN, cx,
                           "Write where it says it: \"Claim subject "
                           "/POINTER\" inside <MCPIdentityProvider>.",
                           "access token: it does not say whose it is");
}

const mcp_error_t *mcp_idp_bearer_read(mcp_idp_bearer_t *bearer,
                                       const char *text, const char *resource,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx)
{
    judging_t judging = {text, resource, NULL, remote->idp};

    memset(bearer, 0, sizeof(*bearer));
    bearer->was_asked = verifies[remote->idp->bearer].asks;
    MCP_TRY(judge(&bearer->claims, &judging, remote, cx));
    return said(bearer, remote, cx);
}

const mcp_error_t *mcp_idp_bearer_believe(mcp_idp_bearer_t *bearer,
                                          const char *text,
                                          const mcp_idp_remote_t *remote,
                                          mcp_ctx_t *cx)
{
    memset(bearer, 0, sizeof(*bearer));
    bearer->claims = mcp_idp_jwt_peek(text, remote->idp, cx);
    if (!bearer->claims)
        return mcp_idp_jwt_refuse(mcp_idp_access_token_use, NULL, cx,
                                  "it is opaque: no JWT");
    return said(bearer, remote, cx);
}
