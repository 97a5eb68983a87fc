/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/introspection.h"

#include "idp/call.h"
#include "idp/fault.h"
#include "idp/jwt.h"

static const mcp_idp_jwt_use_t use = {"introspection", NULL, 0, 0, 1};

/* What it says of an active token, where it says it (2.2). */
static const mcp_error_t *claims_check(const mcp_json_t *claims,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    const char *iss = mcp_json_string(mcp_json_get(claims, "iss"));

    if (iss && !mcp_idp_metadata_may_be_issuer(idp, iss))
        return mcp_idp_jwt_refuse(&use, NULL, cx, "iss is \"%s\"",
                                  mcp_idp_fault_quote(iss, cx));
    return mcp_idp_jwt_check_times(claims, &use, cx);
}

static int is_active(const mcp_json_t *claims, const mcp_idp_facts_t *facts)
{
    return facts->is_tokeninfo
               ? mcp_json_get(claims, "error") == NULL
               : mcp_json_is_true(mcp_json_get(claims, "active"));
}

/* tokeninfo says with 400 that a token is none. */
static int is_answer(const mcp_net_reply_t *reply,
                     const mcp_idp_facts_t *facts)
{
    return reply->outcome == MCP_NET_OK ||
           (facts->is_tokeninfo && reply->status == 400);
}

const mcp_error_t *mcp_idp_introspection_read(const mcp_json_t **claims,
                                              const mcp_net_reply_t *reply,
                                              const mcp_idp_t *idp,
                                              mcp_ctx_t *cx)
{
    const mcp_idp_facts_t *facts = idp->preset->facts;

    if (!facts->is_tokeninfo && mcp_idp_call_is_stranger(reply, cx))
        return mcp_idp_fault_make(idp, cx, MCP_IDP_CALL_STRANGER,
                                  "its introspection endpoint does not know "
                                  "our client: %s",
                                  reply->why ? reply->why : "invalid_client");
    if (!is_answer(reply, facts) ||
        mcp_json_read(claims, reply->body, reply->len, cx) ||
        mcp_json_type(*claims) != MCP_JSON_OBJECT)
        return mcp_idp_fault_make(
            idp, cx,
            "See that the client may use it, and \"Endpoint introspection "
            "URL\" inside <MCPIdentityProvider>.",
            "its introspection endpoint does not answer with a JSON "
            "object%s%s",
            reply->why ? ": " : "", reply->why ? reply->why : "");
    if (!is_active(*claims, facts))
        return mcp_idp_fault_no(idp, cx, MCP_E_INVALID_GRANT,
                                "its introspection endpoint says that the "
                                "access token is not active");
    return claims_check(*claims, idp, cx);
}

static const mcp_error_t *call(mcp_net_reply_t *reply, mcp_idp_call_t *call,
                               const char *access_token,
                               const mcp_idp_metadata_t *metadata,
                               mcp_ctx_t *cx)
{
    if (metadata->remote->idp->preset->facts->is_tokeninfo) {
        apr_table_set(call->form, "access_token", access_token);
        return mcp_idp_call_do(reply, call, metadata->remote, cx);
    }
    apr_table_set(call->form, "token", access_token);
    apr_table_set(call->form, "token_type_hint", "access_token");
    return mcp_idp_call_as_client(reply, call, metadata, cx);
}

const mcp_error_t *
mcp_idp_introspection_ask(const mcp_json_t **claims, const char *access_token,
                          const mcp_idp_metadata_t *metadata, mcp_ctx_t *cx)
{
    mcp_idp_call_t with = {NULL, apr_table_make(cx->pool, 4), NULL, NULL};
    mcp_net_reply_t reply;

    *claims = NULL;
    MCP_TRY(mcp_idp_metadata_endpoint(&with.url, metadata,
                                      MCP_IDP_ENDPOINT_INTROSPECTION, cx));
    MCP_TRY(call(&reply, &with, access_token, metadata, cx));
    return mcp_idp_introspection_read(claims, &reply, metadata->remote->idp,
                                      cx);
}
