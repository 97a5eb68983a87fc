/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp_target.h"

#include "mcp/session.h"

/* No text but the one that was made is a session id. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *good, *text;
    mcp_session_t session;
    mcp_exchange_t x;
    int found;

    target_serve(&x);
    PROMISE(
        !mcp_session_make(&good, "2025-06-18", MCP_SESSION_ROOTS, &x, &cx));
    text = target_text(data, size, good, cx.pool);
    PROMISE(!mcp_session_read(&found, &session, text, &x, &cx));
    PROMISE(found == !strcmp(text, good));
    if (!strcmp(text, good))
        PROMISE(!strcmp(session.version, "2025-06-18") &&
                session.capabilities == MCP_SESSION_ROOTS);
    target_end(&cx);
    return 0;
}
