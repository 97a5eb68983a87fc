/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_MCP_TASKS_H
#define MCP_T_UNIT_MCP_TASKS_H

#include "mcp_world.h"

/* Tasks (ext-tasks, draft) without threads: their work waits in a list until
 * the test has it done. */

typedef struct tasks_job_t {
    void (*work)(mcp_ctx_t *cx, void *baton);
    void *baton;
} tasks_job_t;

static tasks_job_t tasks_jobs[64];
static int tasks_waiting;    /* jobs */
static int tasks_is_refused; /* no thread is free */
static int tasks_is_stopping;

static inline int tasks_run(void (*work)(mcp_ctx_t *cx, void *baton),
                            void *baton)
{
    if (tasks_is_refused || tasks_waiting == 64)
        return 0;
    tasks_jobs[tasks_waiting].work = work;
    tasks_jobs[tasks_waiting++].baton = baton;
    return 1;
}

/* Who naps looks here: so time passes. */
static inline int tasks_stops(void)
{
    tap_now += apr_time_from_msec(10);
    return tasks_is_stopping;
}

/* Does all that waits; how much it was. */
static inline int tasks_work(const mcp_ctx_t *cx)
{
    mcp_ctx_t own = *cx;
    int done;

    for (done = 0; done < tasks_waiting; done++) {
        apr_pool_create(&own.pool, NULL);
        tasks_jobs[done].work(&own, tasks_jobs[done].baton);
        apr_pool_destroy(own.pool);
    }
    tasks_waiting = 0;
    return done;
}

static inline void tasks_world(world_t *w, const mcp_tool_t *const *tools,
                               mcp_ctx_t *cx)
{
    world_make(w, tools, cx);
    w->server.task_lifetime = 600;
    w->works.run = tasks_run;
    w->works.is_stopping = tasks_stops;
}

/* -- requests of a client that knows tasks, unless TASKS_NONE -- */

#define TASKS "io.modelcontextprotocol/tasks"
#define TASKS_ALL                                                             \
    "{\"roots\":{},\"elicitation\":{},\"extensions\":{\"" TASKS "\":{}}}"
#define TASKS_NONE "{\"roots\":{},\"elicitation\":{}}"
#define TASKS_NEEDED                                                          \
    "{\"requiredCapabilities\":{\"extensions\":{\"" TASKS "\":{}}}}"

static const char *tasks_capabilities = TASKS_ALL;

/* Whose requests follow: filled in anew before each of them. */
typedef struct tasks_t {
    const world_t *w;
    mcp_ctx_t *cx;
    mcp_exchange_t x;
} tasks_t;

/* params: members, each with a comma behind it */
static inline void tasks_send(tasks_t *t, const char *method, const char *name,
                              const char *params)
{
    apr_pool_t *pool = t->cx->pool;

    world_send(
        &t->x, t->w, "POST",
        apr_pstrcat(pool, V26 "Mcp-Method: ", method, "|Mcp-Name: ", name,
                    "|Accept: application/json, text/event-stream", NULL),
        apr_pstrcat(
            pool, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"", method,
            "\",\"params\":{", params,
            "\"_meta\":{\"" CLAIM "\":\"2026-07-28\",\"" CAPABILITIES "\":",
            tasks_capabilities, ",\"traceparent\":\"00-trace\"}}}", NULL),
        t->cx);
}

/* tools/call */
static inline void tasks_call(tasks_t *t, const char *tool)
{
    tasks_send(t, "tools/call", tool,
               apr_pstrcat(t->cx->pool, "\"name\":\"", tool, "\",", NULL));
}

/* tasks/METHOD; more as params of tasks_send */
static inline void tasks_ask(tasks_t *t, const char *method, const char *id,
                             const char *more)
{
    tasks_send(
        t, apr_pstrcat(t->cx->pool, "tasks/", method, NULL), id,
        apr_pstrcat(t->cx->pool, "\"taskId\":\"", id, "\",", more, NULL));
}

/* A string of the answer, or JSON text; NULL: there is none. */
static inline const char *tasks_at(const tasks_t *t, const char *pointer)
{
    const char *text = world_at(&t->x, pointer, t->cx);

    return text && *text == '"'
               ? apr_pstrmemdup(t->cx->pool, text + 1, strlen(text) - 2)
               : text;
}

/* The id of a new task of this tool, which waits for its thread. */
static inline const char *tasks_begin(tasks_t *t, const char *tool)
{
    const char *id;

    tasks_call(t, tool);
    id = tasks_at(t, "/result/taskId");
    if (!id)
        ok(0, "%s becomes no task: %s", tool, t->x.json);
    return id ? id : "none";
}

/* Its status; the answer of tasks/get is in t->x. */
static inline const char *tasks_status(tasks_t *t, const char *id)
{
    tasks_ask(t, "get", id, "");
    return tasks_at(t, "/result/status");
}

static inline void tasks_update(tasks_t *t, const char *id,
                                const char *responses)
{
    tasks_ask(
        t, "update", id,
        apr_pstrcat(t->cx->pool, "\"inputResponses\":", responses, ",", NULL));
}

/* An empty acknowledgement. */
static inline int tasks_is_acknowledged(const tasks_t *t)
{
    const char *type = tasks_at(t, "/result/resultType");

    return t->x.status == 200 && type && !strcmp(type, "complete") &&
           !tasks_at(t, "/result/taskId") && !tasks_at(t, "/result/status");
}

/* -- tools -- */

/* Whether this is the call in the request: it goes on as a task. */
static inline int tasks_is_put_off(mcp_call_t *call)
{
    if (call->api->remembered(call))
        return 0;
    call->api->remember(call, "begun");
    return 1;
}

#define TASKS_TOOL(tool_name, function, support)                              \
    static const mcp_tool_t function##_tool = {.size = sizeof(mcp_tool_t),    \
                                               .name = tool_name,             \
                                               .description = "d",            \
                                               .call = function,              \
                                               .task = support}

/* Requests of alice, who takes event streams. */
static inline void tasks_open(tasks_t *t, world_t *w,
                              const mcp_tool_t *const *tools, mcp_ctx_t *cx)
{
    memset(t, 0, sizeof(*t));
    tasks_world(w, tools, cx);
    t->w = w;
    t->cx = cx;
    t->x.principal = &w->alice;
    t->x.outlet = &world_outlet;
    world_stream_begin(0);
}

#endif
