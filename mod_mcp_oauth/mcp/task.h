/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_MCP_TASK_H
#define MCP_MCP_TASK_H

#include "mcp/box.h"
#include "mcp/call.h"

/* A task (the extension io.modelcontextprotocol/tasks): a call that goes on
 * after its request was answered. What is known of it lies in a mailbox that
 * only the server and the principal it was made for find, so every child can
 * tell of it, take answers and go on. */

#define MCP_TASK_EXTENSION "io.modelcontextprotocol/tasks"

typedef enum {
    MCP_TASK_WORKING,
    MCP_TASK_INPUT_REQUIRED,
    MCP_TASK_COMPLETED,
    MCP_TASK_FAILED,
    MCP_TASK_CANCELLED
} mcp_task_status_t;

typedef struct mcp_task_t {
    const char *id;
    mcp_box_t box;
    apr_uint64_t version; /* of what was read; 0: of none */

    /* -- what its client is told -- */
    mcp_task_status_t status;
    const char *created, *updated; /* ISO 8601 */
    const mcp_json_t *requests;    /* outstanding inputRequests, or NULL */
    const char *outcome;           /* result or error, rendered; or NULL */

    /* -- what goes on -- */
    const char *tool;
    const mcp_json_t *arguments, *meta; /* of its request */
    apr_int64_t asked;                  /* how many times it asked */
    const mcp_json_t *answers;          /* to the last questions, or NULL */
    const char *remembered;             /* or NULL */
    apr_uint64_t worker;                /* the process that works on it */
} mcp_task_t;

/* A new one of this call, that is not stored yet. */
const mcp_error_t *mcp_task_make(mcp_task_t *task, const mcp_call_run_t *run);
/* The task of this id that t->x's principal has at its server; 0: none. One
 * whose process was killed has failed. */
int mcp_task_read(mcp_task_t *task, const char *id, const mcp_turn_t *t);
/* Puts it in the place of the one that was read: CHANGED when that is not
 * there any more. Tells who listens. */
mcp_box_status_t mcp_task_store(mcp_task_t *task, const mcp_turn_t *t);
/* The server ended before it did: it has failed. */
void mcp_task_lose(mcp_task_t *task);
/* The members of Task and, but for a seed, those of DetailedTask. */
void mcp_task_write(mcp_writer_t *w, const mcp_task_t *task, int is_seed,
                    const mcp_turn_t *t);
/* What mcp_news_tell is told of it. */
const char *mcp_task_news(const char *id, apr_pool_t *pool);

/* Makes the call of run a task and answers with it. */
const mcp_error_t *mcp_task_begin(mcp_call_run_t *run);
/* Goes on with a task that is stored as working in this process: 0 when too
 * much waits here already. */
int mcp_task_go_on(const mcp_task_t *task, const mcp_turn_t *t);
/* Whether the task that t works on was cancelled. */
int mcp_task_is_cancelled(const mcp_turn_t *t);

/* MISSING_CAPABILITY unless the client knows tasks. */
const mcp_error_t *mcp_task_check_client(const mcp_turn_t *t);
int mcp_task_client_knows(const mcp_turn_t *t);

#endif
