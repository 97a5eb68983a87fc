/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_TASK_H
#define MCP_DEMO_TASK_H

#include <apr_pools.h>

/* One task. Plain bytes without pointers, for it lies in shared memory. */

#define MCP_DEMO_TASK_TITLE 200 /* characters; so do the schemas say */
#define MCP_DEMO_TASK_TITLE_SIZE (4 * MCP_DEMO_TASK_TITLE + 1)
#define MCP_DEMO_TASK_OWNER_SIZE 600
#define MCP_DEMO_TASK_MOST_ID 999999999

typedef struct mcp_demo_task_t {
    apr_uint32_t id;
    apr_byte_t status;   /* which of the words */
    apr_byte_t priority; /* which of the words */
    /* issuer and subject; "" are all who share the tasks */
    char owner[MCP_DEMO_TASK_OWNER_SIZE];
    char title[MCP_DEMO_TASK_TITLE_SIZE];
} mcp_demo_task_t;

/* Each ends with NULL. */
extern const char *const mcp_demo_task_statuses[];
extern const char *const mcp_demo_task_priorities[];

/* -- what is wrong with a value, as a sentence without its end; or NULL -- */

const char *mcp_demo_task_status_set(mcp_demo_task_t *task, const char *word);
const char *mcp_demo_task_priority_set(mcp_demo_task_t *task,
                                       const char *word);
/* title and owner are UTF-8 */
const char *mcp_demo_task_title_set(mcp_demo_task_t *task, const char *title);
const char *mcp_demo_task_owner_set(mcp_demo_task_t *task, const char *owner);
/* decimal, as it is written: no sign, no zero in front */
const char *mcp_demo_task_id_set(mcp_demo_task_t *task, const char *id);

/* -- as words -- */

const char *mcp_demo_task_status(const mcp_demo_task_t *task);
const char *mcp_demo_task_priority(const mcp_demo_task_t *task);

#endif
