/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_T_FUZZ_MCP_TARGET_H
#define MCP_T_FUZZ_MCP_TARGET_H

#include <unistd.h>

#include "../unit/keys.h"
#include "target.h"

#include "mcp/dispatch.h"

/* A server with keys, tools, resources and a prompt, made once. */

/* there only in a build with the address sanitizer */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

static mcp_outcome_t target_echo(mcp_call_t *call, void *baton)
{
    const char *text = call->api->string(call, "/text");

    (void)baton;
    call->api->text(call, text ? text : "none");
    call->api->structured(
        call, apr_pstrcat(call->pool, "{\"all\":", call->api->json(call, ""),
                          "}", NULL));
    return MCP_CALL_DONE;
}

#define FORM                                                                  \
    "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\","            \
    "\"properties\":{}}}"

static mcp_outcome_t target_ask(mcp_call_t *call, void *baton)
{
    const char *answer = call->api->answer(call, "q");

    (void)baton;
    if (answer && call->api->remembered(call)) {
        call->api->text(call, answer);
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "q", "elicitation/create", FORM);
    call->api->remember(call, "state");
    return MCP_CALL_INPUT_REQUIRED;
}

/* Says how far it is, and what it was asked with. */
static inline mcp_outcome_t target_tell(mcp_call_t *call, void *baton)
{
    const char *parent = call->api->request_meta(call, "/traceparent");

    call->api->progress(call, 1, 0, "p");
    call->api->log(call, "notice", "{}");
    call->api->text(call, call->api->can(call, "/sampling") ? "s" : "-");
    if (parent)
        call->api->text(call, parent);
    return MCP_CALL_DONE;
}

/* Becomes a task, which asks twice with the same keys. */
static inline mcp_outcome_t target_work(mcp_call_t *call, void *baton)
{
    const char *so_far = call->api->remembered(call);
    const char *a = call->api->answer(call, "a");
    const char *b = call->api->answer(call, "b");

    if (!so_far) {
        call->api->remember(call, "");
        return MCP_CALL_LATER;
    }
    if (a && b && *so_far) {
        call->api->text(call, apr_pstrcat(call->pool, so_far, a, b, NULL));
        return MCP_CALL_DONE;
    }
    call->api->ask(call, "a", "roots/list", NULL);
    call->api->ask(call, "b", "elicitation/create", FORM);
    call->api->remember(call,
                        a && b ? apr_pstrcat(call->pool, a, b, NULL) : so_far);
    return MCP_CALL_INPUT_REQUIRED;
}

static inline mcp_outcome_t target_text_of(mcp_call_t *call, void *baton)
{
    const char *all = call->api->json(call, "");

    call->api->text(call, all ? all : "");
    return MCP_CALL_DONE;
}

static inline void target_complete(mcp_call_t *call, const char *argument,
                                   const char *value, void *baton)
{
    call->api->value(call, value);
}

static inline void target_offer(apr_array_header_t *offered, const void *what)
{
    mcp_offered_t *one = apr_array_push(offered);

    one->module = "fuzz";
    one->what = what;
}

static inline void target_resources(mcp_server_t *server, mcp_ctx_t *cx)
{
    static const mcp_resource_t one = {.size = sizeof(mcp_resource_t),
                                       .uri = "fuzz://all",
                                       .name = "all",
                                       .read = target_text_of},
                                many = {.size = sizeof(mcp_resource_t),
                                        .uri = "fuzz://{kind}/{+path}",
                                        .name = "some",
                                        .read = target_text_of,
                                        .complete = target_complete};
    apr_array_header_t *offered =
        apr_array_make(cx->pool, 2, sizeof(mcp_offered_t));
    mcp_resources_t *made;

    target_offer(offered, &one);
    target_offer(offered, &many);
    PROMISE(!mcp_resources_make(&made, offered, cx));
    server->resources = made;
}

static inline void target_prompts(mcp_server_t *server, mcp_ctx_t *cx)
{
    static const mcp_prompt_argument_t arguments[] = {
        {.name = "code", .required = 1}, {.name = "style"}, {NULL}};
    static const mcp_prompt_t review = {.size = sizeof(mcp_prompt_t),
                                        .name = "review",
                                        .description = "d",
                                        .arguments = arguments,
                                        .get = target_text_of,
                                        .complete = target_complete};
    apr_array_header_t *offered =
        apr_array_make(cx->pool, 1, sizeof(mcp_offered_t));
    mcp_prompts_t *made;

    target_offer(offered, &review);
    PROMISE(!mcp_prompts_make(&made, offered, cx));
    server->prompts = made;
}

static inline void target_tools(mcp_server_t *server, mcp_ctx_t *cx)
{
    static const mcp_tool_t
        echo = {.size = sizeof(mcp_tool_t),
                .name = "echo",
                .description = "d",
                .input_schema = "{\"type\":\"object\",\"properties\":{"
                                "\"text\":{\"type\":\"string\"},\"region\":{"
                                "\"type\":\"string\",\"x-mcp-header\":"
                                "\"Region\"}}}",
                .call = target_echo},
        ask = {.size = sizeof(mcp_tool_t),
               .name = "ask",
               .description = "d",
               .call = target_ask},
        tell = {.size = sizeof(mcp_tool_t),
                .name = "tell",
                .description = "d",
                .call = target_tell},
        work = {.size = sizeof(mcp_tool_t),
                .name = "work",
                .description = "d",
                .call = target_work,
                .task = MCP_TASK_OPTIONAL};
    apr_array_header_t *tools =
        apr_array_make(cx->pool, 4, sizeof(mcp_offered_t));
    mcp_tools_t *made;

    target_offer(tools, &echo);
    target_offer(tools, &ask);
    target_offer(tools, &tell);
    target_offer(tools, &work);
    PROMISE(!mcp_tools_make(&made, tools, cx));
    server->tools = made;
}

static inline void target_works(mcp_works_t *works, mcp_ctx_t *cx)
{
    mcp_live_limits_t limits = {100, 100};
    char directory[] = "/tmp/mcp_fuzz_XXXXXX";
    apr_array_header_t *issuers =
        apr_array_make(cx->pool, 1, sizeof(const char *));
    mcp_jose_keyring_t *ring;

    APR_ARRAY_PUSH(issuers, const char *) = "https://mcp.example";
    PROMISE(mkdtemp(directory));
    PROMISE(!keys_open(&ring, directory, issuers, cx));
    unlink(apr_pstrcat(cx->pool, directory, "/keys.json", NULL));
    unlink(apr_pstrcat(cx->pool, directory, "/keys.lock", NULL));
    rmdir(directory);
    PROMISE(!mcp_live_shared_make(&works->shared, &limits, cx->pool, cx));
    works->places[MCP_PLACE_THREAD].server = 8;
    works->places[MCP_PLACE_THREAD].child = 8;
    works->places[MCP_PLACE_THREAD].owner = 8;
    works->keys = ring;
    works->issuer = "https://mcp.example";
}

/* Fills in what an exchange works with. */
static inline void target_serve(mcp_exchange_t *x)
{
    static mcp_server_t server;
    static mcp_works_t works;
    static mcp_principal_t who;
    static mcp_ctx_t cx;

    if (!cx.pool) {
        /* what is made here stays, but a pool's memory is out of the leak
         * checker's sight */
        if (__lsan_disable)
            __lsan_disable();
        cx = target_begin();
        target_tools(&server, &cx);
        target_resources(&server, &cx);
        target_prompts(&server, &cx);
        target_works(&works, &cx);
        server.name = "fuzz";
        server.version = "1";
        server.url = "https://mcp.example/mcp";
        server.session_lifetime = server.task_lifetime = 3600;
        server.modules = apr_array_make(cx.pool, 1, sizeof(const char *));
        APR_ARRAY_PUSH((apr_array_header_t *)server.modules, const char *) =
            "fuzz";
        who.issuer = "https://idp.example";
        who.subject = who.user = "alice";
        who.client = "client";
        if (__lsan_enable)
            __lsan_enable();
    }
    memset(x, 0, sizeof(*x));
    x->server = &server;
    x->works = &works;
    x->principal = &who;
}

/* A text made of the input: the input itself behind a first byte 0; else good
 * with bytes changed, each by a place and what it is combined with. */
static inline const char *target_text(const uint8_t *data, size_t size,
                                      const char *good, apr_pool_t *pool)
{
    char *text = apr_pstrdup(pool, good);
    size_t i, len = strlen(good);

    if (size && !data[0])
        return apr_pstrmemdup(pool, (const char *)data + 1, size - 1);
    for (i = 1; i + 1 < size; i += 2)
        text[data[i] % len] ^= (char)data[i + 1];
    return text;
}

#endif
