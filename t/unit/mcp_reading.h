/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_UNIT_MCP_READING_H
#define MCP_T_UNIT_MCP_READING_H

#include "mcp_world.h"

/* A server with resources and prompts whose functions all play the part that a
 * test gives them, and requests to it in either era. */

typedef mcp_outcome_t (*part_t)(mcp_call_t *call);
static part_t now_playing;
static char seen[4096];

#define SEE(...)                                                              \
    snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), __VA_ARGS__)

static inline mcp_outcome_t play(mcp_call_t *call, void *baton)
{
    const char *all = call->api->json(call, "");

    SEE("%s %s %s\n", call->name, all ? all : "-", (const char *)baton);
    return now_playing(call);
}

static inline void complete(mcp_call_t *call, const char *argument,
                            const char *value, void *baton)
{
    const char *all = call->api->json(call, "");

    SEE("%s %s %s=%s\n", call->name, all ? all : "-", argument, value);
    now_playing(call);
}

static char baton[] = "b";

#define RESOURCE(u)                                                           \
    .size = sizeof(mcp_resource_t), .uri = u, .name = "n", .read = play,      \
    .baton = baton
#define PROMPT(n)                                                             \
    .size = sizeof(mcp_prompt_t), .name = n, .description = "A prompt",       \
    .get = play, .baton = baton

static const mcp_resource_t plain = {RESOURCE("t://plain"),
                                     .media_type = "text/plain",
                                     .fresh = apr_time_from_sec(90)},
                            bare = {RESOURCE("t://bare")},
                            item = {RESOURCE("t://item/{id}"),
                                    .complete = complete},
                            mute = {RESOURCE("t://mute/{id}")};
static const mcp_resource_t *const resources[] = {&plain, &bare, &item, &mute,
                                                  NULL};
static const mcp_prompt_argument_t arguments[] = {
    {.name = "code", .required = 1}, {.name = "style"}, {NULL}};
static const mcp_prompt_t review = {PROMPT("review"), .arguments = arguments,
                                    .complete = complete},
                          simple = {PROMPT("simple")},
                          mutes = {PROMPT("mutes"), .arguments = arguments};
static const mcp_prompt_t *const prompts[] = {&review, &simple, &mutes, NULL};
/* -- asking -- */

static const char *session;

/* name: what Mcp-Name says; NULL: nothing. params: rendered */
static inline void ask(mcp_exchange_t *x, const world_t *w, int modern,
                       const char *method, const char *name,
                       const char *params, mcp_ctx_t *cx)
{
    const char *headers =
        modern ? apr_pstrcat(cx->pool, V26 "Mcp-Method: ", method,
                             name ? "|Mcp-Name: " : NULL, name, NULL)
               : apr_pstrcat(cx->pool, V25 "Mcp-Session-Id: ", session, NULL);

    world_send(x, w, "POST", headers,
               apr_psprintf(cx->pool,
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\","
                            "\"params\":{%s%s%s}}",
                            method, params, modern ? "," : "",
                            modern ? META : ""),
               cx);
}

static inline void read_uri(mcp_exchange_t *x, const world_t *w, int modern,
                            const char *uri, mcp_ctx_t *cx)
{
    ask(x, w, modern, "resources/read", uri,
        apr_pstrcat(cx->pool, "\"uri\":\"", uri, "\"", NULL), cx);
}

static inline void get_prompt(mcp_exchange_t *x, const world_t *w, int modern,
                              const char *name, const char *more,
                              mcp_ctx_t *cx)
{
    ask(x, w, modern, "prompts/get", name,
        apr_pstrcat(cx->pool, "\"name\":\"", name, "\"", more, NULL), cx);
}

/* -- parts -- */

#define PART(name, what)                                                      \
    static inline mcp_outcome_t name(mcp_call_t *call)                        \
    {                                                                         \
        what;                                                                 \
    }

PART(text, call->api->text(call, "a \"b\""); return MCP_CALL_DONE)
PART(pair, call->api->text(call, "a"); call->api->text(call, "b");
     return MCP_CALL_DONE)
PART(two, call->api->text(call, "a"); call->api->role(call, "assistant");
     call->api->text(call, "b"); return MCP_CALL_DONE)
PART(blob, call->api->media(call, "blob", "image/png", "\x89PNG", 4);
     return MCP_CALL_DONE)
PART(image, call->api->media(call, "image", "image/png", "\x89PNG", 4);
     return MCP_CALL_DONE)
PART(contents,
     call->api->content(call, "{\"uri\":\"t://other\",\n\"text\":\"x\"}");
     return MCP_CALL_DONE)
PART(linked, call->api->content(call, "{\"type\":\"resource_link\",\"uri\":"
                                      "\"t://plain\",\"name\":\"n\"}");
     return MCP_CALL_DONE)
PART(both, call->api->content(call, "{\"uri\":\"t://other\",\"text\":\"x\","
                                    "\"blob\":\"\"}");
     return MCP_CALL_DONE)
PART(neither, call->api->content(call, "{\"uri\":\"t://other\"}");
     return MCP_CALL_DONE)
PART(nowhere, call->api->content(call, "{\"text\":\"x\"}");
     return MCP_CALL_DONE)
PART(typeless,
     call->api->content(call, "{\"uri\":\"a:b\",\"text\":\"x\",\"mimeType\":"
                              "\"text\"}");
     return MCP_CALL_DONE)
PART(nothing, return MCP_CALL_DONE)
PART(missing, return MCP_CALL_NOT_FOUND)
PART(breaks, call->api->text(call, "The disk is \"full\".");
     return MCP_CALL_FAILED)
PART(breaks_silently, return MCP_CALL_FAILED)
PART(errs, call->api->error(call, 42, "Not today."); return MCP_CALL_ERROR)
PART(forbids, call->api->require_scope(call, "s"); return MCP_CALL_FORBIDDEN)
PART(narrator, call->api->role(call, "system"); call->api->text(call, "x");
     return MCP_CALL_DONE)
PART(meta, call->api->text(call, "x");
     call->api->meta(call, "com.example/a", "[1]"); return MCP_CALL_DONE)
PART(
    asks,
    if (call->api->answer(call, "q")) {
        call->api->text(call, call->api->remembered(call));
        return MCP_CALL_DONE;
    } call->api
        ->ask(call, "q", "elicitation/create",
              "{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\","
              "\"properties\":{}}}");
    call->api->remember(call, "kept"); return MCP_CALL_INPUT_REQUIRED)

#define BROKEN -32603 /* what a function must not do, for the client */

/* -- the server -- */

static inline void reading_make(world_t *w, mcp_ctx_t *cx)
{
    static const mcp_tool_t *const tools[] = {NULL};
    mcp_exchange_t x = {0};

    world_make(w, tools, cx);
    world_offer(w, resources, prompts, cx);
    x.principal = &w->alice;
    world_send(&x, w, "POST", "",
               BODY("initialize", "\"protocolVersion\":\"2025-11-25\","
                                  "\"capabilities\":{}"),
               cx);
    session = x.session_id;
}

#endif
