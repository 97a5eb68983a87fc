/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "mcp/key.h"

static int derive(mcp_key_t *key, int id, mcp_jose_purpose_t purpose,
                  const mcp_works_t *works)
{
    key->id = mcp_jose_keyring_derive(key->bytes, works->keys, id, purpose,
                                      works->issuer)
                  ? id
                  : 0;
    return key->id;
}

const mcp_error_t *mcp_key_get(mcp_key_t *key, int id,
                               mcp_jose_purpose_t purpose,
                               const mcp_works_t *works, mcp_ctx_t *cx)
{
    if (derive(key, id, purpose, works) || !works->ready)
        return NULL;
    MCP_TRY(works->ready(cx));
    derive(key, id, purpose, works);
    return NULL;
}

const mcp_error_t *mcp_key_current(mcp_key_t *key, mcp_jose_purpose_t purpose,
                                   const mcp_works_t *works, mcp_ctx_t *cx)
{
    if (!mcp_jose_keyring_current(works->keys) && works->ready)
        MCP_TRY(works->ready(cx));
    if (derive(key, mcp_jose_keyring_current(works->keys), purpose, works))
        return NULL;
    return mcp_error_fault(MCP_E_UNAVAILABLE, cx,
                           "See what was logged when the keys were read.",
                           "this child has no keys");
}
