/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/encode.h"
#include "base/schema.h"

/* {"schema": ..., "value": ...}: making and checking come to an end, with a
 * sentence that is UTF-8 or none. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const mcp_schema_t *schema;
    const mcp_json_t *json;
    const char *text, *why;

    if (!mcp_json_read(&json, (const char *)data, size, &cx)) {
        text = mcp_json_text(mcp_json_get(json, "schema"), cx.pool);
        if (!mcp_schema_make(&schema, text, &cx)) {
            why =
                mcp_schema_check(schema, mcp_json_get(json, "value"), cx.pool);
            PROMISE(!why ||
                    (*why == '/' && mcp_encode_is_utf8(why, strlen(why))));
            PROMISE(why == NULL ||
                    mcp_schema_check(schema, mcp_json_get(json, "value"),
                                     cx.pool) != NULL);
        }
    }
    target_end(&cx);
    return 0;
}
