/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

#include "mcp/era.h"
#include "mcp/page.h"

/* No text but the one that a page has named leads to the page behind it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOUND, REFUSED };
target_goal_t target_goals[] = {
    {"a cursor is good", 0}, {"a cursor is refused", 0}, {NULL, 0}};

/* Two pages, made once. */
static const mcp_page_list_t *list_get(void)
{
    static mcp_page_list_t *list;
    static mcp_ctx_t cx;
    int i;

    if (list)
        return list;
    if (__lsan_disable)
        __lsan_disable();
    cx = target_begin();
    list = mcp_page_begin("tools", cx.pool);
    for (i = 0; i <= MCP_PAGE_MAX; i++)
        mcp_writer_integer(mcp_page_next(list), i);
    mcp_page_end(list);
    if (__lsan_enable)
        __lsan_enable();
    return list;
}

/* What a request with these params is answered. */
static const mcp_error_t *page_get(const mcp_json_t **answer, wire_t *w,
                                   const char *params)
{
    mcp_turn_t t;

    memset(&t, 0, sizeof(t));
    wire_dispatch(w, "POST");
    t.x = &w->x;
    t.cx = w->cx;
    t.pool = w->cx->pool;
    t.era = &mcp_era_modern;
    PROMISE(!mcp_json_read(&t.rpc.params, params, strlen(params), w->cx));
    MCP_TRY(mcp_page_answer(&t, list_get()));
    mcp_turn_end(&t);
    *answer = mcp_json_get(wire_message(w), "result");
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_writer_t *params = mcp_writer_make(cx.pool);
    const mcp_json_t *answer;
    const char *good, *text;
    const mcp_error_t *e;
    wire_t w;

    wire_open(&w, &cx);
    PROMISE(!page_get(&answer, &w, "{}"));
    good = mcp_json_string(mcp_json_get(answer, "nextCursor"));
    PROMISE(good &&
            mcp_json_size(mcp_json_get(answer, "tools")) == MCP_PAGE_MAX);
    text = target_text(data, size, good, cx.pool);
    mcp_writer_open(params, '{');
    mcp_writer_member(params, "cursor", text);
    mcp_writer_close(params);
    e = page_get(&answer, &w, mcp_writer_text(params, NULL));
    PROMISE(!e == !strcmp(text, good));
    PROMISE(!e || e->code == MCP_E_INVALID_PARAMS);
    PROMISE(e || (mcp_json_size(mcp_json_get(answer, "tools")) == 1 &&
                  !mcp_json_get(answer, "nextCursor")));
    target_goals[e ? REFUSED : FOUND].is_reached = 1;
    target_end(&cx);
    return 0;
}
