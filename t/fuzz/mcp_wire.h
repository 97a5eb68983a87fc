/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_MCP_WIRE_H
#define MCP_T_FUZZ_MCP_WIRE_H

#include "mcp_target.h"

#include "base/json.h"
#include "live/signal.h"
#include "mcp/rpc.h"

/* Exchanges with the server of mcp_target.h, over shared memory of their own,
 * so that no input sees what another one did. What goes out on a stream is
 * kept; nobody waits, for each time something goes out somebody calls. */

typedef struct wire_t wire_t;

struct wire_t {
    mcp_ctx_t *cx;
    mcp_exchange_t x;
    mcp_works_t works;
    mcp_rpc_t rpc; /* that is posted: its headers fit it */
    int is_plain;  /* takes no stream */

    /* -- headers: NULL is what an honest client sends -- */
    const char *session;
    const char *last;   /* Last-Event-ID */
    const char *name;   /* Mcp-Name */
    const char *region; /* Mcp-Param-Region */

    /* -- what goes out -- */
    char out[65536];
    apr_size_t len;
    void (*on_send)(wire_t *w); /* or NULL */
};

/* -- the outlet -- */

static inline int wire_send(void *baton, const char *bytes, apr_size_t len)
{
    wire_t *w = baton;

    PROMISE(len <= sizeof(w->out) - 1 - w->len);
    memcpy(w->out + w->len, bytes, len);
    w->len += len;
    w->out[w->len] = '\0';
    if (w->on_send)
        w->on_send(w);
    mcp_live_signal_raise(w->works.shared);
    return 1;
}

static inline void wire_end(void *baton)
{
}

static inline int wire_gone(void *baton)
{
    return 0;
}

static inline int wire_stopping(void *baton)
{
    return 1;
}

static const mcp_outlet_t wire_outlet = {wire_send,     wire_end,
                                         wire_end,      wire_gone,
                                         wire_stopping, 60 * APR_USEC_PER_SEC};

/* -- headers, as an honest client sets them -- */

static inline const char *wire_text_at(const wire_t *w, const char *pointer)
{
    return mcp_json_string(mcp_json_pointer(w->rpc.params, pointer));
}

static inline const char *wire_name(const wire_t *w)
{
    if (w->name)
        return w->name;
    if (w->rpc.method && !strncmp(w->rpc.method, "tasks/", 6))
        return wire_text_at(w, "/taskId");
    return wire_text_at(w,
                        mcp_json_get(w->rpc.params, "uri") ? "/uri" : "/name");
}

static inline const char *wire_header(void *baton, const char *name)
{
    const wire_t *w = baton;

    if (!strcmp(name, "Accept"))
        return w->is_plain ? NULL : "application/json, text/event-stream";
    if (!strcmp(name, "MCP-Protocol-Version"))
        return mcp_json_string(
            mcp_json_get(mcp_json_get(w->rpc.params, "_meta"),
                         "io.modelcontextprotocol/protocolVersion"));
    if (!strcmp(name, "Mcp-Method"))
        return w->rpc.method;
    if (!strcmp(name, "Mcp-Name"))
        return wire_name(w);
    if (!strcmp(name, "Mcp-Param-Region"))
        return w->region ? w->region : wire_text_at(w, "/arguments/region");
    if (!strcmp(name, "Last-Event-ID"))
        return w->last;
    return strcmp(name, "Mcp-Session-Id") ? NULL : w->session;
}

/* -- exchanges -- */

/* A task's work is done at once. */
static inline int wire_run(void (*work)(mcp_ctx_t *cx, void *baton),
                           void *baton)
{
    mcp_ctx_t cx = target_begin();

    work(&cx, baton);
    target_end(&cx);
    return 1;
}

/* No clock goes on here that a task could wait for. */
static inline int wire_is_ending(void)
{
    return 1;
}

static inline void wire_open(wire_t *w, mcp_ctx_t *cx)
{
    mcp_live_limits_t limits = {8, 8, 8, 1024 * 1024};

    memset(w, 0, sizeof(*w));
    w->cx = cx;
    target_serve(&w->x);
    w->works = *w->x.works;
    w->works.run = wire_run;
    w->works.is_stopping = wire_is_ending;
    PROMISE(!mcp_live_shared_make(&w->works.shared, &limits, cx->pool, cx));
}

static inline void wire_dispatch(wire_t *w, const char *method)
{
    target_serve(&w->x);
    w->len = 0;
    w->out[0] = '\0';
    w->x.works = &w->works;
    w->x.header = wire_header;
    w->x.outlet = w->is_plain ? NULL : &wire_outlet;
    w->x.baton = w;
    w->x.method = method;
}

static inline void wire_post_bytes(wire_t *w, const char *body, apr_size_t len)
{
    memset(&w->rpc, 0, sizeof(w->rpc));
    (void)mcp_rpc_read(&w->rpc, body, len, w->cx); /* as far as it can be */
    wire_dispatch(w, "POST");
    w->x.body = body;
    w->x.body_len = len;
    mcp_dispatch(&w->x, w->cx);
}

static inline void wire_post(wire_t *w, const char *body)
{
    wire_post_bytes(w, body, strlen(body));
}

static inline void wire_get(wire_t *w)
{
    memset(&w->rpc, 0, sizeof(w->rpc));
    wire_dispatch(w, "GET");
    w->x.body = "";
    mcp_dispatch(&w->x, w->cx);
}

#define WIRE_META                                                             \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","  \
    "\"io.modelcontextprotocol/clientCapabilities\":{\"roots\":{},"           \
    "\"elicitation\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":"   \
    "{}}}}"

/* A request of 2026-07-28; params: its members but _meta. */
static inline void wire_ask(wire_t *w, const char *method, const char *params)
{
    wire_post(w,
              apr_pstrcat(w->cx->pool, "{\"jsonrpc\":\"2.0\",\"id\":1,",
                          "\"method\":\"", method, "\",\"params\":{", params,
                          *params ? "," : "", WIRE_META "}}", NULL));
}

/* From here on its exchanges are those of a session. */
static inline void wire_begin_session(wire_t *w, const char *version)
{
    wire_post(w,
              apr_pstrcat(w->cx->pool,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                          "\"initialize\",\"params\":{\"protocolVersion\":"
                          "\"",
                          version,
                          "\",\"capabilities\":{\"elicitation\":{}}}}", NULL));
    PROMISE(w->x.status == 200 && w->x.session_id);
    w->session = w->x.session_id;
}

/* -- answers -- */

/* The last message that came back; NULL: none did. */
static inline const mcp_json_t *wire_message(const wire_t *w)
{
    const char *line = w->out, *text = w->x.json;
    apr_size_t len = w->x.json_len;
    const mcp_json_t *json;

    for (; !w->x.json && *line; line += *line == '\n') {
        if (!strncmp(line, "data: ", 6)) {
            text = line + 6;
            len = strcspn(text, "\n");
        }
        line += strcspn(line, "\n");
    }
    if (!text)
        return NULL;
    PROMISE(!mcp_json_read(&json, text, len, w->cx));
    return json;
}

static inline const mcp_json_t *wire_at(const wire_t *w, const char *pointer)
{
    return mcp_json_pointer(wire_message(w), pointer);
}

/* Of the error; 0: there is none. */
static inline int wire_code(const wire_t *w)
{
    apr_int64_t code = 0;

    mcp_json_integer(&code, wire_at(w, "/error/code"));
    return (int)code;
}

/* The task that "work" becomes: its id as a member of params. */
static inline const char *wire_task(wire_t *w)
{
    wire_ask(w, "tools/call", "\"name\":\"work\"");
    PROMISE(mcp_json_string(wire_at(w, "/result/taskId")));
    return apr_pstrcat(
        w->cx->pool, "\"taskId\":",
        mcp_json_text(wire_at(w, "/result/taskId"), w->cx->pool), NULL);
}

/* Whether it is what inputResponses must be. */
static inline int wire_is_map(const mcp_json_t *given)
{
    mcp_json_iter_t *i;

    if (mcp_json_type(given) != MCP_JSON_OBJECT)
        return 0;
    for (i = mcp_json_first(given); i; i = mcp_json_next(given, i))
        if (mcp_json_type(mcp_json_iter_value(i)) != MCP_JSON_OBJECT)
            return 0;
    return 1;
}

/* Whether it is an ElicitResult for a form that takes any object. */
static inline int wire_is_elicited(const mcp_json_t *answer)
{
    const mcp_json_t *content = mcp_json_get(answer, "content");
    const char *action = mcp_json_string(mcp_json_get(answer, "action"));

    if (!action)
        return 0;
    if (!strcmp(action, "accept"))
        return !content || mcp_json_type(content) == MCP_JSON_NULL ||
               mcp_json_type(content) == MCP_JSON_OBJECT;
    return !strcmp(action, "decline") || !strcmp(action, "cancel");
}

/* Whether it is a ListRootsResult. */
static inline int wire_is_roots(const mcp_json_t *answer)
{
    const mcp_json_t *roots = mcp_json_get(answer, "roots");
    apr_size_t i;

    for (i = 0; i < mcp_json_size(roots); i++)
        if (!mcp_json_string(mcp_json_get(mcp_json_at(roots, i), "uri")))
            return 0;
    return mcp_json_type(roots) == MCP_JSON_ARRAY;
}

#endif
