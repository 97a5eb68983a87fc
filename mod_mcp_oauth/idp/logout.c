/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/logout.h"

#include <string.h>

#include "idp/fault.h"
#include "idp/jwt.h"

#define EVENT "http://schemas.openid.net/event/backchannel-logout"
#define JTI_MAX 255
#define MOST_AHEAD 86400 /* seconds that a jti may have to be remembered */

static const char *const types[] = {"logout+jwt", "JWT", NULL};
static const mcp_idp_jwt_use_t use = {"logout token", types, 1, 1};

int mcp_idp_logout_is_of(const char *text, const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    return !mcp_jose_jws_read_long(&jws, text, strlen(text), cx) &&
           mcp_idp_metadata_is_issuer(
               idp, mcp_json_string(mcp_json_get(jws->claims, "iss")));
}

/* 2.6, 4 to 6: what tells it from an id_token. */
static const mcp_error_t *purpose_check(const mcp_json_t *claims,
                                        mcp_ctx_t *cx)
{
    const mcp_json_t *event =
        mcp_json_get(mcp_json_get(claims, "events"), EVENT);

    if (mcp_json_type(event) != MCP_JSON_OBJECT)
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "events does not have the one of a logout");
    if (mcp_json_get(claims, "nonce"))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "it has nonce, as an id_token has");
    return NULL;
}

/* A member that has to be a string where it is there; empty is not there. */
static const mcp_error_t *name_read(const char **name,
                                    const mcp_json_t *claims,
                                    const char *member, mcp_ctx_t *cx)
{
    const mcp_json_t *json = mcp_json_get(claims, member);

    *name = mcp_json_string(json);
    if (json && (!*name || !**name))
        return mcp_idp_jwt_refuse(&use, NULL, cx, "%s is no string", member);
    return NULL;
}

static const mcp_error_t *whom_read(mcp_idp_logout_t *logout,
                                    const mcp_json_t *claims, mcp_ctx_t *cx)
{
    MCP_TRY(name_read(&logout->subject, claims, "sub", cx));
    MCP_TRY(name_read(&logout->session, claims, "sid", cx));
    if (!logout->subject && !logout->session)
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "it has neither sub nor sid");
    return NULL;
}

static const mcp_error_t *once_read(mcp_idp_logout_t *logout,
                                    const mcp_json_t *claims, mcp_ctx_t *cx)
{
    double exp = 0;

    MCP_TRY(name_read(&logout->jti, claims, "jti", cx));
    if (!logout->jti || strlen(logout->jti) > JTI_MAX)
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "jti is missing or too long");
    mcp_json_number(&exp, mcp_json_get(claims, "exp"));
    if (exp > (double)(mcp_ctx_seconds(cx) + MOST_AHEAD))
        return mcp_idp_jwt_refuse(&use, NULL, cx, "exp is too far ahead");
    logout->expires = (apr_int64_t)exp + MCP_IDP_JWT_SKEW;
    return NULL;
}

static const mcp_error_t *judge(mcp_idp_logout_t *logout, const char *text,
                                const mcp_idp_metadata_t *metadata,
                                mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_idp_jwt_read(&jws, text, &use, metadata, cx));
    logout->issuer = mcp_json_string(mcp_json_get(jws->claims, "iss"));
    if (!mcp_idp_jwt_is_for_us(jws->claims, metadata->remote->idp))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "aud does not have our client_id");
    MCP_TRY(purpose_check(jws->claims, cx));
    MCP_TRY(whom_read(logout, jws->claims, cx));
    return once_read(logout, jws->claims, cx);
}

const mcp_error_t *mcp_idp_logout_read(mcp_idp_logout_t *logout,
                                       const char *text,
                                       const mcp_idp_remote_t *remote,
                                       mcp_ctx_t *cx)
{
    const mcp_idp_metadata_t *metadata;
    const mcp_error_t *e;

    memset(logout, 0, sizeof(*logout));
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    e = judge(logout, text, metadata, cx);
    if (!e || e->code != MCP_E_INVALID_TOKEN)
        return e;
    return mcp_idp_fault_no(remote->idp, cx, MCP_E_INVALID_REQUEST, "%s",
                            e->detail);
}
