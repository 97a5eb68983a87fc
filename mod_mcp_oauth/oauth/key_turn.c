/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "oauth/key_turn.h"

static const mcp_error_t *turn(int *changed, mcp_jose_keyset_t *set,
                               const void *how, mcp_ctx_t *cx)
{
    *changed = 1;
    return *(const mcp_oauth_key_turn_t *)how == MCP_KEY_TURN_ORDERLY
               ? mcp_jose_rotation_turn(set, cx)
               : mcp_jose_rotation_replace(set, cx);
}

const mcp_error_t *mcp_oauth_key_turn(mcp_oauth_key_turn_t how,
                                      const mcp_oauth_works_t *works,
                                      mcp_ctx_t *cx)
{
    MCP_TRY(mcp_jose_keyring_change(works->keys, turn, &how, cx));
    mcp_jose_keyring_tell(works->keys,
                          how == MCP_KEY_TURN_ORDERLY
                              ? "administrator"
                              : "administrator: compromised",
                          cx);
    return mcp_oauth_service_announce(works, cx);
}
