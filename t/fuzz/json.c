/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/encode.h"
#include "base/json.h"

/* What the JSON reader lets through is bounded in depth, and the writer gives
 * a text that reads back as an equal value and writes as the same text. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_depth(const mcp_json_t *json, int depth)
{
    mcp_json_iter_t *i;
    apr_size_t k;

    PROMISE(depth <= MCP_JSON_MAX_DEPTH);
    for (i = mcp_json_first(json); i; i = mcp_json_next(json, i)) {
        PROMISE(mcp_json_get(json, mcp_json_iter_name(i)) ==
                mcp_json_iter_value(i));
        check_depth(mcp_json_iter_value(i), depth + 1);
    }
    for (k = 0; mcp_json_at(json, k); k++)
        check_depth(mcp_json_at(json, k), depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_json_t *json, *again;
    const mcp_error_t *e;
    const char *text;

    e = mcp_json_read(&json, (const char *)data, size, &cx);
    if (e) {
        PROMISE(e->code == MCP_E_PARSE_ERROR && !json);
    }
    else {
        check_depth(json, 0);
        text = mcp_json_text(json, cx.pool);
        PROMISE(mcp_encode_is_utf8(text, strlen(text)));
        PROMISE(!mcp_json_read(&again, text, strlen(text), &cx));
        PROMISE(mcp_json_equal(json, again));
        PROMISE(!strcmp(text, mcp_json_text(again, cx.pool)));
    }
    target_end(&cx);
    return 0;
}
