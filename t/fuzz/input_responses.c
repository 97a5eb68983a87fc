/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_wire.h"

/* inputResponses with a request state that is good: the tool gets the answer
 * to its question as it is, or asks again, or they are no map of answers, or
 * the answer is none to a form (2026-07-28 patterns/mrtr). */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TAKEN, ASKED_AGAIN, REFUSED };
target_goal_t target_goals[] = {{"an answer is taken", 0},
                                {"the tool asks again", 0},
                                {"they are refused", 0},
                                {NULL, 0}};

static void check(wire_t *w, const mcp_json_t *given)
{
    const mcp_json_t *answer = mcp_json_get(given, "q");
    const char *text = mcp_json_string(wire_at(w, "/result/content/0/text"));

    PROMISE(w->x.status == 200);
    if (!wire_is_map(given) || (answer && !wire_is_elicited(answer))) {
        PROMISE(wire_code(w) == -32602);
        target_goals[REFUSED].is_reached = 1;
    }
    else if (answer) {
        PROMISE(text && !strcmp(text, mcp_json_text(answer, w->cx->pool)));
        target_goals[TAKEN].is_reached = 1;
    }
    else {
        PROMISE(wire_at(w, "/result/inputRequests/q"));
        target_goals[ASKED_AGAIN].is_reached = 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *given, *state;
    wire_t w;

    if (!mcp_json_read(&given, (const char *)data, size, &cx)) {
        wire_open(&w, &cx);
        wire_ask(&w, "tools/call", "\"name\":\"ask\"");
        state = wire_at(&w, "/result/requestState");
        PROMISE(mcp_json_string(state));
        wire_ask(&w, "tools/call",
                 apr_pstrcat(cx.pool, "\"name\":\"ask\",\"requestState\":",
                             mcp_json_text(state, cx.pool),
                             ",\"inputResponses\":",
                             mcp_json_text(given, cx.pool), NULL));
        check(&w, given);
    }
    target_end(&cx);
    return 0;
}
