/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_target.h"

#include "base/json.h"
#include "mcp/request_state.h"

/* No text but the one that was made is a request state. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *good, *text, *remembered;
    const mcp_json_t *arguments;
    mcp_exchange_t x;
    mcp_turn_t turn;

    target_serve(&x);
    x.rpc_target = "ask";
    memset(&turn, 0, sizeof(turn));
    turn.x = &x;
    turn.cx = &cx;
    turn.rpc.method = "tools/call";
    PROMISE(!mcp_json_read(&arguments, "{\"a\":1}", 7, &cx));
    PROMISE(!mcp_request_state_make(&good, "some text", &turn, arguments));
    text = target_text(data, size, good, cx.pool);
    PROMISE(!mcp_request_state_open(&remembered, text, &turn, arguments));
    PROMISE(!remembered == (strcmp(text, good) != 0));
    PROMISE(!remembered || !strcmp(remembered, "some text"));
    target_end(&cx);
    return 0;
}
