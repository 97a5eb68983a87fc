/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* The id of a client's answer: a call that asked hears it when it is the id of
 * its question, and then only. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEARD, DROPPED };
target_goal_t target_goals[] = {
    {"an answer is heard", 0}, {"an answer is dropped", 0}, {NULL, 0}};

/* What is said while the question goes out. */
static struct {
    const uint8_t *data;
    size_t size;
    int is_good; /* the first answer has the question's id */
} said;

/* As the same client, in the session of the call. */
static void answer(const wire_t *w, const char *id, const char *action)
{
    mcp_writer_t *text = mcp_writer_make(w->cx->pool);
    wire_t other = *w;

    mcp_writer_open(text, '{');
    mcp_writer_member(text, "jsonrpc", "2.0");
    mcp_writer_member(text, "id", id);
    mcp_writer_name(text, "result");
    mcp_writer_open(text, '{');
    mcp_writer_member(text, "action", action);
    mcp_writer_close(text);
    mcp_writer_close(text);
    other.on_send = NULL;
    wire_post(&other, mcp_writer_text(text, NULL));
    PROMISE(other.x.status == 202 && !other.x.json && !other.len);
}

static void answer_twice(wire_t *w)
{
    const mcp_json_t *question = wire_message(w);
    const char *id = mcp_json_string(mcp_json_get(question, "id"));
    const char *text;

    if (!mcp_json_get(question, "method"))
        return;
    PROMISE(id);
    text = target_text(said.data, said.size, id, w->cx->pool);
    said.is_good = !strcmp(text, id);
    answer(w, text, "cancel");
    answer(w, id, "accept");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *heard;
    wire_t w;

    said.data = data;
    said.size = size;
    wire_open(&w, &cx);
    wire_begin_session(&w, "2025-06-18");
    w.on_send = answer_twice;
    wire_post(&w, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
                  "\"params\":{\"name\":\"ask\"}}");
    heard = mcp_json_string(wire_at(&w, "/result/content/0/text"));
    PROMISE(heard && !strcmp(heard, said.is_good ? "{\"action\":\"cancel\"}"
                                                 : "{\"action\":\"accept\"}"));
    target_goals[said.is_good ? HEARD : DROPPED].is_reached = 1;
    target_end(&cx);
    return 0;
}
