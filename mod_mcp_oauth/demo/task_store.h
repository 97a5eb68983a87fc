/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_TASK_STORE_H
#define MCP_DEMO_TASK_STORE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "demo/task.h"

/* The tasks of all children, in shared memory that outlives graceful restarts,
 * and in a file where one is named. They are only ever added to, so readers
 * need no lock; writers take turns. A child that is killed leaves neither a
 * lock nor half a task behind. */

#define MCP_DEMO_TASK_STORE_MOST 2000       /* tasks in all */
#define MCP_DEMO_TASK_STORE_MOST_OF_ONE 250 /* of one owner */

/* -- in the parent; NULL, or what is wrong with the file and what to do -- */

/* Whether a start would succeed. */
const char *mcp_demo_task_store_check(const char *path, apr_pool_t *pool);
/* Without a path there is only the memory. process is the pool that outlives
 * restarts. */
const char *mcp_demo_task_store_open(const char *path, apr_pool_t *process,
                                     apr_pool_t *pool);

/* -- in a child -- */

void mcp_demo_task_store_child(apr_pool_t *pchild);

/* Those of an owner, in the order of their making: const mcp_demo_task_t *,
 * which stay as they are as long as the child lives. */
const apr_array_header_t *mcp_demo_task_store_list(const char *owner,
                                                   apr_pool_t *pool);
/* NULL when there is none, or it is another owner's. */
const mcp_demo_task_t *mcp_demo_task_store_find(const char *owner,
                                                const char *id);
/* Gives the task its id, and keeps it. NULL, or a sentence for the client: it
 * is not kept then. May wait for the disk. */
const char *mcp_demo_task_store_add(mcp_demo_task_t *task, apr_pool_t *pool);

#endif
