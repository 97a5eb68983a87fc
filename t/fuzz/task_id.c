/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* No text but the one that was made is the id of a task. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOUND, NOT_FOUND };
target_goal_t target_goals[] = {
    {"a task is found", 0}, {"there is no such task", 0}, {NULL, 0}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"tasks/get", "tasks/cancel"};
    mcp_ctx_t cx = target_begin();
    mcp_writer_t *params = mcp_writer_make(cx.pool);
    const char *good, *text;
    int is_good, i;
    wire_t w;

    wire_open(&w, &cx);
    wire_task(&w);
    good = mcp_json_string(wire_at(&w, "/result/taskId"));
    text = target_text(data, size, good, cx.pool);
    is_good = !strcmp(text, good);
    mcp_writer_string(params, text);
    for (i = 0; i < 2; i++) {
        wire_ask(&w, methods[i],
                 apr_pstrcat(cx.pool, "\"taskId\":",
                             mcp_writer_text(params, NULL), NULL));
        /* in a header, no more than ASCII is plain */
        PROMISE(wire_code(&w) == -32602 || wire_code(&w) == -32020 || is_good);
        PROMISE(!is_good || !wire_code(&w));
    }
    target_goals[is_good ? FOUND : NOT_FOUND].is_reached = 1;
    target_end(&cx);
    return 0;
}
