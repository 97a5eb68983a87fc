/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/message.h"

#include <string.h>

#include "mcp/answers.h"
#include "mcp/era.h"
#include "mcp/method.h"

void mcp_message_find_method(mcp_turn_t *t)
{
    if (!t->rpc.method)
        return;
    t->method = mcp_method_find(t->rpc.method);
    t->x->rpc_method = t->method ? t->method->name
                                 : mcp_turn_shown(t, t->rpc.method);
}

const mcp_error_t *mcp_message_answer(mcp_turn_t *t)
{
    const mcp_method_t *method = t->method;

    if (!method || !(method->eras & t->era->bit) ||
        (method->needs && !mcp_server_has(t->x->server, method->needs)))
        return mcp_error_tell(MCP_E_METHOD_NOT_FOUND, t->cx,
                              "Method not found: %s",
                              mcp_turn_shown(t, t->rpc.method));
    MCP_TRY(t->method->answer(t));
    if (!t->watch)
        mcp_turn_end(t);
    return NULL;
}

/* What is no request. Unknown notifications are accepted: none of them could
 * change anything here. */
const mcp_error_t *mcp_message_note(mcp_turn_t *t)
{
    if (t->era->bit != MCP_ERA_LEGACY)
        return NULL;
    if (t->rpc.kind == MCP_RPC_RESPONSE)
        return mcp_answers_take(t);
    if (!strcmp(t->rpc.method, "notifications/cancelled"))
        return mcp_answers_cancel(t);
    return NULL;
}
