/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "idp/call.h"

#include <apr_strings.h>
#include <string.h>

#include "base/form.h"
#include "idp/client_auth.h"
#include "idp/fault.h"
#include "idp/token_answer.h"

const mcp_error_t *mcp_idp_call_do(mcp_net_reply_t *reply,
                                   const mcp_idp_call_t *call,
                                   const mcp_idp_remote_t *remote,
                                   mcp_ctx_t *cx)
{
    mcp_net_request_t request;

    if (!remote->exchanges)
        return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                               "See what this child logged when it started.",
                               "nothing can be asked in this child");
    memset(&request, 0, sizeof(request));
    request.url = call->url;
    request.is_trusted = 1;
    request.max_bytes = MCP_IDP_CALL_MAX;
    request.setting = remote->fetch;
    request.accept = call->accept;
    request.authorization = call->authorization;
    if (call->form)
        request.form = mcp_form_text(call->form, cx->pool);
    MCP_TRY(mcp_net_exchange_do(reply, remote->exchanges, &request, cx));
    if (reply->outcome == MCP_NET_PASSED)
        return mcp_idp_fault_outage(remote->idp, cx, 0, "%s: %s", call->url,
                                    reply->why);
    if (!reply->body)
        return mcp_idp_fault_make(remote->idp, cx,
                                  "See Endpoint inside <MCPIdentityProvider>.",
                                  "%s: %s", call->url, reply->why);
    return NULL;
}

/* GitHub says it with 200 and in words of its own. */
int mcp_idp_call_is_stranger(const mcp_net_reply_t *reply, mcp_ctx_t *cx)
{
    mcp_idp_token_answer_t answer;

    if (reply->status == 401)
        return 1;
    return !mcp_idp_token_answer_read(&answer, reply->body, reply->len,
                                      reply->content_type, cx) &&
           answer.error &&
           (!strcmp(answer.error, "invalid_client") ||
            !strcmp(answer.error, "incorrect_client_credentials"));
}

/* -- as its client -- */

static const mcp_error_t *try(mcp_net_reply_t *reply,
                              const mcp_idp_call_t *call,
                              const mcp_idp_client_auth_t *auth,
                              const mcp_idp_remote_t *remote, mcp_ctx_t *cx)
{
    mcp_idp_call_t with = *call;

    with.form = apr_table_copy(cx->pool, call->form);
    MCP_TRY(mcp_idp_client_auth_add(&with.authorization, with.form, call->url,
                                    auth, cx));
    return mcp_idp_call_do(reply, &with, remote, cx);
}

static const mcp_error_t *try_other(mcp_net_reply_t *reply,
                                    const mcp_idp_call_t *call,
                                    mcp_idp_client_auth_t auth,
                                    const mcp_idp_remote_t *remote,
                                    mcp_ctx_t *cx)
{
    mcp_net_reply_t second;

    auth.method = auth.other;
    MCP_TRY(try(&second, call, &auth, remote, cx));
    if (mcp_idp_call_is_stranger(&second, cx))
        return NULL;
    *reply = second;
    mcp_ctx_log(cx, MCP_LOG_INFO, 180,
                "identity provider \"%s\" wants the secret of Client in "
                "another way: write \"Client ID SECRET %s\" inside "
                "<MCPIdentityProvider>, and it is asked once instead of twice",
                remote->idp->label, mcp_idp_client_auth_word(auth.method));
    return NULL;
}

const mcp_error_t *mcp_idp_call_as_client(mcp_net_reply_t *reply,
                                          const mcp_idp_call_t *call,
                                          const mcp_idp_metadata_t *metadata,
                                          mcp_ctx_t *cx)
{
    const mcp_idp_remote_t *remote = metadata->remote;
    mcp_idp_client_auth_t auth;

    if (!remote->idp->client)
        return mcp_idp_fault_make(remote->idp, cx,
                                  "Write \"Client ID SECRET\" inside "
                                  "<MCPIdentityProvider>.",
                                  "we have no client there");
    auth = mcp_idp_client_auth_choose(metadata);
    MCP_TRY(try(reply, call, &auth, remote, cx));
    if (!auth.other || !mcp_idp_call_is_stranger(reply, cx))
        return NULL;
    return try_other(reply, call, auth, remote, cx);
}
