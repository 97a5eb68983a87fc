/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_METHOD_H
#define MCP_MCP_METHOD_H

#include "mcp/turn.h"

/* A row of method.def. */
struct mcp_method_t {
    const char *name;
    unsigned eras; /* MCP_ERA_... */
    const char *needs;
    const char *target;
    /* begins the result with mcp_turn_begin() and writes its members; the
     * result is ended for it. An error becomes the answer instead */
    const mcp_error_t *(*answer)(mcp_turn_t *t);
};

/* NULL when there is no such method in any era. */
const mcp_method_t *mcp_method_find(const char *name);

/* ping: the empty result, in which nothing may stand */
const mcp_error_t *mcp_method_ping(mcp_turn_t *t);
const mcp_error_t *mcp_discover_answer(mcp_turn_t *t);
const mcp_error_t *mcp_initialize_answer(mcp_turn_t *t);
const mcp_error_t *mcp_tools_list(mcp_turn_t *t);
const mcp_error_t *mcp_resources_list(mcp_turn_t *t);
const mcp_error_t *mcp_resources_list_templates(mcp_turn_t *t);
const mcp_error_t *mcp_resources_read(mcp_turn_t *t);
const mcp_error_t *mcp_prompts_list(mcp_turn_t *t);
const mcp_error_t *mcp_prompts_get(mcp_turn_t *t);
const mcp_error_t *mcp_completion_answer(mcp_turn_t *t);
const mcp_error_t *mcp_tools_call(mcp_turn_t *t);
const mcp_error_t *mcp_level_set(mcp_turn_t *t);
const mcp_error_t *mcp_subscriptions_listen(mcp_turn_t *t);
const mcp_error_t *mcp_subscriptions_add(mcp_turn_t *t);
const mcp_error_t *mcp_subscriptions_remove(mcp_turn_t *t);
const mcp_error_t *mcp_tasks_get(mcp_turn_t *t);
const mcp_error_t *mcp_tasks_update(mcp_turn_t *t);
const mcp_error_t *mcp_tasks_cancel(mcp_turn_t *t);

/* What the client is told that asks for a resource which is not there. */
const mcp_error_t *mcp_resources_not_found(const mcp_turn_t *t,
                                           const char *uri);

#endif
