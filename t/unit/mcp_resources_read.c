/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_reading.h"

/* resources/read: what becomes of what the function gives. */

/* want: contents as JSON; NULL: the code */
static const struct {
    const char *name, *uri;
    part_t part;
    const char *want;
    int code;
} reads[] = {
    {"a text", "t://plain", text,
     "[{\"uri\":\"t://plain\",\"mimeType\":\"text/plain\",\"text\":\"a "
     "\\\"b\\\"\"}]",
     0},
    {"a text without a type", "t://bare", text,
     "[{\"uri\":\"t://bare\",\"text\":\"a \\\"b\\\"\"}]", 0},
    {"what a template gives has the URI that was read", "t://item/7%2Fa", text,
     "[{\"uri\":\"t://item/7%2Fa\",\"text\":\"a \\\"b\\\"\"}]", 0},
    {"several contents", "t://bare", pair,
     "[{\"uri\":\"t://bare\",\"text\":\"a\"},{\"uri\":\"t://bare\",\"text\":"
     "\"b\"}]",
     0},
    {"a blob", "t://plain", blob,
     "[{\"uri\":\"t://plain\",\"mimeType\":\"image/png\",\"blob\":"
     "\"iVBORw==\"}]",
     0},
    {"contents as they are", "t://plain", contents,
     "[{\"uri\":\"t://other\",\"text\":\"x\"}]", 0},
    {"no contents", "t://plain", nothing, NULL, BROKEN},
    {"an image", "t://plain", image, NULL, BROKEN},
    {"contents without uri", "t://plain", nowhere, NULL, BROKEN},
    {"contents with both", "t://plain", both, NULL, BROKEN},
    {"contents with neither", "t://plain", neither, NULL, BROKEN},
    {"contents of no type", "t://plain", typeless, NULL, BROKEN},
    {"a failure without words", "t://plain", breaks_silently, NULL, BROKEN},
    {"an error of its own", "t://plain", errs, NULL, 42},
};

static void test_reads(const world_t *w, int modern, mcp_ctx_t *cx)
{
    const char *era = modern ? "modern" : "legacy";
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
        now_playing = reads[i].part;
        *tap_log = '\0';
        read_uri(&x, w, modern, reads[i].uri, cx);
        if (reads[i].want)
            is(world_at(&x, "/result/contents", cx), reads[i].want,
               reads[i].name);
        else
            ok(x.status == 200 && world_code(&x, cx) == reads[i].code,
               "%s: %s is the error %d", era, reads[i].name, reads[i].code);
        ok(reads[i].code == BROKEN
               ? strstr(tap_log, "MCP00250: the resource t://") != NULL
               : !*tap_log,
           "%s: %s: and the log says what it says", era, reads[i].name);
    }
    now_playing = breaks;
    read_uri(&x, w, modern, "t://plain", cx);
    ok(world_code(&x, cx) == -32603, "%s: a failure fails the request", era);
    is(world_at(&x, "/error/message", cx), "\"The disk is \\\"full\\\".\"",
       "in its own words");
    now_playing = forbids;
    read_uri(&x, w, modern, "t://plain", cx);
    ok(x.status == 403 && x.required_scopes, "%s: a step-up", era);
    now_playing = meta;
    read_uri(&x, w, modern, "t://plain", cx);
    is(world_at(&x, "/result/_meta/com.example~1a", cx), "[1]",
       "what it adds to _meta is there");
}

static void test_not_found(const world_t *w, int modern, mcp_ctx_t *cx)
{
    static const char *const uris[] = {"t://none", "t://item/7",
                                       "t://item/%2e%2e", "T://plain"};
    mcp_exchange_t x = {.principal = &w->alice};
    apr_size_t i;

    now_playing = missing;
    for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        read_uri(&x, w, modern, uris[i], cx);
        ok(x.status == 200 && world_code(&x, cx) == (modern ? -32602 : -32002),
           "%s: \"Resource not found\": %s", modern ? "modern" : "legacy",
           uris[i]);
        is(world_at(&x, "/error/data", cx),
           apr_pstrcat(cx->pool, "{\"uri\":\"", uris[i], "\"}", NULL),
           "with its uri");
        is(x.rpc_target, uris[i], "which the log is told");
    }
    read_uri(&x, w, modern, "t://a b", cx);
    ok(world_code(&x, cx) == -32602, "what is no URI is no resource");
    ask(&x, w, modern, "resources/read", NULL, "\"uri\":7", cx);
    ok(world_code(&x, cx) == -32602, "nor is a number");
}

static void test_caching(const world_t *w, mcp_ctx_t *cx)
{
    mcp_exchange_t x = {.principal = &w->alice};

    now_playing = text;
    read_uri(&x, w, 1, "t://plain", cx);
    is(world_at(&x, "/result/ttlMs", cx), "90000", "fresh is the ttlMs");
    is(world_at(&x, "/result/cacheScope", cx), "\"private\"",
       "and nobody else may have it");
    read_uri(&x, w, 1, "t://bare", cx);
    is(world_at(&x, "/result/ttlMs", cx), "0", "0: they ask again");
    ask(&x, w, 1, "resources/read", "t://plain",
        "\"uri\":\"t://plain\",\"inputResponses\":{}", cx);
    is(world_at(&x, "/result/ttlMs", cx), "0",
       "\"Results produced by retrying a request MUST NOT be cached\"");
    x.principal = NULL;
    read_uri(&x, w, 1, "t://plain", cx);
    is(world_at(&x, "/result/cacheScope", cx), "\"public\"",
       "unless the location needs no login");
}

/* The multi round-trip of 2026-07-28, for a resource and for a prompt. */
static void test_asking(const world_t *w, mcp_ctx_t *cx)
{
    static const struct {
        const char *method, *name, *params, *pointer;
    } rows[] = {
        {"resources/read", "t://plain", "\"uri\":\"t://plain\"",
         "/result/contents/0/text"},
        {"prompts/get", "simple", "\"name\":\"simple\"",
         "/result/messages/0/content/text"},
    };
    static const char meta_asked[] =
        META_OF("2026-07-28", "{\"elicitation\":{}}");
    mcp_exchange_t x = {.principal = &w->alice};
    const char *state, *headers, *answered;
    apr_size_t i;

    now_playing = asks;
    for (i = 0; i < 2; i++) {
        headers = apr_pstrcat(cx->pool, V26 "Mcp-Method: ", rows[i].method,
                              "|Mcp-Name: ", rows[i].name, NULL);
        world_send(&x, w, "POST", headers,
                   apr_psprintf(cx->pool,
                                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":"
                                "\"%s\",\"params\":{%s,%s}}",
                                rows[i].method, rows[i].params, meta_asked),
                   cx);
        is(world_at(&x, "/result/resultType", cx), "\"input_required\"",
           rows[i].method);
        ok(!world_at(&x, "/result/ttlMs", cx),
           "\"Interim results carry no caching hints\"");
        state = world_at(&x, "/result/requestState", cx);
        answered = apr_psprintf(
            cx->pool,
            "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"%s\",\"params\":{%s,"
            "\"inputResponses\":{\"q\":{\"action\":\"accept\",\"content\":{}}}"
            ",\"requestState\":%s,%s}}",
            rows[i].method, rows[i].params, state, meta_asked);
        world_send(&x, w, "POST", headers, answered, cx);
        is(world_at(&x, rows[i].pointer, cx), "\"kept\"",
           "with the answer it is done");
    }
}

static void body(mcp_ctx_t *cx)
{
    world_t w;
    int modern;

    reading_make(&w, cx);
    for (modern = 0; modern < 2; modern++) {
        test_reads(&w, modern, cx);
        test_not_found(&w, modern, cx);
    }
    test_caching(&w, cx);
    test_asking(&w, cx);
    world_end(&w);
}

TAP_MAIN(body)
