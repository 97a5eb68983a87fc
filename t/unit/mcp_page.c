/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_world.h"

#include <time.h>

#include "mcp/page.h"

/* server/utilities/pagination, over the lists of a server with more tools,
 * prompts, resources and templates than fit on a page. */

#define MANY (2 * MCP_PAGE_MAX + 500)

static mcp_outcome_t nothing(mcp_call_t *call, void *baton)
{
    return MCP_CALL_DONE;
}

static const mcp_tool_t *const *many_tools(int n, apr_pool_t *pool)
{
    const mcp_tool_t **list =
        apr_pcalloc(pool, (apr_size_t)(n + 1) * sizeof(*list));
    int i;

    for (i = 0; i < n; i++) {
        mcp_tool_t *tool = apr_pcalloc(pool, sizeof(*tool));

        tool->size = sizeof(*tool);
        tool->name = apr_psprintf(pool, "tool-%04d", i);
        tool->description = "Something that can be done, said in a sentence "
                            "as long as sentences about tools are.";
        tool->input_schema =
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":"
            "\"string\",\"description\":\"The name of the city\"},\"days\":{"
            "\"type\":\"integer\",\"minimum\":1}},\"required\":[\"city\"]}";
        tool->call = nothing;
        list[i] = tool;
    }
    return list;
}

static const mcp_resource_t *const *many_resources(int n, apr_pool_t *pool)
{
    const mcp_resource_t **list =
        apr_pcalloc(pool, (apr_size_t)(2 * n + 1) * sizeof(*list));
    int i;

    for (i = 0; i < 2 * n; i++) {
        mcp_resource_t *r = apr_pcalloc(pool, sizeof(*r));

        r->size = sizeof(*r);
        r->uri =
            apr_psprintf(pool, i % 2 ? "t://%04d/{id}" : "r://%04d", i / 2);
        r->name = "r";
        r->read = nothing;
        list[i] = r;
    }
    return list;
}

static const mcp_prompt_t *const *many_prompts(int n, apr_pool_t *pool)
{
    const mcp_prompt_t **list =
        apr_pcalloc(pool, (apr_size_t)(n + 1) * sizeof(*list));
    int i;

    for (i = 0; i < n; i++) {
        mcp_prompt_t *prompt = apr_pcalloc(pool, sizeof(*prompt));

        prompt->size = sizeof(*prompt);
        prompt->name = apr_psprintf(pool, "prompt-%04d", i);
        prompt->description = "d";
        prompt->get = nothing;
        list[i] = prompt;
    }
    return list;
}

/* -- asking -- */

typedef struct lists_t {
    const char *method, *member, *key; /* key: what tells them apart */
    const char *before, *behind;       /* the number in its value */
} lists_t;

static const lists_t lists[] = {
    {"tools/list", "tools", "name", "\"tool-", "\""},
    {"prompts/list", "prompts", "name", "\"prompt-", "\""},
    {"resources/list", "resources", "uri", "\"r://", "\""},
    {"resources/templates/list", "resourceTemplates", "uriTemplate", "\"t://",
     "/{id}\""},
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

/* session: of the legacy era; NULL: modern. params: rendered, or "" */
static void ask(mcp_exchange_t *x, const world_t *w, const char *method,
                const char *session, const char *params)
{
    mcp_ctx_t *cx = x->baton;
    const char *headers =
        session ? apr_psprintf(cx->pool, V25 "Mcp-Session-Id: %s|", session)
                : apr_psprintf(cx->pool, V26 "Mcp-Method: %s|", method);
    const char *body = apr_psprintf(
        cx->pool,
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":{%s%s%s}}",
        method, params, *params && !session ? "," : "", session ? "" : META);

    world_send(x, w, "POST", headers, body, cx);
    x->baton = cx;
}

/* Reads the list to its end; returns how many entries came in order. */
static int walk(mcp_exchange_t *x, const world_t *w, const lists_t *l,
                const char *session)
{
    mcp_ctx_t *cx = x->baton;
    const char *cursor = NULL, *params = "", *want, *scope = NULL, *now;
    const mcp_json_t *json, *entries;
    int seen = 0, pages = 0;
    apr_size_t i;

    do {
        ask(x, w, l->method, session, params);
        if (mcp_json_read(&json, x->json, x->json_len, cx))
            return -1;
        json = mcp_json_get(json, "result");
        entries = mcp_json_get(json, l->member);
        for (i = 0; i < mcp_json_size(entries); i++) {
            want =
                apr_psprintf(cx->pool, "%s%04d%s", l->before, seen, l->behind);
            if (strcmp(mcp_json_text(
                           mcp_json_get(mcp_json_at(entries, i), l->key),
                           cx->pool),
                       want))
                return -seen;
            seen++;
        }
        now = mcp_json_string(mcp_json_get(json, "cacheScope"));
        if (pages++ && !session && strcmp(now, scope) != 0)
            return -3;
        scope = now;
        if (mcp_json_size(entries) > MCP_PAGE_MAX)
            return -2;
        cursor = mcp_json_string(mcp_json_get(json, "nextCursor"));
        params = apr_psprintf(cx->pool, "\"cursor\":\"%s\"", cursor);
    } while (cursor && pages < 10);
    return seen;
}

static const char *next_of(mcp_exchange_t *x)
{
    mcp_ctx_t *cx = x->baton;

    return world_at(x, "/result/nextCursor", cx);
}

static void test_walk(world_t *w, mcp_exchange_t *x, const char *session)
{
    apr_size_t i;

    for (i = 0; i < LISTS; i++) {
        ok(walk(x, w, &lists[i], NULL) == MANY,
           "modern: %s: all, each once, in order, on pages of one cacheScope",
           lists[i].method);
        ok(walk(x, w, &lists[i], session) == MANY, "legacy: %s: the same",
           lists[i].method);
    }
}

static void test_cursors(world_t *w, mcp_exchange_t *x, const char *session)
{
    mcp_ctx_t *cx = x->baton;
    const char *next[LISTS];
    const char *bad[] = {"\"\"", "\"1\"",       "\"MQ\"", "null", "1000",
                         "{}",   "\"\\u0000\"", NULL,     NULL};
    char *changed;
    apr_size_t i;

    for (i = 0; i < LISTS; i++) {
        ask(x, w, lists[i].method, NULL, "");
        next[i] = next_of(x);
    }
    changed = apr_pstrdup(cx->pool, next[0]);
    changed[5] = changed[5] == 'A' ? 'B' : 'A';
    bad[7] = changed;
    bad[8] = next[1];
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *params = apr_psprintf(cx->pool, "\"cursor\":%s", bad[i]);

        ask(x, w, "tools/list", NULL, params);
        ok(x->status != 500 &&
               (world_code(x, cx) == -32602 || world_code(x, cx) == -32700),
           "modern: \"Invalid cursors SHOULD result in -32602\": %s", bad[i]);
        ask(x, w, "tools/list", session, params);
        ok(x->status != 500 &&
               (world_code(x, cx) == -32602 || world_code(x, cx) == -32700),
           "legacy: %s", bad[i]);
    }
    ask(x, w, "tools/list", session,
        apr_psprintf(cx->pool, "\"cursor\":%s", next[0]));
    is(world_at(x, "/result/tools/0/name", cx), "\"tool-1000\"",
       "a cursor of one era is good in the other");
}

static void test_stable(world_t *w, mcp_exchange_t *x)
{
    mcp_ctx_t *cx = x->baton;
    const char *before;
    world_t again;

    ask(x, w, "tools/list", NULL, "");
    before = next_of(x);
    world_make(&again, many_tools(MANY, cx->pool), cx);
    ask(x, &again, "tools/list", NULL, "");
    is(next_of(x), before,
       "\"Provide stable cursors\": a restart changes "
       "none");
    world_end(&again);
    world_make(&again, many_tools(MANY + 1, cx->pool), cx);
    ask(x, &again, "tools/list", NULL,
        apr_psprintf(cx->pool, "\"cursor\":%s", before));
    ok(world_code(x, cx) == -32602, "a cursor of another list is unknown");
    world_end(&again);
}

/* How long the list of 1,000 tools takes, in CPU time of this process. */
static void test_cost(mcp_exchange_t *x)
{
    mcp_ctx_t *cx = x->baton;
    const int rounds = 200;
    apr_pool_t *kept = cx->pool;
    clock_t begun;
    double ms;
    world_t w;
    int i;

    world_make(&w, many_tools(1000, cx->pool), cx);
    ask(x, &w, "tools/list", NULL, "");
    ok(!next_of(x), "1,000 tools are one page");
    begun = clock();
    for (i = 0; i < rounds; i++) {
        apr_pool_create(&cx->pool, kept);
        ask(x, &w, "tools/list", NULL, "");
        apr_pool_destroy(cx->pool);
    }
    cx->pool = kept;
    ms = (double)(clock() - begun) * 1000 / CLOCKS_PER_SEC / rounds;
    ok(ms < 0.5, "the list of 1,000 tools is copied, not made: %.3f ms", ms);
    printf("# %lu bytes in %.3f ms\n", (unsigned long)x->json_len, ms);
    world_end(&w);
}

static void test_empty(mcp_exchange_t *x)
{
    static const mcp_tool_t *const none[] = {NULL};
    mcp_ctx_t *cx = x->baton;
    apr_size_t i;
    world_t w;

    world_make(&w, none, cx);
    for (i = 0; i < LISTS; i++) {
        ask(x, &w, lists[i].method, NULL, "");
        ok(x->status == 404 && world_code(x, cx) == -32601,
           "a capability that was not declared: %s is -32601",
           lists[i].method);
    }
    ask(x, &w, "server/discover", NULL, "");
    is(world_at(x, "/result/capabilities", cx), "{}",
       "who offers nothing declares nothing");
    world_end(&w);
}

static void body(mcp_ctx_t *cx)
{
    mcp_exchange_t x = {0};
    const char *session;
    world_t w;

    world_make(&w, many_tools(MANY, cx->pool), cx);
    world_offer(&w, many_resources(MANY, cx->pool),
                many_prompts(MANY, cx->pool), cx);
    x.baton = cx;
    ask(&x, &w, "server/discover", NULL, "");
    is(world_at(&x, "/result/capabilities", cx),
       "{\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true,"
       "\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
       "\"logging\":{}}",
       "what is offered is declared");
    world_send(&x, &w, "POST", "",
               BODY("initialize", "\"protocolVersion\":\"2025-11-25\","
                                  "\"capabilities\":{}"),
               cx);
    x.baton = cx;
    session = x.session_id;
    test_walk(&w, &x, session);
    test_cursors(&w, &x, session);
    test_stable(&w, &x);
    test_cost(&x);
    test_empty(&x);
    world_end(&w);
}

TAP_MAIN(body)
