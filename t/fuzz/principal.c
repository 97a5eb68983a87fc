/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include "base/principal.h"

/* A block that is taken for a principal can be packed again, which reads every
 * text of it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_principal_t *who, *again;
    const void *block;
    apr_size_t len;

    who = mcp_principal_unpack(data, size, cx.pool);
    if (who) {
        block = mcp_principal_pack(&len, who, cx.pool);
        again = mcp_principal_unpack(block, len, cx.pool);
        PROMISE(again != NULL && again->expires == who->expires);
        PROMISE(again->scopes->nelts == who->scopes->nelts);
        if (who->issuer && who->subject)
            PROMISE(mcp_principal_equal(who, again));
    }
    target_end(&cx);
    return 0;
}
