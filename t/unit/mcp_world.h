/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_MCP_WORLD_H
#define MCP_T_UNIT_MCP_WORLD_H

#include "keys.h"
#include "mcp_offer.h"
#include "tempdir.h"

#include "base/json.h"
#include "live/session.h"
#include "mcp/dispatch.h"

/* An MCP server with real keys and shared memory, and HTTP requests to it that
 * come from nowhere. */

#define WORLD_ISSUER "https://mcp.example"
#define WORLD_URL "https://mcp.example/mcp"

typedef struct world_t {
    mcp_server_t server;
    mcp_works_t works;
    mcp_principal_t alice, bob;
    const char *directory;
} world_t;

static inline void world_keys(world_t *w, mcp_ctx_t *cx)
{
    apr_array_header_t *issuers =
        apr_array_make(cx->pool, 1, sizeof(const char *));
    mcp_jose_keyring_t *ring;

    w->directory = tempdir(cx->pool);
    APR_ARRAY_PUSH(issuers, const char *) = WORLD_ISSUER;
    fine(keys_open(&ring, w->directory, issuers, cx), "the world has keys");
    w->works.keys = ring;
    w->works.issuer = WORLD_ISSUER;
}

static inline void world_person(mcp_principal_t *who, const char *name,
                                mcp_ctx_t *cx)
{
    memset(who, 0, sizeof(*who));
    who->issuer = "https://idp.example";
    who->subject = name;
    who->user = name;
    who->client = "client-1";
    who->scopes = apr_array_make(cx->pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH((apr_array_header_t *)who->scopes, const char *) = "mcp";
}

/* What a server offers besides tools; both may be NULL. */
static inline void world_offer(world_t *w,
                               const mcp_resource_t *const *resources,
                               const mcp_prompt_t *const *prompts,
                               mcp_ctx_t *cx)
{
    mcp_resources_t *some = NULL;
    mcp_prompts_t *more = NULL;

    fine(mcp_resources_make(
             &some, offer_of("test", (const void *const *)resources, cx), cx),
         "the world has resources");
    fine(mcp_prompts_make(
             &more, offer_of("test", (const void *const *)prompts, cx), cx),
         "and prompts");
    w->server.resources = some;
    w->server.prompts = more;
}

/* tools end with NULL */
static inline void world_make(world_t *w, const mcp_tool_t *const *tools,
                              mcp_ctx_t *cx)
{
    mcp_live_limits_t limits = {1000, 1000};
    mcp_tools_t *made = NULL;

    memset(w, 0, sizeof(*w));
    fine(mcp_tools_make(&made,
                        offer_of("test", (const void *const *)tools, cx), cx),
         "the world has tools");
    world_offer(w, NULL, NULL, cx);
    world_keys(w, cx);
    fine(mcp_live_shared_make(&w->works.shared, &limits, cx->pool, cx),
         "the world has shared memory");
    w->server.name = "test";
    w->server.title = "A test";
    w->server.version = "1.0";
    w->server.instructions = "Use the tools.";
    w->server.url = WORLD_URL;
    w->server.tools = made;
    w->server.session_lifetime = 3600;
    w->server.modules = apr_array_make(cx->pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH((apr_array_header_t *)w->server.modules, const char *) =
        "test";
    w->works.places[MCP_PLACE_THREAD].server = 8;
    w->works.places[MCP_PLACE_THREAD].child = 8;
    w->works.places[MCP_PLACE_THREAD].owner = 8;
    world_person(&w->alice, "alice", cx);
    world_person(&w->bob, "bob", cx);
}

static inline void world_end(world_t *w)
{
    tempdir_end(w->directory);
}

/* -- an event stream -- */

/* What went out, and when it is over. */
typedef struct world_stream_t {
    char bytes[65536];
    apr_size_t len;
    int ended, accepted;
    int gone;  /* the client has closed its connection */
    int reads; /* how many sends are read; -1: all */
    int waits; /* how many times the server may ask before it stops */
    void (*on_wait)(void *baton); /* before it is told, or NULL */
    void *baton;
} world_stream_t;

static world_stream_t world_stream;

static inline int world_out_send(void *baton, const char *bytes,
                                 apr_size_t len)
{
    world_stream_t *s = &world_stream;

    if (s->ended || s->gone || !s->reads ||
        len > sizeof(s->bytes) - 1 - s->len)
        return 0;
    if (s->reads > 0)
        s->reads--;
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
    s->bytes[s->len] = '\0';
    return 1;
}

static inline void world_out_end(void *baton)
{
    world_stream.ended = 1;
}

static inline void world_out_accept(void *baton)
{
    world_stream.accepted = world_stream.ended = 1;
}

static inline int world_out_gone(void *baton)
{
    return world_stream.gone;
}

static inline int world_out_stopping(void *baton)
{
    if (world_stream.on_wait)
        world_stream.on_wait(world_stream.baton);
    return world_stream.waits-- <= 0;
}

static const mcp_outlet_t world_outlet = {
    world_out_send, world_out_end,      world_out_accept,
    world_out_gone, world_out_stopping, apr_time_from_sec(60)};

static inline void world_stream_begin(int waits)
{
    memset(&world_stream, 0, sizeof(world_stream));
    world_stream.reads = -1;
    world_stream.waits = waits;
}

/* how often text is in what went out */
static inline int world_sent(const char *text)
{
    const char *at = world_stream.bytes;
    int count = 0;

    for (; (at = strstr(at, text)); at++)
        count++;
    return count;
}

/* the text between before, at its first place, and after; NULL: not sent */
static inline const char *world_between(const char *before, const char *after,
                                        apr_pool_t *pool)
{
    const char *begin = strstr(world_stream.bytes, before), *end;

    if (!begin)
        return NULL;
    begin += strlen(before);
    end = strstr(begin, after);
    return end ? apr_pstrmemdup(pool, begin, (apr_size_t)(end - begin)) : NULL;
}

/* -- a request -- */

/* "Name: value" lines, divided by | */
static const char *world_headers;
static const char *world_session_key; /* of HTTP+SSE */

static inline const char *world_header(void *baton, const char *name)
{
    const char *line = world_headers;
    size_t len = strlen(name), value;

    while (line && *line) {
        if (!strncasecmp(line, name, len) && line[len] == ':') {
            line += len + 1;
            line += strspn(line, " ");
            value = strcspn(line, "|");
            return apr_pstrmemdup(baton, line, value);
        }
        line += strcspn(line, "|");
        line += *line == '|';
    }
    return NULL;
}

static inline void world_send(mcp_exchange_t *x, const world_t *w,
                              const char *method, const char *headers,
                              const char *body, mcp_ctx_t *cx)
{
    const mcp_principal_t *who = x->principal;
    const mcp_outlet_t *outlet = x->outlet;

    memset(x, 0, sizeof(*x));
    x->principal = who;
    x->outlet = outlet;
    x->server = &w->server;
    x->works = &w->works;
    x->method = method;
    x->body = body ? body : "";
    x->body_len = strlen(x->body);
    x->header = world_header;
    x->session_key = world_session_key;
    x->baton = cx->pool;
    world_headers = headers;
    mcp_dispatch(x, cx);
}

/* -- an answer -- */

/* the JSON value at pointer in the answer, as text; NULL when there is none */
static inline const char *world_at(const mcp_exchange_t *x,
                                   const char *pointer, mcp_ctx_t *cx)
{
    const mcp_json_t *json, *at;

    if (!x->json || mcp_json_read(&json, x->json, x->json_len, cx))
        return NULL;
    at = mcp_json_pointer(json, pointer);
    return at ? mcp_json_text(at, cx->pool) : NULL;
}

static inline int world_code(const mcp_exchange_t *x, mcp_ctx_t *cx)
{
    const char *code = world_at(x, "/error/code", cx);

    return code ? atoi(code) : 0;
}

/* -- bodies and headers -- */

#define CLAIM "io.modelcontextprotocol/protocolVersion"
#define CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_OF(version, capabilities)                                        \
    "\"_meta\":{\"" CLAIM "\":\"" version "\",\"" CAPABILITIES                \
    "\":" capabilities "}"
#define META META_OF("2026-07-28", "{}")
#define BODY(method, params)                                                  \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" method                      \
    "\",\"params\":{" params "}}"
#define BARE(method) "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" method "\"}"
#define NOTE(method, params)                                                  \
    "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\",\"params\":{" params "}}"
#define V26 "MCP-Protocol-Version: 2026-07-28|"
#define V25 "MCP-Protocol-Version: 2025-11-25|"
#define M(method) "Mcp-Method: " method "|"
#define N(name) "Mcp-Name: " name "|"
#define MODERN_CALL(tool) V26 M("tools/call") N(tool)

/* tools/call of 2026-07-28; members: those of params behind the name. */
static inline void world_call(mcp_exchange_t *x, const world_t *w,
                              const char *tool, const char *members,
                              mcp_ctx_t *cx)
{
    world_send(
        x, w, "POST",
        apr_pstrcat(cx->pool, V26 M("tools/call"), "Mcp-Name: ", tool, NULL),
        apr_pstrcat(cx->pool,
                    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":"
                    "\"tools/call\",\"params\":{\"name\":\"",
                    tool, "\",", members, "}}", NULL),
        cx);
}

#endif
