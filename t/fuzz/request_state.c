/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_target.h"

#include "base/json.h"
#include "mcp/request_state.h"

/* No text but the one that was made is a request state. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_request_state_t state = {"{\"q\":{}}", "some text"};
    mcp_request_state_t opened;
    const char *good, *text;
    const mcp_json_t *arguments;
    mcp_exchange_t x;
    mcp_turn_t turn;
    int found;

    target_serve(&x);
    x.rpc_target = "ask";
    memset(&turn, 0, sizeof(turn));
    turn.x = &x;
    turn.cx = &cx;
    turn.rpc.method = "tools/call";
    PROMISE(!mcp_json_read(&arguments, "{\"a\":1}", 7, &cx));
    PROMISE(!mcp_request_state_make(&good, &state, &turn, arguments));
    text = target_text(data, size, good, cx.pool);
    PROMISE(!mcp_request_state_open(&found, &opened, text, &turn, arguments));
    PROMISE(found == !strcmp(text, good));
    PROMISE(!found || (!strcmp(opened.asked, state.asked) &&
                       !strcmp(opened.remembered, state.remembered)));
    target_end(&cx);
    return 0;
}
