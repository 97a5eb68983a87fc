/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/gather.h"

#include <string.h>

#include "idp/access_token.h"
#include "idp/bearer.h"
#include "idp/fault.h"
#include "idp/id_token.h"
#include "idp/mapping.h"
#include "idp/userinfo.h"

#define MOST 5

/* What was said so far: who said it first counts. */
typedef struct found_t {
    const mcp_idp_gather_t *from;
    const mcp_idp_metadata_t *metadata;
    const mcp_idp_t *idp;
    const mcp_json_t *claims[MOST];
    int count;
    const mcp_json_t *id_token;
    int is_whole;
    mcp_idp_mapped_t mapped;
} found_t;

static void add(found_t *found, const mcp_json_t *claims)
{
    if (claims)
        found->claims[found->count++] = claims;
}

static void map(found_t *found, mcp_ctx_t *cx)
{
    mcp_idp_mapping_read(&found->mapped, found->idp, found->claims,
                         found->count, cx);
}

/* What Verify names. */
typedef const mcp_error_t *(*ask_t)(const mcp_json_t **claims,
                                    const found_t *found, mcp_ctx_t *cx);

/* The sub of the id_token, which userinfo has to be about. */
static const char *subject_of(const found_t *found)
{
    const mcp_json_t *token = found->id_token ? found->id_token
                                              : found->from->before;

    return mcp_json_string(mcp_json_get(token, "sub"));
}

/* -- what has to be said -- */

static const mcp_error_t *jwt_ask(const mcp_json_t **claims,
                                  const found_t *found, mcp_ctx_t *cx)
{
    return mcp_idp_access_token_read(claims, found->from->tokens->access_token,
                                     found->metadata, cx);
}

static const mcp_error_t *introspection_ask(const mcp_json_t **claims,
                                            const found_t *found,
                                            mcp_ctx_t *cx)
{
    return mcp_idp_access_token_introspect(
        claims, found->from->tokens->access_token, found->metadata, cx);
}

static const mcp_error_t *module_ask(const mcp_json_t **claims,
                                     const found_t *found, mcp_ctx_t *cx)
{
    return mcp_idp_access_token_ask(claims, found->from->tokens->access_token,
                                    found->idp, cx);
}

static const mcp_error_t *userinfo_ask(const mcp_json_t **claims,
                                       const found_t *found, mcp_ctx_t *cx)
{
    return mcp_idp_userinfo_get(claims, found->from->tokens->access_token,
                                subject_of(found), found->metadata, cx);
}

/* By mcp_idp_verify_t. */
static const struct {
    ask_t ask;   /* NULL: what the id_token says is all */
    int is_mute; /* it says the same, whatever becomes of the user: whether the
                  * access token is still good, userinfo shows */
} verifies[] = {
    [MCP_IDP_VERIFY_JWT] = {jwt_ask, 1},
    [MCP_IDP_VERIFY_INTROSPECTION] = {introspection_ask, 0},
    [MCP_IDP_VERIFY_USERINFO] = {userinfo_ask, 0},
    [MCP_IDP_VERIFY_ID_TOKEN] = {NULL, 1},
    [MCP_IDP_VERIFY_MODULE] = {module_ask, 0},
};

int mcp_idp_gather_can_ask(const mcp_idp_metadata_t *metadata)
{
    if (metadata->remote->relayed)
        return mcp_idp_bearer_takes_opaque(metadata->remote->idp);
    return !verifies[metadata->remote->idp->verify].is_mute ||
           metadata->endpoints[MCP_IDP_ENDPOINT_USERINFO];
}

static const mcp_error_t *id_token_add(found_t *found, mcp_ctx_t *cx)
{
    const mcp_idp_tokens_t *tokens = found->from->tokens;
    const mcp_idp_id_token_t token = {tokens->id_token, tokens->access_token,
                                      found->from->nonce};

    if (token.text)
        return mcp_idp_id_token_read(&found->id_token, &token, found->metadata,
                                     cx);
    if (found->idp->verify != MCP_IDP_VERIFY_ID_TOKEN || found->from->before)
        return NULL;
    return mcp_idp_fault_make(
        found->idp, cx,
        "Scopes have to hold openid; or write \"Verify userinfo\" inside "
        "<MCPIdentityProvider>.",
        "there is no id_token in its answer");
}

/* -- what may be said -- */

/* Who cannot be heard is done without; the log hears it. */
static void add_or_excuse(found_t *found, const mcp_json_t *claims,
                          const mcp_error_t *e, mcp_ctx_t *cx)
{
    if (!e) {
        add(found, claims);
        return;
    }
    found->is_whole = 0;
    mcp_ctx_log(cx, MCP_LOG_INFO, 182,
                "%s: what else it says of the user has to do. %s", e->detail,
                e->remedy ? e->remedy : "");
}

/* The access token, where the preset knows that it says more. */
static void access_token_add(found_t *found, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e;

    if (found->idp->verify != MCP_IDP_VERIFY_ID_TOKEN ||
        !found->idp->preset->facts->tells_more)
        return;
    e = mcp_idp_access_token_read_ours(&claims,
                                       found->from->tokens->access_token,
                                       subject_of(found), found->metadata, cx);
    add_or_excuse(found, claims, e, cx);
}

/* An id_token of before may be old: what it says does not spare userinfo. */
static const mcp_error_t *userinfo_add(found_t *found, mcp_ctx_t *cx)
{
    const mcp_json_t *claims;
    const mcp_error_t *e;
    int has_to = found->from->is_question &&
                 verifies[found->idp->verify].is_mute;

    if (found->idp->verify == MCP_IDP_VERIFY_USERINFO ||
        !found->metadata->endpoints[MCP_IDP_ENDPOINT_USERINFO] ||
        (!has_to && found->count && !mcp_idp_mapping_lacks(&found->mapped)))
        return NULL;
    e = userinfo_ask(&claims, found, cx);
    if (e && has_to)
        return e;
    add_or_excuse(found, claims, e, cx);
    return NULL;
}

/* -- all of it -- */

static const mcp_error_t *identity_set(mcp_identity_t *identity,
                                       const found_t *found, mcp_ctx_t *cx)
{
    *identity = found->mapped.identity;
    if (!identity->session)
        identity->session =
            mcp_json_string(mcp_json_get(found->id_token, "sid"));
    if (identity->subject && *identity->subject)
        return NULL;
    return mcp_idp_fault_make(found->idp, cx,
                              "Write where it says it: \"Claim subject "
                              "/POINTER\" inside <MCPIdentityProvider>.",
                              "it does not say who the user is");
}

/* -- of an access token that is handed on -- */

static int is_of(const mcp_json_t *claims, const mcp_identity_t *identity,
                 const found_t *found, mcp_ctx_t *cx)
{
    mcp_idp_mapped_t other;

    if (!claims)
        return 0;
    mcp_idp_mapping_read(&other, found->idp, &claims, 1, cx);
    return other.identity.subject && identity->subject &&
           !strcmp(other.identity.subject, identity->subject) &&
           !strcmp(other.identity.issuer, identity->issuer);
}

/* Whoever holds it is whom it says: it is judged as it will be. An id_token
 * that came with it, or before, is heard on the same user. */
static const mcp_error_t *relayed_gather(mcp_identity_t *identity,
                                         found_t *found, mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = found->metadata->remote;
    const mcp_idp_tokens_t *tokens = found->from->tokens;
    const mcp_json_t *more = found->from->before;
    mcp_idp_bearer_t bearer;

    MCP_TRY(
        mcp_idp_jwt_fault(mcp_idp_bearer_read(&bearer, tokens->access_token,
                                              remote->relayed, remote, cx),
                          remote->idp, cx));
    if (tokens->id_token) {
        MCP_TRY(id_token_add(found, cx));
        more = found->id_token;
    }
    add(found, bearer.claims);
    if (is_of(more, &bearer.mapped.identity, found, cx))
        add(found, more);
    map(found, cx);
    return identity_set(identity, found, cx);
}

const mcp_error_t *mcp_idp_gather_identity(mcp_identity_t *identity,
                                           int *is_whole,
                                           const mcp_idp_gather_t *from,
                                           const mcp_idp_metadata_t *metadata,
                                           mcp_ctx_t *cx)
{
    const mcp_json_t *claims = NULL;
    found_t found;
    ask_t ask;

    *is_whole = 1;
    memset(&found, 0, sizeof(found));
    found.from = from;
    found.metadata = metadata;
    found.idp = metadata->remote->idp;
    found.is_whole = 1;
    if (metadata->remote->relayed)
        return relayed_gather(identity, &found, cx);
    MCP_TRY(id_token_add(&found, cx));
    ask = verifies[found.idp->verify].ask;
    if (ask)
        MCP_TRY(ask(&claims, &found, cx));
    add(&found, claims);
    add(&found, found.id_token);
    access_token_add(&found, cx);
    map(&found, cx);
    MCP_TRY(userinfo_add(&found, cx));
    add(&found, from->before);
    map(&found, cx);
    *is_whole = found.is_whole;
    return identity_set(identity, &found, cx);
}
