/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/id_token.h"

#include <string.h>

#include "base/digest.h"
#include "idp/fault.h"
#include "idp/jwt.h"
#include "jose/half_hash.h"

#define SUB_MAX 255 /* OpenID Connect Core 2 */

static const char *const types[] = {"JWT", NULL};
static const mcp_idp_jwt_use_t use = {"id_token", types, 1, 1};

/* 3.1.3.7, 3 to 5: it is for us; and where it is for others too, we are the
 * one who asked for it. */
static const mcp_error_t *audience_check(const mcp_json_t *claims,
                                         const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const mcp_json_t *azp = mcp_json_get(claims, "azp");
    const char *party = mcp_json_string(azp);
    const char *hint =
        mcp_idp_fault_hint("The first argument of Client has to be the id of "
                           "the application there.",
                           idp->preset->facts->hints.audience, cx);

    if (!mcp_idp_jwt_is_for_us(claims, idp))
        return mcp_idp_jwt_refuse(&use, hint, cx,
                                  "aud does not have our client_id");
    if (!azp && mcp_json_type(mcp_json_get(claims, "aud")) == MCP_JSON_ARRAY &&
        mcp_json_size(mcp_json_get(claims, "aud")) > 1)
        return mcp_idp_jwt_refuse(&use, hint, cx,
                                  "aud has several and azp is missing");
    if (azp && (!party || strcmp(party, idp->client->id) != 0))
        return mcp_idp_jwt_refuse(&use, hint, cx, "azp is not our client_id");
    return NULL;
}

/* 3.1.3.7, 11 */
static const mcp_error_t *nonce_check(const mcp_json_t *claims,
                                      const char *nonce, mcp_ctx_t *cx)
{
    const mcp_json_t *said = mcp_json_get(claims, "nonce");

    if (!nonce)
        return NULL;
    if (!said)
        return mcp_idp_jwt_refuse(&use, NULL, cx, "nonce is missing");
    if (!mcp_digest_equal(mcp_json_string(said), nonce))
        return mcp_idp_jwt_refuse(&use,
                                  "It is that of another sign-in: somebody "
                                  "may have tried to slip it in.",
                                  cx, "nonce is not the one that was sent");
    return NULL;
}

/* 3.1.3.8. With an alg whose hash nobody defines it says nothing. */
static const mcp_error_t *at_hash_check(const mcp_jose_jws_t *jws,
                                        const char *access_token,
                                        mcp_ctx_t *cx)
{
    const mcp_json_t *said = mcp_json_get(jws->claims, "at_hash");
    const char *hash;

    if (!said || !access_token)
        return NULL;
    hash = mcp_jose_half_hash(jws->alg, access_token, cx->pool);
    if (hash && !mcp_digest_equal(mcp_json_string(said), hash))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "at_hash is not that of the access token");
    return NULL;
}

/* What else a provider signs for us is told by its claims where its typ does
 * not (Back-Channel Logout 2.4). */
static const mcp_error_t *subject_check(const mcp_json_t *claims,
                                        mcp_ctx_t *cx)
{
    const char *sub = mcp_json_string(mcp_json_get(claims, "sub"));

    if (mcp_json_get(claims, "events"))
        return mcp_idp_jwt_refuse(&use, NULL, cx,
                                  "it has events, as a logout token has");
    if (!sub || !*sub)
        return mcp_idp_jwt_refuse(&use, NULL, cx, "sub is missing");
    if (strlen(sub) > SUB_MAX)
        return mcp_idp_jwt_refuse(&use, NULL, cx, "sub is too long");
    return NULL;
}

static const mcp_error_t *judge(const mcp_json_t **claims,
                                const mcp_idp_id_token_t *token,
                                const mcp_idp_metadata_t *metadata,
                                mcp_ctx_t *cx)
{
    const mcp_jose_jws_t *jws;

    MCP_TRY(mcp_idp_jwt_read(&jws, token->text, &use, metadata, cx));
    *claims = jws->claims;
    MCP_TRY(audience_check(*claims, metadata->remote->idp, cx));
    MCP_TRY(nonce_check(*claims, token->nonce, cx));
    MCP_TRY(at_hash_check(jws, token->access_token, cx));
    return subject_check(*claims, cx);
}

const mcp_error_t *mcp_idp_id_token_read(const mcp_json_t **claims,
                                         const mcp_idp_id_token_t *token,
                                         const mcp_idp_metadata_t *metadata,
                                         mcp_ctx_t *cx)
{
    return mcp_idp_jwt_fault(judge(claims, token, metadata, cx),
                             metadata->remote->idp, cx);
}
