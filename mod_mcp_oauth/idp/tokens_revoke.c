/* Licensed under the Apache License, Version 2.0; see LICENSE. */

#include "idp/call.h"
#include "idp/fault.h"
#include "idp/tokens.h"

/* RFC 7009 2.2: 200, also of a token that is not good any more. */
static const mcp_error_t *answer_check(const mcp_net_reply_t *reply,
                                       const mcp_idp_t *idp, mcp_ctx_t *cx)
{
    if (reply->outcome == MCP_NET_OK)
        return NULL;
    if (mcp_idp_call_is_stranger(reply, cx))
        return mcp_idp_fault_make(idp, cx, MCP_IDP_CALL_STRANGER,
                                  "its revocation endpoint does not know our "
                                  "client: %s",
                                  reply->why);
    return mcp_idp_fault_make(
        idp, cx,
        "See that it is the right endpoint: \"Endpoint revocation URL\" "
        "inside <MCPIdentityProvider>.",
        "its revocation endpoint: %s", reply->why);
}

const mcp_error_t *mcp_idp_tokens_revoke(const mcp_idp_tokens_t *tokens,
                                         const mcp_idp_remote_t *remote,
                                         mcp_ctx_t *cx)
{
    mcp_idp_call_t call = {NULL, apr_table_make(cx->pool, 4), NULL, NULL};
    const mcp_idp_metadata_t *metadata;
    mcp_net_reply_t reply;

    if (!tokens->refresh_token && !tokens->access_token)
        return NULL;
    MCP_TRY(mcp_idp_metadata_get(&metadata, remote, cx));
    call.url = metadata->endpoints[MCP_IDP_ENDPOINT_REVOCATION];
    if (!call.url)
        return NULL;
    apr_table_setn(call.form, "token",
                   tokens->refresh_token ? tokens->refresh_token
                                         : tokens->access_token);
    apr_table_setn(call.form, "token_type_hint",
                   tokens->refresh_token ? "refresh_token" : "access_token");
    MCP_TRY(mcp_idp_call_as_client(&reply, &call, metadata, cx));
    return answer_check(&reply, remote->idp, cx);
}
