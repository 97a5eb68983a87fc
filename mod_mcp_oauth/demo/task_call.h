/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_TASK_CALL_H
#define MCP_DEMO_TASK_CALL_H

#include "demo/task.h"
#include "mod_mcp_oauth.h"

/* What a call sees of the tasks. All text lives as long as the call. */

/* Of the configuration: whether all users share their tasks. */
void mcp_demo_task_call_share(int is_common);
int mcp_demo_task_call_is_shared(void);

/* Whose tasks they are: the caller's, or "" those that all share. So are the
 * ones of a location that needs no login. */
const char *mcp_demo_task_call_owner(mcp_call_t *call);
/* Those of the owner, const mcp_demo_task_t *. */
const apr_array_header_t *mcp_demo_task_call_list(mcp_call_t *call);

/* One as a JSON object of several lines, each but the first behind margin. */
const char *mcp_demo_task_call_json(mcp_call_t *call,
                                    const mcp_demo_task_t *task,
                                    const char *margin);
/* Several (const mcp_demo_task_t *) as a JSON array. */
const char *mcp_demo_task_call_array(mcp_call_t *call,
                                     const apr_array_header_t *tasks);

#endif
