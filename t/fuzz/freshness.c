/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "net/freshness.h"

/* Any text is a Cache-Control field: nothing lasts for ever, and an older
 * answer never lasts longer. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    const char *text = apr_pstrmemdup(cx.pool, (const char *)data, size);
    mcp_net_freshness_t young = mcp_net_freshness_read(text, 0);
    mcp_net_freshness_t old = mcp_net_freshness_read(text, 100);

    PROMISE(young.seconds >= 0 && old.seconds <= young.seconds);
    PROMISE(young.is_said || (!young.seconds && young.may_be_stale));
    PROMISE(young.is_said == old.is_said);
    target_end(&cx);
    return 0;
}
