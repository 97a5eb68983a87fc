/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/token_request.h"

#include <string.h>

#include "idp/call.h"
#include "idp/fault.h"
#include "idp/token_answer.h"

/* What an `error` means for us. */
typedef enum {
    OTHER,  /* a word that we do not know, or that we cause */
    NO,     /* the grant is spent or ended, or the user has to come by */
    DENIED, /* somebody is not welcome: this user, or all of them */
    CLIENT, /* we are not welcome */
    SCOPE,  /* we ask for too much */
    LATER
} meaning_t;

static const struct {
    const char *word;
    meaning_t meaning;
} errors[] = {
    /* RFC 6749 5.2 */
    {"invalid_grant", NO},
    {"invalid_client", CLIENT},
    {"unauthorized_client", CLIENT},
    {"invalid_scope", SCOPE},
    /* GitHub */
    {"bad_verification_code", NO},
    {"bad_refresh_token", NO},
    {"incorrect_client_credentials", CLIENT},
    {"unverified_user_email", NO},
    /* Entra and Auth0, when the user has to come by */
    {"interaction_required", NO},
    {"login_required", NO},
    {"consent_required", NO},
    {"mfa_required", NO},
    /* Supabase, whose error_code this is */
    {"refresh_token_not_found", NO},
    {"refresh_token_already_used", NO},
    {"session_not_found", NO},
    {"session_expired", NO},
    {"user_banned", NO},
    /* Keycloak says it where the realm is disabled, Auth0 where an Action
     * refuses the user and where one fails: no reason to end a grant. Who is
     * blocked gets invalid_grant at both. */
    {"access_denied", DENIED},
    {"unauthorized", DENIED},
    /* Keycloak, of offline_access for who may not have it */
    {"not_allowed", SCOPE},
    {"temporarily_unavailable", LATER},
    {"slow_down", LATER},
    {"server_error", LATER},
};

static meaning_t meaning_of(const char *error)
{
    apr_size_t i;

    for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
        if (!strcmp(errors[i].word, error))
            return errors[i].meaning;
    return OTHER;
}

static const mcp_error_t *refused(const mcp_idp_token_answer_t *answer,
                                  const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *error = mcp_idp_fault_quote(answer->error, cx);
    const char *more = mcp_idp_fault_quote(answer->error_description, cx);

    switch (meaning_of(answer->error)) {
    case NO:
        return mcp_idp_fault_no(idp, cx, MCP_E_INVALID_GRANT,
                                "its token endpoint says %s \"%s\"", error,
                                more);
    case LATER:
        return mcp_idp_fault_outage(
            idp, cx, 0, "its token endpoint says %s \"%s\"", error, more);
    case DENIED:
        return mcp_idp_fault_make(
            idp, cx,
            "It may be a rule of the provider's about this user, or that it "
            "lets nobody in (a realm that is disabled): see its own log.",
            "its token endpoint says %s \"%s\"", error, more);
    case CLIENT:
        return mcp_idp_fault_make(idp, cx, MCP_IDP_CALL_STRANGER,
                                  "its token endpoint says %s \"%s\"", error,
                                  more);
    case SCOPE:
        return mcp_idp_fault_make(
            idp, cx,
            mcp_idp_fault_hint("Ask for less: Scopes inside "
                               "<MCPIdentityProvider>.",
                               idp->preset->facts->hints.invalid_scope, cx),
            "its token endpoint says %s \"%s\"", error, more);
    default:
        return mcp_idp_fault_make(
            idp, cx, "See how the application is set up at the provider.",
            "its token endpoint says %s \"%s\"", error, more);
    }
}

/* RFC 6749 5.2 allows a 401 with nothing in it that can be read. */
static const mcp_error_t *unreadable(const mcp_net_reply_t *reply,
                                     const char *why, const mcp_idp_t *idp,
                                     mcp_ctx_t *cx)
{
    if (reply->status == 401)
        return mcp_idp_fault_make(idp, cx, MCP_IDP_CALL_STRANGER,
                                  "its token endpoint answered 401");
    return mcp_idp_fault_make(
        idp, cx,
        "See that it is the right endpoint: \"Endpoint token URL\" inside "
        "<MCPIdentityProvider>.",
        "its token endpoint answered %d, which cannot be read: %s",
        reply->status, why);
}

/* Who asks for openid and says nowhere what the keys are is given an id_token
 * all the same; who the user is, Verify says there. */
static int can_verify(const mcp_idp_metadata_t *metadata)
{
    const mcp_idp_t *idp = metadata->remote->idp;

    return idp->verify == MCP_IDP_VERIFY_ID_TOKEN || idp->shared_jwk ||
           metadata->endpoints[MCP_IDP_ENDPOINT_KEYS];
}

static void tokens_set(mcp_idp_tokens_t *tokens,
                       const mcp_idp_token_answer_t *answer,
                       const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx)
{
    tokens->access_token = answer->access_token;
    tokens->refresh_token = answer->refresh_token;
    tokens->scope = answer->scope;
    tokens->id_token = can_verify(metadata) ? answer->id_token : NULL;
    tokens->expires =
        answer->expires_in ? mcp_ctx_seconds(cx) + answer->expires_in : 0;
}

const mcp_error_t *mcp_idp_token_request_do(mcp_idp_tokens_t *tokens,
                                            apr_table_t *form,
                                            const mcp_idp_metadata_t *metadata,
                                            mcp_ctx_t *cx)
{
    const mcp_idp_t *idp = metadata->remote->idp;
    mcp_idp_call_t call = {NULL, form, NULL, NULL};
    mcp_idp_token_answer_t answer;
    mcp_net_reply_t reply;
    const mcp_error_t *e;

    MCP_TRY(mcp_idp_metadata_endpoint(&call.url, metadata,
                                      MCP_IDP_ENDPOINT_TOKEN, cx));
    MCP_TRY(mcp_idp_call_as_client(&reply, &call, metadata, cx));
    e = mcp_idp_token_answer_read(&answer, reply.body, reply.len,
                                  reply.content_type, cx);
    if (e)
        return unreadable(&reply, e->detail, idp, cx);
    if (answer.error)
        return refused(&answer, idp, cx);
    if (reply.outcome != MCP_NET_OK)
        return unreadable(&reply, "it holds tokens", idp, cx);
    tokens_set(tokens, &answer, metadata, cx);
    return NULL;
}
