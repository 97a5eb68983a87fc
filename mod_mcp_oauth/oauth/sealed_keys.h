/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#ifndef MCP_OAUTH_SEALED_KEYS_H
#define MCP_OAUTH_SEALED_KEYS_H

#include "base/settings.h"
#include "jose/keyring.h"

/* Keys that lie sealed in another place, under MCPSealingKey:
 *
 *   {"format": "mcp_oauth sealed keys", "version": 1, "sealed": "..."}
 *
 * What is sealed under the previous key is read too, and sealed under the
 * present key when it is written the next time; so is what is there unsealed,
 * unless the place is shared: then it is a fault. */
const mcp_jose_keyplace_t *
mcp_oauth_sealed_keys_place(const mcp_jose_keyplace_t *inner,
                            const mcp_sealing_setting_t *sealing,
                            apr_pool_t *pool);
/* After ring was opened with such a place: what is not sealed under the
 * present key is written once more. */
const mcp_error_t *
mcp_oauth_sealed_keys_renew(mcp_jose_keyring_t *ring,
                            const mcp_jose_keyplace_t *place, mcp_ctx_t *cx);

#endif
