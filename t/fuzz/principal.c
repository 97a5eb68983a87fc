/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "target.h"

#include <string.h>

#include "base/identity.h"
#include "base/principal.h"

/* A block that is taken for a principal can be packed again, which reads every
 * text of it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mcp_ctx_t cx = target_begin();
    mcp_principal_t *who, *again;
    const void *block;
    const mcp_identity_word_t *word;
    apr_size_t len;

    who = mcp_principal_unpack(data, size, cx.pool);
    if (who) {
        block = mcp_principal_pack(&len, who, cx.pool);
        again = mcp_principal_unpack(block, len, cx.pool);
        PROMISE(again != NULL && again->expires == who->expires);
        if (who->issuer && who->subject)
            PROMISE(mcp_principal_equal(who, again));
        for (word = mcp_identity_words; word->name; word++)
            PROMISE(same(mcp_identity_json(word, who, cx.pool),
                         mcp_identity_json(word, again, cx.pool)));
    }
    target_end(&cx);
    return 0;
}
