/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_DEMO_TASK_FILE_H
#define MCP_DEMO_TASK_FILE_H

#include <apr_pools.h>

#include "demo/task.h"

/* tasks.json: one JSON object with the tasks by their ids, in the order of
 * their making.
 *
 *     {"1": {"id": "1", "title": "...", "status": "todo", "priority": "low",
 *            "owner": "https://idp.example ada"}, ...}
 *
 * Tasks that are common to all have no owner. */

#define MCP_DEMO_TASK_FILE_MOST (16 * 1024 * 1024) /* bytes */

/* Which version of the file one has seen; all 0: there was none. */
typedef struct mcp_demo_task_mark_t {
    apr_uint64_t device;
    apr_uint64_t inode;
    apr_int64_t size;
    apr_int64_t seconds; /* when it was written */
    apr_int64_t nanoseconds;
} mcp_demo_task_mark_t;

/* What was read or written last, and what is being written: after a kill -9
 * in between the file is one of them. */
typedef struct mcp_demo_task_marks_t {
    mcp_demo_task_mark_t is;
    mcp_demo_task_mark_t next;
} mcp_demo_task_marks_t;

/* One file, as one caller sees it. */
typedef struct mcp_demo_task_file_t {
    const char *path;
    mcp_demo_task_marks_t *marks;
    apr_pool_t *pool; /* for what is said */
} mcp_demo_task_file_t;

/* NULL, or what is wrong with the file and what to do, for the log. A file
 * that is not there has no tasks. *count of at most `most` tasks are there. */
const char *mcp_demo_task_file_read(mcp_demo_task_t *tasks,
                                    apr_uint32_t *count, apr_uint32_t most,
                                    const mcp_demo_task_file_t *file);
/* Whether the file is the one that was read or written last. */
int mcp_demo_task_file_is(const mcp_demo_task_file_t *file);
/* NULL when the tasks are on the disk; else what is wrong and what to do. The
 * file is replaced whole or not at all, and not when it is another than the
 * marks say. Only one may write at a time. */
const char *mcp_demo_task_file_write(const mcp_demo_task_t *tasks,
                                     apr_uint32_t count,
                                     const mcp_demo_task_file_t *file);

#endif
